// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/query.hpp>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <simdjson.h>

#include <string>
#include <vector>

namespace entmoot {

namespace {

constexpr std::size_t depth_max = 8;  // a connect parameter is a token or a name, sometimes a small map

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
      continue;
    }
    if (text[i] == '%' && i + 2 < text.size()) {
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        out += static_cast<char>(high * 16 + low);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

/// Splits "n[x][]" into n, x and the empty name. Anything else is one plain name.
std::vector<std::string_view> path_of(std::string_view name) {
  const auto open = name.find('[');
  if (open == 0 || open == std::string_view::npos || !name.ends_with(']')) return {name};
  std::vector<std::string_view> path = {name.substr(0, open)};
  auto rest = name.substr(open);
  while (!rest.empty()) {
    const auto close = rest.find(']');
    if (rest[0] != '[' || close == std::string_view::npos) return {name};
    path.push_back(rest.substr(1, close - 1));
    rest.remove_prefix(close + 1);
  }
  return path;
}

/// Stores `text` at `path`. False if the path holds a value of another type.
bool put(Params& params, const std::vector<std::string_view>& path, const std::string& text) {
  boost::json::value* at = &params[path[0]];
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (path[i].empty()) {
      if (at->is_null()) at->emplace_array();
      if (!at->is_array()) return false;
      at = &at->get_array().emplace_back(nullptr);
    } else {
      if (at->is_null()) at->emplace_object();
      if (!at->is_object()) return false;
      at = &at->get_object()[path[i]];
    }
  }
  if (!at->is_null() && !at->is_string()) return false;
  at->emplace_string() = text;
  return true;
}

}  // namespace

Result<Params> parse_query(std::string_view query) {
  Params params;
  while (!query.empty()) {
    const auto segment = query.substr(0, query.find('&'));
    query.remove_prefix(segment.size() == query.size() ? segment.size() : segment.size() + 1);
    const auto equals = segment.find('=');
    const auto name = decoded(segment.substr(0, equals));
    if (name.empty()) continue;
    auto text = equals == std::string_view::npos ? std::string() : decoded(segment.substr(equals + 1));
    if (!simdjson::validate_utf8(name) || !simdjson::validate_utf8(text))
      return fail(ErrorCode::invalid, "query is not UTF-8");
    const auto path = path_of(name);
    if (path.size() > depth_max) return fail(ErrorCode::limit, "query parameters are nested too deeply");
    if (!put(params, path, text)) return fail(ErrorCode::invalid, "query parameters conflict");
  }
  return params;
}

const boost::json::string* find_string(const Params& params, std::string_view name) noexcept {
  const auto* value = params.if_contains(name);
  return value ? value->if_string() : nullptr;
}

}  // namespace entmoot
