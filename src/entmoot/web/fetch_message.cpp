// SPDX-License-Identifier: MIT

#include <entmoot/web/fetch_message.hpp>

#include <entmoot/base/base64.hpp>
#include <entmoot/base/utf8.hpp>
#include <entmoot/web/byte_string.hpp>

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <string_view>

namespace entmoot {

namespace {

constexpr std::size_t headers_max = 100;
constexpr std::size_t header_bytes_max = 16 * KiB;  // the most that servers usually accept

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

// Message framing and hop-by-hop headers are set by the client only (RFC 9110 §7.6.1).
bool is_reserved(std::string_view name) {
  static constexpr std::string_view reserved[] = {
      "connection", "content-length", "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"};
  const auto proxy = std::string_view("proxy-");
  return std::ranges::any_of(reserved, [&](std::string_view each) { return same_name(each, name); }) ||
         same_name(name.substr(0, proxy.size()), proxy);
}

std::string_view text_of(const boost::json::object& object, std::string_view key) {
  const Json* found = object.if_contains(key);
  return found && found->is_string() ? std::string_view(found->get_string()) : std::string_view();
}

Result<std::string> field_value(std::string_view text) {
  if (text.find_first_of(std::string_view("\r\n\0", 3)) != text.npos)
    return fail(ErrorCode::invalid, "invalid header value: it contains a line break or NUL");
  return bytes_of_characters(text);
}

Result<HttpHeader> header_of(const Json& pair) {
  if (!pair.is_array() || pair.get_array().size() != 2 || !pair.get_array()[0].is_string() ||
      !pair.get_array()[1].is_string()) {
    return fail(ErrorCode::invalid, "invalid header: expected [name, value]");
  }
  HttpHeader header{std::string(pair.get_array()[0].get_string()), {}};
  if (!is_token(header.name)) return fail(ErrorCode::invalid, "invalid header name");
  if (is_reserved(header.name))
    return fail(ErrorCode::invalid, fmt::format("the header \"{}\" cannot be set", header.name));
  auto value = field_value(pair.get_array()[1].get_string());
  if (!value) return value.error();
  header.value = std::move(*value);
  return header;
}

}  // namespace

Result<FetchRequest> FetchRequest::parse(const JsonText& args, std::size_t body_bytes_max) {
  const auto json = args.parse();
  if (!json) return json.error();
  if (!json->is_array() || json->get_array().empty() || !json->get_array()[0].is_object()) {
    return fail(ErrorCode::invalid, "invalid request: expected an object");
  }
  const boost::json::object& object = json->get_array()[0].get_object();

  auto url = FetchUrl::parse(text_of(object, "url"));
  if (!url) return url.error();
  FetchRequest request{.id = std::string(text_of(object, "id")), .url = std::move(*url)};
  if (const auto method = text_of(object, "method"); !method.empty()) request.method = method;
  if (!is_token(request.method) || request.method == "CONNECT" || request.method == "TRACE") {
    return fail(ErrorCode::invalid, fmt::format("invalid or forbidden method \"{}\"", request.method));
  }
  const auto redirect = text_of(object, "redirect");
  if (redirect == "error") request.redirect = Redirect::error;
  if (redirect == "manual") request.redirect = Redirect::manual;

  std::size_t bytes = request.url.target.size();
  if (const Json* headers = object.if_contains("headers")) {
    if (!headers->is_array()) return fail(ErrorCode::invalid, "invalid headers: expected a list of [name, value]");
    for (const Json& pair : headers->get_array()) {
      auto header = header_of(pair);
      if (!header) return header.error();
      bytes += header->name.size() + header->value.size() + 4;
      request.headers.push_back(std::move(*header));
    }
  }
  if (bytes > header_bytes_max || request.headers.size() > headers_max) {
    return fail(ErrorCode::limit, fmt::format("the request's URL and headers exceed {} KiB or {} lines",
                                              header_bytes_max / KiB, headers_max));
  }
  request.body = text_of(object, "text");
  if (const auto encoded = text_of(object, "base64"); !encoded.empty()) {
    auto body = base64_decode(encoded);
    if (!body) return body.error();
    request.body = std::move(*body);
  }
  if (request.body.size() > body_bytes_max) {
    return fail(ErrorCode::limit, fmt::format("the request's body exceeds {} KiB", body_bytes_max / KiB));
  }
  return request;
}

JsonText FetchResponse::to_json() const {
  std::string out = fmt::format(R"({{"status":{},"statusText":)", status);
  append_json_string(out, characters_of_bytes(reason));
  out += R"(,"headers":[)";
  for (const HttpHeader& header : headers) {
    if (out.back() != '[') out += ',';
    out += '[';
    append_json_string(out, header.name);
    out += ',';
    append_json_string(out, characters_of_bytes(header.value));
    out += ']';
  }
  out += R"(],"url":)";
  append_json_string(out, url);
  out += redirected ? R"(,"redirected":true,)" : R"(,"redirected":false,)";
  const bool text = is_utf8(body);
  out += text ? R"("text":)" : R"("base64":)";
  append_json_string(out, text ? body : base64_encode(body));
  out += '}';
  return JsonText::trusted(std::string_view(out));
}

}  // namespace entmoot
