// SPDX-License-Identifier: MIT

// The small texts of a request: the query, the path, the vsn, the origin and the subprotocols. The first byte selects.
// Accepted input must parse to the same value after it is serialized again, and no origin passes a check that a laxer
// one refuses.

#include "wire.hpp"

#include <entmoot/base/json.hpp>
#include <entmoot/base/utf8.hpp>
#include <entmoot/phoenix/query.hpp>
#include <entmoot/phoenix/serializer.hpp>
#include <entmoot/web/origin_policy.hpp>
#include <entmoot/web/path_pattern.hpp>
#include <entmoot/web/subprotocol.hpp>

#include <fmt/format.h>

#include <algorithm>

using namespace entmoot;
using entmoot::fuzz::require;

namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) out += fmt::format("%{:02x}", static_cast<unsigned char>(c));
  return out;
}

/// Each text in `value` as `name=text&`, in order.
void write_query(const std::string& name, const Json& value, std::string& out) {
  if (const auto* list = value.if_array()) {
    for (const auto& each : *list) write_query(name + "[]", each, out);
  } else if (const auto* object = value.if_object()) {
    for (const auto& [key, each] : *object) write_query(name + '[' + std::string(key) + ']', each, out);
  } else {
    const std::string_view text = value.as_string();
    require(is_utf8(name) && is_utf8(text));
    out += escaped(name) + '=' + escaped(text) + '&';
  }
}

void query(std::string_view text) {
  const auto params = parse_query(text);
  if (!params) return require(!params.error().reason.empty());
  std::string again;
  for (const auto& [name, value] : *params) write_query(name, value, again);
  require(parse_query(again).value() == *params);
}

void path(std::string_view text) {
  std::string decoded, again;
  if (percent_decode(text, decoded)) {
    require(is_utf8(decoded) && decoded.size() <= text.size());
    require(percent_decode(escaped(decoded), again) && again == decoded);
  }
  static const PathPattern pattern("/a/:b/c/:d");
  const auto segments = path_segments(text);
  PathParams params;
  if (!pattern.matches(segments)) return;
  require(segments.size() == 4 && segments[0] == "a" && segments[2] == "c");
  if (pattern.bind(segments, params)) require(params.size() == 2 && params[0].first == "b" && params[1].first == "d");
}

void vsn(std::string_view text) {
  const auto serializer = serializer_for(text);
  if (!serializer) return;
  require(*serializer == serializer_for(std::string(text.substr(0, 4)) + "0").value());  // the patch does not matter
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

/// `host\norigin`, and perhaps another `\norigin`.
void origin(std::string_view text) {
  using Check = OriginPolicy::Check;
  HttpRequest request{.method = "GET", .path = "/", .host = std::string(text.substr(0, text.find('\n')))};
  text.remove_prefix(std::min(request.host.size() + 1, text.size()));
  const std::string first(text.substr(0, text.find('\n')));
  request.headers.push_back({"Origin", first});
  require(origin_allowed({.check = Check::off}, request));
  const bool same = origin_allowed({.check = Check::same_host}, request);
  if (same) require(lower(first).find(lower(request.host.substr(0, request.host.rfind(':')))) != std::string::npos);
  if (origin_allowed({.check = Check::conn}, request)) require(same && lower(first).starts_with("http://"));
  const OriginPolicy own{.check = Check::listed, .allowed = {first}};
  if (same && own.validate()) require(origin_allowed(own, request));
  const bool listed = origin_allowed({.check = Check::listed, .allowed = {"https://a.com", "//*.b.org:1"}}, request);
  if (listed) require(lower(first) == "https://a.com" || lower(first) == "https://a.com:443" || first.ends_with(":1"));
  if (first.size() == text.size()) return;
  request.headers.push_back({"origin", std::string(text.substr(first.size() + 1))});
  for (const auto check : {Check::same_host, Check::conn, Check::listed}) {
    require(!origin_allowed({.check = check, .allowed = {first}}, request));
  }
}

void subprotocol(std::string_view text) {
  HttpRequest request{.method = "GET", .path = "/", .headers = {{"Sec-WebSocket-Protocol", std::string(text)}}};
  const auto members = list_members(text);
  require(std::ranges::all_of(members, [](auto each) { return !each.empty() && each.find(',') == each.npos; }));
  for (const bool takes_token : {false, true}) {
    const auto found = negotiate_subprotocol(request, {"one", "two"}, takes_token);
    require(found.selected.empty() || std::ranges::find(members, found.selected) != members.end());
    require(takes_token || !found.auth_token);
    if (found.outcome != Subprotocol::Outcome::accepted) require(found.selected.empty() && !members.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0: query(text); break;
    case 1: path(text); break;
    case 2: vsn(text); break;
    case 3: origin(text); break;
    default: subprotocol(text);
  }
  return 0;
}
