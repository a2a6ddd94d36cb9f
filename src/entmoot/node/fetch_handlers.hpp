// SPDX-License-Identifier: MIT

#pragma once

// Gives a script its fetch(): the handlers that js/web/fetch_types.js calls. A request goes out when the turn that made
// it has succeeded, like everything that a room does.

#include <entmoot/core/effects.hpp>
#include <entmoot/runtime/handlers.hpp>
#include <entmoot/web/fetch.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace entmoot {

/// `fetcher` is of the script's shard and outlives the script.
inline void add_fetch_handlers(Handlers& handlers, Fetcher& fetcher) {
  // The script waits a little longer than the fetcher, whose answer says more.
  const Duration timeout = fetcher.timeout() + std::chrono::seconds(1);
  handlers.on_later(
      "entmoot:fetch",
      [&fetcher](JsonText args, ReplyTo reply) {
        Effects::release_or_hold([&fetcher, args = std::move(args), reply = std::move(reply)]() mutable {
          fetcher.fetch(args, std::move(reply));
        });
      },
      timeout);
  handlers.on("entmoot:fetch-abort", [&fetcher](const JsonText& args) -> Result<JsonText> {
    auto id = args.parse();
    if (!id || !id->is_array() || id->get_array().empty() || !id->get_array()[0].is_string()) {
      return fail(ErrorCode::invalid, "entmoot:fetch-abort takes [requestId]");
    }
    Effects::release_or_hold([&fetcher, id = std::string(id->get_array()[0].get_string())] { fetcher.abort(id); });
    return JsonText();
  });
}

}  // namespace entmoot
