// SPDX-License-Identifier: MIT

#include <entmoot/js/source_scan.hpp>

#include <algorithm>
#include <cctype>

namespace entmoot::js {

namespace {

bool in_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$'; }

TextPlace place_at(std::string_view source, std::size_t offset) {
  const auto before = source.substr(0, offset);
  const auto line = std::ranges::count(before, '\n') + 1;
  const auto begin = before.rfind('\n');
  const auto column = begin == std::string_view::npos ? offset + 1 : offset - begin;
  return {static_cast<int>(line), static_cast<int>(column)};
}

// Skips white space and /* comments */.
std::size_t skip_blank(std::string_view source, std::size_t at) {
  for (;;) {
    while (at < source.size() && std::isspace(static_cast<unsigned char>(source[at]))) ++at;
    if (source.substr(at, 2) != "/*") return at;
    const auto end = source.find("*/", at + 2);
    if (end == std::string_view::npos) return source.size();
    at = end + 2;
  }
}

// The string literal at `at`, if it has no escapes and no substitutions.
std::string_view plain_string(std::string_view source, std::size_t at) {
  if (at >= source.size() || (source[at] != '"' && source[at] != '\'' && source[at] != '`')) return {};
  const auto end = source.find(source[at], at + 1);
  if (end == std::string_view::npos) return {};
  const auto text = source.substr(at + 1, end - at - 1);
  return text.find_first_of("\\\n$") == std::string_view::npos ? text : std::string_view();
}

}  // namespace

std::vector<Mention> literal_calls(std::string_view source, std::string_view function) {
  std::vector<Mention> out;
  for (auto at = source.find(function); at != std::string_view::npos; at = source.find(function, at + 1)) {
    if (at > 0 && (in_name(source[at - 1]) || source[at - 1] == '.') && !source.substr(0, at).ends_with("..."))
      continue;
    auto open = skip_blank(source, at + function.size());
    if (open >= source.size() || source[open] != '(') continue;
    open = skip_blank(source, open + 1);
    const auto text = plain_string(source, open);
    if (text.empty()) continue;
    const auto after = skip_blank(source, open + text.size() + 2);
    if (after >= source.size() || (source[after] != ')' && source[after] != ',')) continue;
    if (std::ranges::none_of(out, [&](const Mention& known) { return known.specifier == text; }))
      out.push_back({std::string(text), place_at(source, open)});
  }
  return out;
}

std::string place_of_import(std::string_view source, std::string_view specifier) {
  for (const char quote : {'"', '\''}) {
    const std::string literal = quote + std::string(specifier) + quote;
    for (auto at = source.find(literal); at != std::string_view::npos; at = source.find(literal, at + 1)) {
      auto before = source.substr(0, at);
      while (!before.empty() && std::isspace(static_cast<unsigned char>(before.back()))) before.remove_suffix(1);
      if (before.ends_with("from") || before.ends_with("import")) return to_string(place_at(source, at));
    }
  }
  return "1:1";
}

}  // namespace entmoot::js
