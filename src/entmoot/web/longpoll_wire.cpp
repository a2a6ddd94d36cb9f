// SPDX-License-Identifier: MIT

#include <entmoot/web/longpoll_wire.hpp>

#include <entmoot/base/base64.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/base/utf8.hpp>

#include <fmt/format.h>

#include <string>
#include <utility>

namespace entmoot {

namespace {

HttpResponse readable(HttpResponse response) { return std::move(response).with("access-control-allow-origin", "*"); }

bool is_blank(std::string_view text) noexcept { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

/// Appends the message of one line; the status if it has none.
int take_line(std::string_view line, std::size_t bytes_max, std::vector<Frame>& frames) {
  if (line.starts_with('[') || line.starts_with('{')) {
    if (line.size() > bytes_max) return 413;
    frames.push_back({Frame::Kind::text, SharedBytes(line)});
    return 0;
  }
  const auto bytes = base64_decode_any(line);
  if (!bytes) return 400;
  if (bytes->size() > bytes_max) return 413;
  frames.push_back({Frame::Kind::binary, SharedBytes(*bytes)});
  return 0;
}

}  // namespace

Published published(const HttpRequest& request, const LongpollOptions& options) {
  std::string_view rest = request.body;
  if (is_blank(rest)) return {};
  if (!is_utf8(rest)) return {.refused = 400};
  const std::size_t bytes_max = options.oversize_is_answered ? options.body_bytes_max : options.message_bytes_max;
  Published result;
  if (request.header_count("content-type") != 1 || *request.header("content-type") != "application/x-ndjson") {
    if (rest.size() > bytes_max) return {.refused = 413};
    result.frames.push_back({Frame::Kind::text, SharedBytes(rest)});
    return result;
  }
  while (!rest.empty() && result.frames.size() < options.messages_max) {
    const auto end = rest.find('\n');
    auto line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (is_blank(line)) continue;
    if (const int refused = take_line(line, bytes_max, result.frames)) return {.refused = refused};
  }
  return result;
}

HttpResponse longpoll_status(int status) {
  return readable(HttpResponse::json(200, JsonText::trusted(fmt::format(R"({{"status":{}}})", status))));
}

HttpResponse longpoll_messages(int status, std::string_view token, std::span<const Frame> frames) {
  std::string body = fmt::format(R"({{"status":{},"token":)", status);
  append_json_string(body, token);
  body += R"(,"messages":[)";
  bool first = true;
  for (const Frame& frame : frames) {
    if (!std::exchange(first, false)) body += ',';
    append_json_string(body, frame.bytes.view());
  }
  body += "]}";
  return readable(HttpResponse::json(200, JsonText::trusted(body)));
}

HttpResponse longpoll_error(int status) { return readable(HttpResponse::empty(status)); }

HttpResponse longpoll_preflight(const HttpRequest& request) {
  return longpoll_error(200)
      .with("access-control-allow-headers", request.joined_header("access-control-request-headers"))
      .with("access-control-allow-methods", "get, post, options")
      .with("access-control-max-age", "3600");
}

}  // namespace entmoot
