// SPDX-License-Identifier: MIT

#include <entmoot/js/text_lines.hpp>

#include <algorithm>

namespace entmoot::js {

namespace {

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80; }
/// UTF-16 code units of the character that begins with this byte.
std::size_t units_of(char byte) { return static_cast<unsigned char>(byte) >= 0xf0 ? 2 : 1; }

}  // namespace

std::string to_string(TextPlace place) { return std::to_string(place.line) + ":" + std::to_string(place.column); }

TextLines::TextLines(std::string_view text) : text_(text) {
  begins_.push_back(0);
  for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) begins_.push_back(at + 1);
}

std::string_view TextLines::line(int number) const noexcept {
  if (number < 1 || static_cast<std::size_t>(number) > begins_.size()) return {};
  const auto index = static_cast<std::size_t>(number) - 1;
  const auto begin = begins_[index];
  auto end = index + 1 < begins_.size() ? begins_[index + 1] - 1 : text_.size();
  if (end > begin && text_[end - 1] == '\r') --end;
  return text_.substr(begin, end - begin);
}

TextPlace TextLines::in_bytes(TextPlace place) const {
  const auto wanted = static_cast<std::size_t>(std::max(place.column, 1)) - 1;
  const std::string_view text = line(place.line);
  if (cursor_.line != place.line || cursor_.units > wanted) cursor_ = {place.line, 0, 0};
  while (cursor_.units < wanted && cursor_.bytes < text.size()) {
    cursor_.units += units_of(text[cursor_.bytes]);
    do ++cursor_.bytes;
    while (cursor_.bytes < text.size() && continues(text[cursor_.bytes]));
  }
  return {place.line, static_cast<int>(cursor_.bytes) + 1};
}

TextPlace TextLines::in_utf16(TextPlace place) const {
  const auto wanted = static_cast<std::size_t>(std::max(place.column, 1)) - 1;
  const std::string_view text = line(place.line);
  if (cursor_.line != place.line || cursor_.bytes > wanted) cursor_ = {place.line, 0, 0};
  while (cursor_.bytes < wanted && cursor_.bytes < text.size()) {
    cursor_.units += units_of(text[cursor_.bytes]);
    do ++cursor_.bytes;
    while (cursor_.bytes < text.size() && continues(text[cursor_.bytes]));
  }
  return {place.line, static_cast<int>(cursor_.units) + 1};
}

}  // namespace entmoot::js
