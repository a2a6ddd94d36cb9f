// SPDX-License-Identifier: MIT

#pragma once

// The handlers behind a script's fetch(), called by js/web/fetch_types.js. A request is sent when its turn has
// succeeded, like all effects of a room.

#include <entmoot/base/memory_account.hpp>
#include <entmoot/core/effects.hpp>
#include <entmoot/runtime/handlers.hpp>
#include <entmoot/web/fetch.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace entmoot {

/// `fetcher` belongs to the script's shard and outlives the script. Responses are held on `account` while they arrive.
inline void add_fetch_handlers(Handlers& handlers, Fetcher& fetcher, std::shared_ptr<MemoryAccount> account) {
  // The script waits a little longer than the fetcher, whose error is more specific.
  const Duration timeout = fetcher.timeout() + std::chrono::seconds(1);
  handlers.on_later(
      "entmoot:fetch",
      [&fetcher, account = std::move(account)](JsonText args, ReplyTo reply) {
        Effects::release_or_hold([&fetcher, account, args = std::move(args), reply = std::move(reply)]() mutable {
          fetcher.fetch(args, std::move(reply), account);
        });
      },
      timeout);
  handlers.on("entmoot:fetch-abort", [&fetcher](const JsonText& args) -> Result<JsonText> {
    auto id = args.parse();
    if (!id || !id->is_array() || id->get_array().empty() || !id->get_array()[0].is_string()) {
      return fail(ErrorCode::invalid, "entmoot:fetch-abort: expected [requestId]");
    }
    Effects::release_or_hold([&fetcher, id = std::string(id->get_array()[0].get_string())] { fetcher.abort(id); });
    return JsonText();
  });
}

}  // namespace entmoot
