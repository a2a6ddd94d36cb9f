// SPDX-License-Identifier: MIT

#pragma once

// Whom a room's script may ask (`fetch` in the configuration). A script that could ask anybody could ask what only this
// machine can reach: a database's port, a cloud's metadata service. So nothing is allowed that is not listed, and an
// address that is not the public internet's only if its host is listed by its own name.
//
// An entry is an origin ("https://api.example.com", "http://127.0.0.1:9000"), the subdomains of one
// ("https://*.example.com"), or "*". A value, immutable; any thread.

#include <entmoot/base/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio::ip {
class address;
}

namespace entmoot {

/// An http or https URL, taken apart. Only what needs no interpretation: printable ASCII, no user, no fragment;
/// js/web's URL writes such ones.
struct FetchUrl {
  std::string scheme;  ///< "http" or "https"
  std::string host;    ///< lower case; an IPv6 address without its brackets
  std::uint16_t port = 0;
  std::string target;  ///< path and query

  [[nodiscard]] static Result<FetchUrl> parse(std::string_view text);
  /// As in Location: absolute, or relative to this.
  [[nodiscard]] Result<FetchUrl> resolve(std::string_view location) const;
  /// "https://example.com", with the port if it is not the scheme's own.
  [[nodiscard]] std::string origin() const;
  [[nodiscard]] std::string text() const { return origin() + target; }
  /// For the Host header.
  [[nodiscard]] std::string authority() const;
};

class FetchPolicy {
 public:
  /// Nobody.
  FetchPolicy() = default;
  /// The error names the entry that is none.
  [[nodiscard]] static Result<FetchPolicy> parse(const std::vector<std::string>& entries);

  enum class Verdict : std::uint8_t {
    refused,
    if_public,  ///< Allowed, unless its address turns out to be private.
    allowed,    ///< Listed by name, wherever it is.
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
