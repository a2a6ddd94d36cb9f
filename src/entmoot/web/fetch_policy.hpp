// SPDX-License-Identifier: MIT

#pragma once

// The hosts that a room's script may request (`fetch` in the configuration). An unrestricted script could reach what
// only this machine can reach: a database's port, a cloud's metadata service. So only listed origins are allowed, and
// an address outside the public internet only if its host is listed by its own name.
//
// An entry is an origin ("https://api.example.com", "http://127.0.0.1:9000"), the subdomains of one
// ("https://*.example.com"), or "*". An immutable value; any thread.

#include <entmoot/base/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio::ip {
class address;
}

namespace entmoot {

/// A parsed http or https URL, in the normal form that js/web's URL produces: printable ASCII, no user, no fragment.
struct FetchUrl {
  std::string scheme;  ///< "http" or "https"
  std::string host;    ///< lower case; an IPv6 address without its brackets
  std::uint16_t port = 0;
  std::string target;  ///< path and query

  [[nodiscard]] static Result<FetchUrl> parse(std::string_view text);
  /// `location` as in the Location header: absolute, or relative to this URL.
  [[nodiscard]] Result<FetchUrl> resolve(std::string_view location) const;
  /// "https://example.com", with the port if it is not the scheme's default.
  [[nodiscard]] std::string origin() const;
  [[nodiscard]] std::string text() const { return origin() + target; }
  /// For the Host header.
  [[nodiscard]] std::string authority() const;
};

class FetchPolicy {
 public:
  /// Allows nothing.
  FetchPolicy() = default;
  /// The error names the invalid entry.
  [[nodiscard]] static Result<FetchPolicy> parse(const std::vector<std::string>& entries);

  enum class Verdict : std::uint8_t {
    refused,
    if_public,  ///< Allowed unless the name resolves to a private address.
    allowed,    ///< Listed by name, whatever its address.
  };
  [[nodiscard]] Verdict judge(const FetchUrl& url) const;

 private:
  struct Entry {
    std::string scheme = {};
    std::string host = {};  // of a wildcard: ".example.com"
    std::uint16_t port = 0;
    bool any = false;
    bool wildcard = false;
  };
  std::vector<Entry> entries_;
};

/// Whether an address belongs to the public internet (IANA's special-purpose registries, RFC 6890).
[[nodiscard]] bool is_public(const boost::asio::ip::address& address) noexcept;

}  // namespace entmoot
