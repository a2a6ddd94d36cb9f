// SPDX-License-Identifier: MIT

#include <entmoot/web/http_response.hpp>

#include <entmoot/base/log.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <iterator>
#include <utility>

namespace entmoot {

namespace {

bool is_safe_value(std::string_view value) noexcept {
  return std::ranges::none_of(value, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
  });
}

bool is_safe_name(std::string_view name) noexcept {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

std::string date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[40];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

/// Unless the response has its own.
constexpr std::pair<std::string_view, std::string_view> of_every_response[] = {{"x-content-type-options", "nosniff"},
                                                                               {"referrer-policy", "no-referrer"}};

bool has_body(int status) noexcept { return status >= 200 && status != 204 && status != 304; }

}  // namespace

HttpResponse HttpResponse::text(int status, std::string_view text) {
  return {status, {{"content-type", "text/plain; charset=utf-8"}}, SharedBytes(text)};
}

HttpResponse HttpResponse::json(int status, const JsonText& json) {
  return {status, {{"content-type", "application/json; charset=utf-8"}, {"cache-control", "no-store"}}, json.bytes()};
}

HttpResponse HttpResponse::error(int status, std::string_view reason) {
  std::string text = R"({"error":)";
  append_json_string(text, reason);
  text += '}';
  return json(status, JsonText::trusted(std::string_view(text)));
}

HttpResponse HttpResponse::empty(int status) { return {.status = status}; }

std::string_view reason_phrase(int status) noexcept {
  switch (status) {
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 406: return "Not Acceptable";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
  }
}

std::string response_head(HttpResponse& response, bool keep_alive) {
  for (const auto& header : response.headers) {
    if (is_safe_name(header.name) && is_safe_value(header.value)) continue;
    log::error("invalid response header {} {}; sending 500 instead", log::quoted(header.name),
               log::quoted(header.value));
    response = HttpResponse::error(500, "internal error");
    break;
  }
  if (!has_body(response.status)) response.body = {};
  std::string head =
      fmt::format("HTTP/1.1 {} {}\r\ndate: {}\r\n", response.status, reason_phrase(response.status), date());
  for (const auto& header : response.headers)
    fmt::format_to(std::back_inserter(head), "{}: {}\r\n", header.name, header.value);
  if (response.status != 101) {
    if (has_body(response.status))
      fmt::format_to(std::back_inserter(head), "content-length: {}\r\n", response.body.size());
    if (!keep_alive) head += "connection: close\r\n";
    for (const auto& [name, value] : of_every_response) {
      const auto is_it = [&name = name](const HttpHeader& header) { return same_name(header.name, name); };
      if (std::ranges::none_of(response.headers, is_it)) {
        fmt::format_to(std::back_inserter(head), "{}: {}\r\n", name, value);
      }
    }
  }
  head += "\r\n";
  return head;
}

}  // namespace entmoot
