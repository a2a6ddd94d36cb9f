// SPDX-License-Identifier: MIT

#include <entmoot/web/fetch_policy.hpp>

#include <fmt/format.h>
#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>

namespace entmoot {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

std::uint16_t default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

bool is_name(std::string_view host) {
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  });
}

bool is_ipv6(std::string_view host) {
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9') || c == '.' || c == ':';
  });
}

// The path up to its last '/', merged with `relative`, "." and ".." resolved (RFC 3986 §5.2.4).
std::string merge_paths(std::string_view base, std::string_view relative) {
  std::string path(base.substr(0, base.find('?')));
  path.resize(path.rfind('/') + 1);
  const auto query = relative.find('?');
  std::string_view rest = relative.substr(0, query);
  while (!rest.empty()) {
    const auto slash = rest.find('/');
    const auto segment = rest.substr(0, slash);
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
    if (segment == "..") {
      path.pop_back();
      path.resize(path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1);
      if (path.empty()) path = "/";
    } else if (segment != ".") {
      path += segment;
      if (slash != std::string_view::npos) path += '/';
    }
  }
  return query == std::string_view::npos ? path : path + std::string(relative.substr(query));
}

std::uint32_t bits(const boost::asio::ip::address_v4& address) { return address.to_uint(); }

bool is_public_v4(std::uint32_t address) {
  struct Block {
    std::uint32_t first;
    int length;
  };
  static constexpr Block special[] = {
      {0x00000000, 8},   // this network
      {0x0a000000, 8},   // private
      {0x64400000, 10},  // shared by carriers
      {0x7f000000, 8},   // loopback
      {0xa9fe0000, 16},  // link-local, clouds' metadata
      {0xac100000, 12},  // private
      {0xc0000000, 24},  // protocol assignments
      {0xc0000200, 24},  // documentation
      {0xc0586300, 24},  // 6to4 relays
      {0xc0a80000, 16},  // private
      {0xc6120000, 15},  // benchmarks
      {0xc6336400, 24},  // documentation
      {0xcb007100, 24},  // documentation
      {0xe0000000, 3},   // multicast, reserved, broadcast
  };
  return std::ranges::none_of(special,
                              [&](const Block& block) { return (address ^ block.first) >> (32 - block.length) == 0; });
}

}  // namespace

Result<FetchUrl> FetchUrl::parse(std::string_view text) {
  const auto unclear = [&] {
    return fail(ErrorCode::invalid, fmt::format("\"{}\" is not an http or https URL", text));
  };
  if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != '\\'; })) return unclear();
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) return unclear();
  FetchUrl url;
  url.scheme = lower(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https") return unclear();
  auto rest = text.substr(colon + 3);
  rest = rest.substr(0, rest.find('#'));
  const auto end = rest.find_first_of("/?");
  auto authority = rest.substr(0, end);
  url.target = end == std::string_view::npos ? "" : rest.substr(end);
  if (!url.target.starts_with('/')) url.target.insert(0, "/");

  auto port = std::string_view();
  if (authority.starts_with('[')) {
    const auto bracket = authority.find(']');
    if (bracket == std::string_view::npos) return unclear();
    url.host = lower(authority.substr(1, bracket - 1));
    port = authority.substr(bracket + 1);
    if (!is_ipv6(url.host)) return unclear();
  } else {
    const auto at = std::min(authority.find(':'), authority.size());
    url.host = lower(authority.substr(0, at));
    port = authority.substr(at);
    if (!is_name(url.host)) return unclear();
  }
  url.port = default_port(url.scheme);
  if (!port.empty()) {
    const auto [stop, error] = std::from_chars(port.data() + 1, port.data() + port.size(), url.port);
    if (port[0] != ':' || error != std::errc() || stop != port.data() + port.size() || url.port == 0) return unclear();
  }
  return url;
}

Result<FetchUrl> FetchUrl::resolve(std::string_view location) const {
  if (location.starts_with("//")) return parse(scheme + ":" + std::string(location));
  if (location.starts_with('/')) return parse(origin() + std::string(location));
  if (location.starts_with('?')) return parse(origin() + target.substr(0, target.find('?')) + std::string(location));
  if (location.substr(0, location.find_first_of("/?#")).find(':') != std::string_view::npos) return parse(location);
  return parse(origin() + merge_paths(target, location));
}

std::string FetchUrl::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == default_port(scheme) ? name : fmt::format("{}:{}", name, port);
}

std::string FetchUrl::origin() const { return scheme + "://" + authority(); }

Result<FetchPolicy> FetchPolicy::parse(const std::vector<std::string>& entries) {
  FetchPolicy policy;
  for (const std::string& text : entries) {
    if (text == "*") {
      policy.entries_.push_back({.any = true});
      continue;
    }
    std::string origin = text;
    const auto star = origin.find("://*.");
    if (star != std::string::npos) origin.erase(star + 3, 2);
    const auto url = FetchUrl::parse(origin);
    if (!url || url->target != "/" || text.find_first_of("?#") != std::string::npos ||
        text.find("://") + 3 == text.size()) {
      return fail(
          ErrorCode::invalid,
          fmt::format("\"{}\" is not an origin; write \"https://api.example.com\", \"https://*.example.com\" or \"*\"",
                      text));
    }
    const bool wildcard = star != std::string::npos;
    policy.entries_.push_back(
        {.scheme = url->scheme, .host = (wildcard ? "." : "") + url->host, .port = url->port, .wildcard = wildcard});
  }
  return policy;
}

FetchPolicy::Verdict FetchPolicy::judge(const FetchUrl& url) const {
  Verdict verdict = Verdict::refused;
  for (const Entry& entry : entries_) {
    if (entry.any) verdict = Verdict::if_public;
    if (entry.any || entry.scheme != url.scheme || entry.port != url.port) continue;
    if (!entry.wildcard && entry.host == url.host) return Verdict::allowed;
    if (entry.wildcard && url.host.ends_with(entry.host)) verdict = Verdict::if_public;
  }
  return verdict;
}

bool is_public(const boost::asio::ip::address& address) noexcept {
  if (address.is_v4()) return is_public_v4(bits(address.to_v4()));
  const auto bytes = address.to_v6().to_bytes();
  const auto embedded = [&](std::size_t at) {
    return is_public_v4(static_cast<std::uint32_t>(bytes[at]) << 24 | static_cast<std::uint32_t>(bytes[at + 1]) << 16 |
                        static_cast<std::uint32_t>(bytes[at + 2]) << 8 | bytes[at + 3]);
  };
  const auto begins = [&](std::initializer_list<unsigned> with) {
    return std::equal(with.begin(), with.end(), bytes.begin());
  };
  if (begins({0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) return embedded(12);  // NAT64
  if ((bytes[0] & 0xe0) != 0x20) return false;                                     // only 2000::/3 is global unicast
  if (begins({0x20, 0x02})) return embedded(2);                                    // 6to4
  if (begins({0x20, 0x01}) && (bytes[2] & 0xfe) == 0) return false;                // Teredo and other assignments
  return !begins({0x20, 0x01, 0x0d, 0xb8}) && !begins({0x3f, 0xff});               // documentation
}

}  // namespace entmoot
