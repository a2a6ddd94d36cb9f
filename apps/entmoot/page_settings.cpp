// SPDX-License-Identifier: MIT

#include "page_settings.hpp"

#include <entmoot/web/cors_policy.hpp>
#include <entmoot/web/page_headers.hpp>

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value_from.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace entmoot_app {

using namespace entmoot;

namespace {

std::string_view ends_trimmed(std::string_view text) {
  while (text.ends_with(' ') || text.ends_with(';')) text.remove_suffix(1);
  return text;
}

Result<void> read_csp(const Json& value, Config& config) {
  std::string& policy = config.pages.content_policy;
  if (value.is_bool()) {
    if (!value.get_bool()) policy.clear();
    return {};
  }
  if (value.is_string()) {
    const HttpHeader header{"content-security-policy", std::string(ends_trimmed(value.get_string()))};
    if (header.value.empty()) return fail(ErrorCode::invalid, "");
    if (auto valid = check_page_header(header); !valid)
      return fail(ErrorCode::invalid, "is invalid: " + valid.error().reason);
    policy = header.value;
    return {};
  }
  const auto* directives = value.if_object();
  if (!directives) return fail(ErrorCode::invalid, "");
  for (const auto& [name, sources] : *directives) {
    const auto texts = text_or_texts_in(sources);
    if (!texts) return fail(ErrorCode::invalid, "");
    std::vector<std::string> words;
    for (std::string_view text : *texts) {  // "blob: data:" are two
      for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find(' ', at), text.size());
        if (end > at) words.emplace_back(text.substr(at, end - at));
        at = end + 1;
      }
    }
    auto relaxed = relax_content_policy(policy, name, words);
    if (!relaxed) return fail(ErrorCode::invalid, "is invalid: " + relaxed.error().reason);
    policy = *std::move(relaxed);
  }
  return {};
}

std::string show_csp(const Config& config) {
  const std::string& policy = config.pages.content_policy;
  return policy.empty() ? "false" : to_json(Json(policy));
}

/// A value of false takes the header away.
Result<HeaderRule> rule_of(std::string_view pattern, const Json& value) {
  const auto* headers = value.if_object();
  if (!headers || (!pattern.starts_with('/') && !pattern.starts_with('*'))) return fail(ErrorCode::invalid, "");
  HeaderRule rule{.pattern = std::string(pattern)};
  for (const auto& [name, content] : *headers) {
    const bool removed = content.is_bool() && !content.get_bool();
    if (!removed && (!content.is_string() || content.get_string().empty())) return fail(ErrorCode::invalid, "");
    rule.headers.push_back({std::string(name), removed ? std::string() : std::string(content.get_string())});
    if (auto valid = check_page_header(rule.headers.back()); !valid) {
      return fail(ErrorCode::invalid, "is invalid: " + valid.error().reason);
    }
  }
  return rule;
}

Result<void> read_headers(const Json& value, Config& config) {
  const auto* rules = value.if_object();
  if (!rules) return fail(ErrorCode::invalid, "");
  std::vector<HeaderRule> read;
  for (const auto& [pattern, headers] : *rules) {
    auto rule = rule_of(pattern, headers);
    if (!rule) return rule.error();
    read.push_back(*std::move(rule));
  }
  config.pages.rules = std::move(read);
  return {};
}

std::string show_headers(const Config& config) {
  boost::json::object all;
  for (const HeaderRule& rule : config.pages.rules) {
    boost::json::object headers;
    for (const auto& [name, value] : rule.headers) headers[name] = value.empty() ? Json(false) : Json(value);
    all[rule.pattern] = std::move(headers);
  }
  return to_json(all);
}

Result<void> read_cors(const Json& value, Config& config) {
  auto origins = text_or_texts_in(value);
  if (!origins) return fail(ErrorCode::invalid, "");
  CorsPolicy policy{*std::move(origins)};
  if (auto valid = policy.validate(); !valid) return valid.error();
  config.cors = std::move(policy);
  return {};
}

}  // namespace

void add_page_settings(SettingTable<Config>& table) {
  table
      .add({"http.cors",
            "Origins whose pages may call `handleRequest` of rooms and read the response; the server answers preflight "
            "requests. \"*\" stands for any.",
            "browsers keep the response from the page"},
           "string | string[]", "\"*\", or a list such as [\"https://example.com\", \"//*.example.com\"]", read_cors,
           [](const Config& config) { return to_json(boost::json::value_from(config.cors.origins)); })
      .add({"public.csp",
            "Content-Security-Policy of the files of public/. An object adds sources to directives of the default: "
            "`{ \"script-src\": \"'wasm-unsafe-eval'\", \"img-src\": \"blob:\" }`; a string replaces the policy; "
            "`false` "
            "sends none."},
           "false | string | Record<string, string | string[]>",
           "false, a policy, or an object of sources by directive such as {\"img-src\": [\"blob:\"]}", read_csp,
           show_csp)
      .on_reload()
      .add({"public.headers",
            "Further headers of the files of public/, by path; `*` stands for anything, `false` takes a header away: "
            "`{ \"/game/*\": { \"cross-origin-opener-policy\": \"same-origin\" } }`."},
           "Record<string, Record<string, string | false>>",
           "an object of headers by path, such as {\"*.wasm\": {\"cache-control\": \"public, max-age=3600\"}}",
           read_headers, show_headers)
      .on_reload()
      .text(
          {"public.fallback",
           "File of public/ that a page's path without a file gets, for apps that route in the browser: "
           "\"index.html\". "
           "Without it, such a path gets `404.html`, if there is one."},
          "the name of a file of public/, such as \"index.html\"",
          [](auto& config) -> auto& { return config.public_fallback; }, "none")
      .on_reload();
}

}  // namespace entmoot_app
