// SPDX-License-Identifier: MIT

#pragma once

// Gives a room's script its fetch(): the handlers that js/web/fetch_types.js calls. A request goes out when the turn
// that made it has succeeded, like everything that a room does.

#include <entmoot/core/effects.hpp>
#include <entmoot/runtime/handlers.hpp>
#include <entmoot/web/fetch.hpp>

#include <chrono>
#include <utility>

namespace entmoot {

/// `fetcher` is of the room's shard and outlives the room.
inline Handlers& offer_fetch(Handlers& handlers, Fetcher& fetcher) {
  // The room waits a little longer than the fetcher, whose answer says more.
  const Duration patience = fetcher.timeout() + std::chrono::seconds(1);
  handlers.on_later(
      "entmoot:fetch",
      [&fetcher](JsonText args, ReplyTo reply) {
        Effects::release_or_hold([&fetcher, args = std::move(args), reply = std::move(reply)]() mutable {
          fetcher.fetch(args, std::move(reply));
        });
      },
      patience);
  handlers.on("entmoot:fetch-abort", [&fetcher](const JsonText& args) -> Result<JsonText> {
    auto id = args.parse();
    if (!id || !id->is_array() || id->get_array().empty() || !id->get_array()[0].is_string()) return fail(ErrorCode::invalid, "which one?");
    Effects::release_or_hold([&fetcher, id = std::string(id->get_array()[0].get_string())] { fetcher.abort(id); });
    return JsonText();
  });
  return handlers;
}

}  // namespace entmoot
