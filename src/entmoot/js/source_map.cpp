// SPDX-License-Identifier: MIT

#include <entmoot/js/source_map.hpp>

#include <entmoot/base/json.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <optional>

namespace entmoot::js {

namespace {

constexpr auto no_name = static_cast<std::size_t>(-1);

Error malformed() { return fail(ErrorCode::invalid, "the source map is malformed"); }

/// A number of base64 VLQ; nullopt at the end of a segment and for anything else.
std::optional<int> take_number(std::string_view& text) {
  static constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::uint32_t bits = 0;
  for (unsigned shift = 0; shift < 32 && !text.empty(); shift += 5) {
    const auto digit = digits.find(text.front());
    if (digit == std::string_view::npos) return std::nullopt;
    text.remove_prefix(1);
    bits |= (static_cast<std::uint32_t>(digit) & 31U) << shift;
    if (digit < 32) return (bits & 1U) != 0 ? -static_cast<int>(bits >> 1) : static_cast<int>(bits >> 1);
  }
  return std::nullopt;
}

bool in_identifier(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

Result<SourceMap> SourceMap::parse(std::string_view json, std::string_view code, std::string_view file) {
  const auto map = parse_json(json);
  if (!map) return map.error();
  const auto* fields = map->if_object();
  const Json* mappings = fields ? fields->if_contains("mappings") : nullptr;
  if (!mappings || !mappings->is_string()) return malformed();
  SourceMap out(code, file);
  if (const Json* names = fields->if_contains("names"); names && names->is_array()) {
    for (const Json& name : names->get_array()) out.names_.emplace_back(name.is_string() ? name.get_string() : "");
  }
  if (auto read = out.read(mappings->get_string()); !read) return read.error();
  return out;
}

Result<void> SourceMap::read(std::string_view mappings) {
  TextPlace code = {1, 1};
  TextPlace file = {1, 1};
  int name = 0;
  while (!mappings.empty()) {
    if (mappings.front() == ';' || mappings.front() == ',') {
      if (mappings.front() == ';') code = {code.line + 1, 1};
      mappings.remove_prefix(1);
      continue;
    }
    const auto column = take_number(mappings);
    if (!column) return malformed();
    code.column += *column;
    if (mappings.empty() || mappings.front() == ',' || mappings.front() == ';') continue;  // code of nowhere
    const auto source = take_number(mappings);
    const auto line = source ? take_number(mappings) : std::nullopt;
    const auto file_column = line ? take_number(mappings) : std::nullopt;
    if (!file_column) return malformed();
    file.line += *line;
    file.column += *file_column;
    const bool named = !mappings.empty() && mappings.front() != ',' && mappings.front() != ';';
    if (named) {
      const auto step = take_number(mappings);
      if (!step) return malformed();
      name += *step;
      if (name < 0 || static_cast<std::size_t>(name) >= names_.size()) return malformed();
    }
    add(code, file, named ? static_cast<std::size_t>(name) : no_name);
  }
  return {};
}

void SourceMap::add(TextPlace code, TextPlace file, std::size_t name) {
  code = code_.in_bytes(code);
  segments_.push_back({code, file_.in_bytes(file)});
  if (name == no_name) return;
  const auto text = code_.line(code.line).substr(static_cast<std::size_t>(code.column) - 1);
  const auto end = std::ranges::find_if_not(text, in_identifier) - text.begin();
  renamed_[std::string(text.substr(0, static_cast<std::size_t>(end)))].push_back({code, name});
}

TextPlace SourceMap::written(TextPlace in_code) const {
  auto found = std::ranges::upper_bound(segments_, in_code, {}, &Segment::code);
  if (found == segments_.begin()) return {1, 1};
  --found;
  TextPlace place = found->file;
  if (found->code.line == in_code.line) {
    const auto made = code_.line(in_code.line).substr(static_cast<std::size_t>(found->code.column) - 1);
    const auto written = file_.line(place.line).substr(static_cast<std::size_t>(place.column) - 1);
    const auto ahead = static_cast<std::size_t>(in_code.column - found->code.column);
    if (ahead <= made.size() && made.substr(0, ahead + 1) == written.substr(0, ahead + 1))
      place.column += static_cast<int>(ahead);
  }
  return file_.in_utf16(place);
}

const std::vector<SourceMap::Rename>* SourceMap::renames_of(std::string_view name) const {
  const auto known = renamed_.find(name);
  return known == renamed_.end() ? nullptr : &known->second;
}

std::string_view SourceMap::name_after(std::string_view name, TextPlace place) const {
  const auto* renames = renames_of(name);
  if (!renames) return {};
  const auto found = std::ranges::lower_bound(*renames, place, {}, &Rename::code);
  return found != renames->end() && found->code.line == place.line ? names_[found->name] : std::string_view();
}

std::string_view SourceMap::name_before(std::string_view name, TextPlace place) const {
  const auto* renames = renames_of(name);
  if (!renames) return {};
  const auto found = std::ranges::upper_bound(*renames, place, {}, &Rename::code);
  return found != renames->begin() ? names_[std::prev(found)->name] : std::string_view();
}

}  // namespace entmoot::js
