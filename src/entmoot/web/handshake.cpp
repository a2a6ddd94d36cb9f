// SPDX-License-Identifier: MIT

#include <entmoot/web/handshake.hpp>

#include <entmoot/web/digest.hpp>

#include <algorithm>
#include <string_view>

namespace entmoot {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

/// scheme "://" host [":" port], lower-case; the scheme may be empty ("//host").
struct Origin {
  std::string scheme;
  std::string host;
  std::string port;  // the scheme's own if none was given
};

std::string own_port(std::string_view scheme) {
  if (scheme == "http" || scheme == "ws") return "80";
  if (scheme == "https" || scheme == "wss") return "443";
  return {};
}

std::optional<Origin> parse_origin(std::string_view text) {
  const auto slashes = text.find("//");
  if (slashes == std::string_view::npos || (slashes > 0 && text[slashes - 1] != ':')) return std::nullopt;
  Origin origin;
  origin.scheme = lower(text.substr(0, slashes == 0 ? 0 : slashes - 1));
  auto rest = text.substr(slashes + 2);
  // An origin has no path, query, user or list; whoever sends one is not a browser.
  if (rest.empty() || rest.find_first_of("/?#@, \t\\") != std::string_view::npos) return std::nullopt;
  const auto bracket = rest.rfind(']');
  const auto colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  origin.host = lower(rest.substr(0, colon));
  if (colon != std::string_view::npos) {
    origin.port = rest.substr(colon + 1);
    if (origin.port.empty() || origin.port.size() > 5 ||
        !std::ranges::all_of(origin.port, [](char c) { return c >= '0' && c <= '9'; })) {
      return std::nullopt;
    }
  } else {
    origin.port = own_port(origin.scheme);
  }
  if (origin.host.empty()) return std::nullopt;
  return origin;
}

bool entry_allows(std::string_view entry_text, const Origin& origin) {
  const auto entry = parse_origin(entry_text);
  if (!entry) return false;
  if (!entry->scheme.empty() && entry->scheme != origin.scheme) return false;
  if (!entry->port.empty() && entry->port != origin.port) return false;
  if (!entry->host.starts_with("*.")) return entry->host == origin.host;
  const std::string_view domain = std::string_view(entry->host).substr(2);
  return origin.host == domain || origin.host.ends_with("." + std::string(domain));
}

/// A key is 16 bytes: 22 digits of base64 and two signs of padding.
bool is_key(std::string_view key) noexcept {
  return key.size() == 24 && key.ends_with("==") && std::ranges::all_of(key.substr(0, 22), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
         });
}

}  // namespace

bool origin_allowed(const OriginPolicy& policy, const HttpRequest& request) {
  if (policy.check == OriginPolicy::Check::off) return true;
  const auto count = request.header_count("origin");
  if (count == 0) return true;
  if (count > 1) return false;
  const auto origin = parse_origin(*request.header("origin"));
  if (!origin || origin->scheme.empty()) return false;
  if (policy.check == OriginPolicy::Check::listed) {
    return std::ranges::any_of(policy.allowed, [&](const std::string& entry) { return entry_allows(entry, *origin); });
  }
  // Host leaves out the port that is the scheme's own, as Origin does; so does the comparison.
  const auto host = parse_origin(origin->scheme + "://" + request.host);
  return host && host->host == origin->host && host->port == origin->port;
}

std::optional<HttpResponse> upgrade_refusal(const HttpRequest& request) {
  const auto refuse = [](std::string_view why) { return HttpResponse::text(400, why); };
  if (request.method != "GET") return HttpResponse::empty(400);
  if (request.http_1_0) return refuse("HTTP/1.1 is required");
  if (!request.header_has_token("connection", "upgrade")) return refuse("'connection' header must contain 'upgrade'");
  if (!request.header_has_token("upgrade", "websocket")) return refuse("'upgrade' header must contain 'websocket'");
  if (!request.body.empty()) return refuse("an upgrade has no body");
  if (request.header_count("sec-websocket-version") != 1 || *request.header("sec-websocket-version") != "13") {
    return HttpResponse::text(426, "'sec-websocket-version' header must equal '13'")
        .with("sec-websocket-version", "13");
  }
  if (request.header_count("sec-websocket-key") != 1 || !is_key(*request.header("sec-websocket-key"))) {
    return refuse("'sec-websocket-key' header must be 16 bytes in base64");
  }
  return std::nullopt;
}

HttpResponse upgrade_response(const HttpRequest& request) {
  constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 §1.3
  auto response =
      HttpResponse::empty(101)
          .with("upgrade", "websocket")
          .with("connection", "Upgrade")
          .with("sec-websocket-accept", sha1_base64(*request.header("sec-websocket-key") + std::string(guid)));
  // Subprotocol names are case-sensitive. A client that offered some and is answered with none gives up.
  const auto offered = request.joined_header("sec-websocket-protocol");
  const auto members = list_members(offered);
  if (std::ranges::find(members, "phoenix") != members.end()) response.with("sec-websocket-protocol", "phoenix");
  return response;
}

}  // namespace entmoot
