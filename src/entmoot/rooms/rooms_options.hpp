// SPDX-License-Identifier: MIT

#pragma once

// The options of all rooms of a node, constant while it runs.

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/memory_account.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/otp/restart.hpp>
#include <entmoot/rooms/memory_budget.hpp>
#include <entmoot/runtime/handlers.hpp>
#include <entmoot/runtime/script_log.hpp>

#include <cstddef>
#include <functional>
#include <memory>

namespace entmoot {

class StoreWriter;

struct RoomsOptions {
  std::size_t rooms_max = 10'000;
  std::size_t rooms_per_ip_max = 100;         ///< Rooms started by clients of one address.
  std::size_t sleeping_bytes_max = 64 * MiB;  ///< Serialized states of sleeping rooms, on all shards together.
  MemoryBudgetOptions memory = {};
  RestartIntensity restarts = {};  ///< Per room.
  Backoff backoff = {};
  /// Whether a client's address is the last one in X-Forwarded-For, added by the nearest proxy.
  bool behind_proxy = false;
  /// Adds handlers for every room's script, besides those of rooms/room_handlers: `fetch`, for example. Called on each
  /// room's shard, for each actor that is started. `account` is the room's: what a handler holds for it is charged
  /// there.
  std::function<void(Shard& shard, const std::shared_ptr<MemoryAccount>& account, Handlers& handlers)> add_handlers =
      {};
  /// Whether clients learn what a script has thrown; otherwise they get a neutral reason and an id, which is in the
  /// log.
  bool expose_errors = false;
  ScriptLog::Console console = {};  ///< Receives the console output of the scripts; default: the log.
  /// Where durable rooms are kept; null: none can start. The rooms are its last owner.
  std::shared_ptr<StoreWriter> store = {};
  /// Durable rooms are opened as they were, to be looked at: nobody leaves them, and their timers do not go on.
  bool stand_still = false;
  /// Durable rooms are like others, for tests.
  bool all_in_memory = false;
};

}  // namespace entmoot
