// SPDX-License-Identifier: MIT

#pragma once

// What holds for all rooms of a node as long as it runs.

#include <entmoot/base/bytes.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/otp/restart.hpp>
#include <entmoot/runtime/handlers.hpp>
#include <entmoot/runtime/script_log.hpp>

#include <cstddef>
#include <functional>

namespace entmoot {

struct RoomsOptions {
  std::size_t rooms_max = 10'000;
  std::size_t rooms_per_ip_max = 100;         ///< That clients of one address have started.
  std::size_t sleeping_bytes_max = 64 * MiB;  ///< Serialized state of rooms that sleep, all shards together.
  RestartIntensity restarts = {};             ///< Of each room.
  Backoff backoff = {};
  /// A client's address is the last one of X-Forwarded-For, which the nearest proxy has added.
  bool behind_proxy = false;
  /// Adds handlers that every room's script may call, besides those of rooms/room_handlers: `fetch`. Called on each
  /// room's shard, for each actor that is started.
  std::function<void(Shard& shard, Handlers& handlers)> add_handlers = {};
  ScriptLog::Console console = {};  ///< Where the consoles of the rooms' scripts go; the log if there is none.
};

}  // namespace entmoot
