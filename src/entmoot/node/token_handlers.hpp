// SPDX-License-Identifier: MIT

#pragma once

// The handlers behind a room's `tokens` (room.js): Phoenix.Token.sign and verify with the app's key, which never enters
// a heap. Both answer at once.

#include <entmoot/node/tokens.hpp>
#include <entmoot/runtime/handlers.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace entmoot {

/// The most that a room may sign or verify, as JSON: both run in a section that cannot be preempted.
inline constexpr std::size_t token_bytes_max = 16 * KiB;

/// "entmoot:sign" with [data, seconds or null] and "entmoot:verify" with [token], whose answer is [data] or [].
inline void add_token_handlers(Handlers& handlers, const std::shared_ptr<const Tokens>& tokens) {
  const auto arguments = [](const JsonText& args, std::size_t count) -> Result<boost::json::array> {
    if (args.view().size() > token_bytes_max) {
      return fail(ErrorCode::limit, "a token and its data must not exceed 16 KB");
    }
    auto json = args.parse();
    if (!json || !json->is_array() || json->get_array().size() != count) {
      return fail(ErrorCode::invalid, "expected the arguments of tokens.sign or tokens.verify");
    }
    return json->get_array();
  };
  handlers.on("entmoot:sign", [tokens, arguments](const JsonText& args) -> Result<JsonText> {
    const auto given = arguments(args, 2);
    if (!given) return given.error();
    if (!tokens->key) return fail(ErrorCode::unavailable, "tokens.sign needs `tokens.secret` in entmoot.config.ts");
    TokenKey::Signing signing;
    if (const Json& age = given->at(1); !age.is_null()) {
      const auto* seconds = age.if_int64();
      if (!seconds || *seconds < 1) return fail(ErrorCode::invalid, "`maxAge` must be a whole number of seconds");
      signing.max_age = std::chrono::seconds(*seconds);
    }
    return JsonText::of(Json(tokens->key->sign(given->at(0), signing)));
  });
  handlers.on("entmoot:verify", [tokens, arguments](const JsonText& args) -> Result<JsonText> {
    const auto given = arguments(args, 1);
    if (!given) return given.error();
    if (!tokens->given()) {
      return fail(ErrorCode::unavailable, "tokens.verify needs `tokens` in entmoot.config.ts");
    }
    const auto* token = given->at(0).if_string();
    auto identity = token ? tokens->verify(std::string_view(*token)) : Result<Identity>(fail(ErrorCode::invalid, ""));
    const bool expired = identity && identity->expires_at && *identity->expires_at <= SystemClock::shared().now();
    boost::json::array answer;
    if (identity && !expired) answer.push_back(std::move(identity->token));
    return JsonText::of(Json(std::move(answer)));
  });
}

}  // namespace entmoot
