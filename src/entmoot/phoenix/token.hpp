// SPDX-License-Identifier: MIT

#pragma once

// Signed tokens: values that the server issues and later verifies (Phoenix.Token). The application puts a token into
// its page or its login response; the client passes it to `connect`, which learns who the client is and when they
// signed in.
//
//     const TokenKey key = TokenKey::derive(secret, "user socket").value();
//     const std::string token = key.sign(boost::json::object{{"user", 7}});
//     const auto data = key.verify(token, {.max_age = std::chrono::hours(1)});
//     if (!data) return fail(data.error());    // "token missing", "invalid token", "token expired"
//
// Signed, not encrypted: anyone who has a token can read its contents. The salt is not secret; it names the purpose,
// and tokens signed with another salt are rejected, even with the same secret.
//
// The key is derived by PBKDF2 with HMAC-SHA256, 1000 rounds, 32 bytes, and the format is that of
// Plug.Crypto.MessageVerifier: `SFMyNTY.<payload>.<mac>`, base64url without padding, HMAC-SHA256 over everything before
// the second dot. The payload differs: JSON `{"data":…,"signed":ms,"max_age":s}` where Phoenix has an Erlang term. So a
// token of a Phoenix server has a valid signature here and is rejected as invalid all the same.
//
// Deriving takes about a millisecond: derive a key once and keep it. A key is immutable; any thread may use it.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace entmoot {

enum class TokenProblem {
  missing,  ///< the text is empty
  invalid,  ///< signed with another key or salt, or modified
  expired,  ///< valid, but too old
};

/// The error for a client: "token missing", "invalid token", "token expired".
[[nodiscard]] Error fail(TokenProblem problem);
[[noreturn]] void throw_exception_from_error(TokenProblem problem, const boost::source_location&);

class TokenKey {
 public:
  /// Phoenix's default: a day.
  static constexpr std::chrono::seconds default_max_age{86'400};
  /// As a max_age: never expires.
  static constexpr std::chrono::seconds forever = std::chrono::seconds::max();
  /// Phoenix's minimum for a secret.
  static constexpr std::size_t secret_bytes_min = 20;

  struct Signing {
    std::chrono::seconds max_age = default_max_age;  ///< Stored in the token; verify() may override it.
    std::optional<WallTime> signed_at = {};          ///< Default: now.
  };
  struct Verifying {
    std::optional<std::chrono::seconds> max_age = {};  ///< Default: the token's. Zero or less: expired.
  };

  /// An error if the secret is shorter than `secret_bytes_min`. `clock` outlives the key.
  [[nodiscard]] static Result<TokenKey> derive(std::string_view secret, std::string_view salt,
                                               const WallClock& clock = SystemClock::shared());

  [[nodiscard]] std::string sign(const Json& data) const { return sign(data, Signing()); }
  [[nodiscard]] std::string sign(const Json& data, Signing signing) const;
  /// Returns the signed data.
  [[nodiscard]] boost::system::result<Json, TokenProblem> verify(std::string_view token) const {
    return verify(token, Verifying());
  }
  [[nodiscard]] boost::system::result<Json, TokenProblem> verify(std::string_view token, Verifying verifying) const;

 private:
  using Bytes = std::array<unsigned char, 32>;
  explicit TokenKey(const WallClock& clock) : clock_(&clock) {}
  [[nodiscard]] Bytes mac(std::string_view text) const;

  const WallClock* clock_;
  Bytes key_{};
};

}  // namespace entmoot
