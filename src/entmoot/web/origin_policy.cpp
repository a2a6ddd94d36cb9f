// SPDX-License-Identifier: MIT

#include <entmoot/web/origin_policy.hpp>

#include <entmoot/base/guarded.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/core/shard.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <optional>

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
  std::string port;  // the scheme's default if none was given
};

std::string default_port(std::string_view scheme) {
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
  // An origin has no path, query, user or list; browsers send none of these.
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
    origin.port = default_port(origin.scheme);
  }
  if (origin.host.empty()) return std::nullopt;
  return origin;
}

/// `pattern`: a host, or "*." and a host.
bool host_matches(std::string_view pattern, std::string_view host) {
  if (!pattern.starts_with("*.")) return pattern == host;
  const std::string_view domain = pattern.substr(2);
  return host == domain || host.ends_with("." + std::string(domain));
}

bool entry_allows(std::string_view entry_text, const Origin& origin) {
  const auto entry = parse_origin(entry_text);
  if (!entry) return false;
  if (!entry->scheme.empty() && entry->scheme != origin.scheme) return false;
  if (!entry->port.empty() && entry->port != origin.port) return false;
  return host_matches(entry->host, origin.host);
}

/// A star stands only for whole labels at the front of a name.
bool is_entry(std::string_view text) {
  const auto entry = parse_origin(text);
  if (!entry) return false;
  const auto name = std::string_view(entry->host).substr(entry->host.starts_with("*.") ? 2 : 0);
  return !name.empty() && name.find('*') == std::string_view::npos;
}

/// A callback that throws refuses the origin.
bool callback_allows(const OriginPolicy& policy, std::string_view origin, const HttpRequest& request) {
  const auto allowed = guarded([&] { return policy.callback(origin, request); });
  if (allowed) return *allowed;
  log::error("origin check: the callback threw {}; the origin is refused", log::quoted(allowed.error().reason));
  return false;
}

}  // namespace

Result<void> OriginPolicy::validate() const {
  if (check == Check::host && !parse_origin("//" + host)) {
    return fail(ErrorCode::invalid,
                fmt::format("the origin check `host` needs the server's public host, not {}", log::quoted(host)));
  }
  if (check == Check::callback && !callback)
    return fail(ErrorCode::invalid, "the origin check `callback` has no callback");
  for (const auto& entry : allowed) {
    if (is_entry(entry)) continue;
    return fail(ErrorCode::invalid, fmt::format("invalid origin {}: write \"https://example.com\", \"//example.com\", "
                                                "\"//example.com:4000\" or \"//*.example.com\"",
                                                log::quoted(entry)));
  }
  return {};
}

bool origin_entry_names(std::string_view entry, std::string_view host) {
  const auto origin = parse_origin(entry);
  return origin && host_matches(origin->host, host);
}

void warn_of_refused_origin(const OriginPolicy& policy, const HttpRequest& request) {
  if (!Shard::here().may_log()) return;
  log::warn("refused {} {} from a page of {}: the origin is not allowed{}", request.method, log::quoted(request.path),
            log::quoted(request.joined_header("origin")), policy.advice);
}

bool origin_allowed(const OriginPolicy& policy, const HttpRequest& request) {
  using Check = OriginPolicy::Check;
  if (policy.check == Check::off) return true;
  const auto count = request.header_count("origin");
  if (count == 0) return true;
  if (count > 1) return false;
  const std::string& text = *request.header("origin");
  if (policy.check == Check::callback) return callback_allows(policy, text, request);
  const auto origin = parse_origin(text);
  if (!origin || origin->scheme.empty()) return false;
  switch (policy.check) {
    case Check::listed:
      if (std::ranges::any_of(policy.allowed, [&](const auto& entry) { return entry_allows(entry, *origin); }))
        return true;
      if (!policy.own_host_too) return false;
      break;
    case Check::host: return origin->host == lower(policy.host);
    case Check::conn: {
      const auto own = parse_origin("http://" + request.host);
      return own && own->scheme == origin->scheme && own->host == origin->host && own->port == origin->port;
    }
    case Check::same_host:
    case Check::off:
    case Check::callback: break;
  }
  // Both Host and Origin omit the scheme's default port.
  const auto host = parse_origin(origin->scheme + "://" + request.host);
  return host && host->host == origin->host && host->port == origin->port;
}

}  // namespace entmoot
