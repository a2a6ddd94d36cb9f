// SPDX-License-Identifier: MIT

#include <entmoot/web/http_request.hpp>

#include <entmoot/base/utf8.hpp>

#include <algorithm>
#include <cstddef>

namespace entmoot {

namespace {

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (lower(c) >= 'a' && lower(c) <= 'f') return lower(c) - 'a' + 10;
  return -1;
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

const std::string* HttpRequest::header(std::string_view name) const noexcept {
  const auto found = std::ranges::find_if(headers, [&](const HttpHeader& h) { return same_name(h.name, name); });
  return found == headers.end() ? nullptr : &found->value;
}

std::size_t HttpRequest::header_count(std::string_view name) const noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(headers, [&](const HttpHeader& h) { return same_name(h.name, name); }));
}

std::string HttpRequest::joined_header(std::string_view name) const {
  std::string joined;
  for (const auto& header : headers) {
    if (!same_name(header.name, name)) continue;
    if (!joined.empty()) joined += ", ";
    joined += header.value;
  }
  return joined;
}

bool HttpRequest::header_has_token(std::string_view name, std::string_view token) const {
  for (const auto& header : headers) {
    if (!same_name(header.name, name)) continue;
    for (const auto member : list_members(header.value)) {
      if (same_name(member, token)) return true;
    }
  }
  return false;
}

std::string_view HttpRequest::param(std::string_view name) const noexcept {
  for (const auto& [key, value] : params) {
    if (key == name) return value;
  }
  return {};
}

std::vector<std::string_view> list_members(std::string_view list) {
  std::vector<std::string_view> members;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    auto member = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    while (!member.empty() && (member.front() == ' ' || member.front() == '\t')) member.remove_prefix(1);
    while (!member.empty() && (member.back() == ' ' || member.back() == '\t')) member.remove_suffix(1);
    if (!member.empty()) members.push_back(member);
  }
  return members;
}

bool percent_decode(std::string_view text, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return false;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return false;
      c = static_cast<char>(high << 4 | low);
      i += 2;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
    out += c;
  }
  return is_utf8(out);
}

}  // namespace entmoot
