// SPDX-License-Identifier: MIT

#include <entmoot/web/handshake.hpp>

#include <entmoot/base/log.hpp>
#include <entmoot/web/digest.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace entmoot {

namespace {

/// A key is 16 bytes in base64: 22 digits and two padding characters.
bool is_key(std::string_view key) noexcept {
  return key.size() == 24 && key.ends_with("==") && std::ranges::all_of(key.substr(0, 22), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
         });
}

/// The header's values in Phoenix's notation: [], ["12"], ["12", "13"].
std::string lines_of(const HttpRequest& request, std::string_view name) {
  std::string out = "[";
  for (const auto& header : request.headers) {
    if (!same_name(header.name, name)) continue;
    if (out.size() > 1) out += ", ";
    out += log::quoted(header.value);
  }
  return out + "]";
}

}  // namespace

std::optional<HttpResponse> upgrade_refusal(const HttpRequest& request) {
  const auto refuse = [](std::string_view why) { return HttpResponse::text(400, why); };
  const auto got = [&](std::string_view name, std::string_view must) {
    return fmt::format("'{}' header must {}, got {}", name, must, lines_of(request, name));
  };
  if (request.method != "GET") return HttpResponse::empty(400);
  if (request.http_1_0) return refuse("HTTP version HTTP/1.0 unsupported");
  if (!request.header_has_token("connection", "upgrade")) return refuse(got("connection", "contain 'upgrade'"));
  if (!request.header_has_token("upgrade", "websocket")) return refuse(got("upgrade", "contain 'websocket'"));
  if (request.header_count("sec-websocket-key") == 0) return refuse("'sec-websocket-key' header is absent");
  if (request.header_count("sec-websocket-key") > 1 || !is_key(*request.header("sec-websocket-key"))) {
    return refuse(got("sec-websocket-key", "be 16 bytes in base64"));
  }
  if (request.header_count("sec-websocket-version") != 1 || *request.header("sec-websocket-version") != "13") {
    return refuse(got("sec-websocket-version", "equal '13'")).with("sec-websocket-version", "13");
  }
  if (!request.body.empty()) return refuse("upgrade request with a body");
  return std::nullopt;
}

HttpResponse upgrade_response(const HttpRequest& request, std::string_view subprotocol) {
  constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 §1.3
  auto response =
      HttpResponse::empty(101)
          .with("upgrade", "websocket")
          .with("connection", "Upgrade")
          .with("sec-websocket-accept", sha1_base64(*request.header("sec-websocket-key") + std::string(guid)));
  if (!subprotocol.empty()) response.with("sec-websocket-protocol", std::string(subprotocol));
  return response;
}

}  // namespace entmoot
