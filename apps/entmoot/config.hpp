// SPDX-License-Identifier: MIT

#pragma once

// What an app's entmoot.config.ts says, in the library's own words. Every setting is declared in settings.cpp, once:
// its name, what it may be, and what it is for; reading, docs/configuration.md and the types for the editor all come
// from there.
//
// The file has been run when it comes here; what is read is the JSON of its default export. All mistakes are told at
// once, each with its place in the file. A value without a mistake is a server that can start, as far as words can
// tell.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/node/tokens.hpp>
#include <entmoot/otp/restart.hpp>
#include <entmoot/phoenix/socket.hpp>
#include <entmoot/rooms/room_limits.hpp>
#include <entmoot/web/listener.hpp>
#include <entmoot/web/longpoll_table.hpp>
#include <entmoot/web/origin_policy.hpp>
#include <entmoot/web/site.hpp>
#include <entmoot/web/websocket_session.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot_app {

/// `socket`: where clients connect, and how much they may send.
struct SocketSettings {
  std::string path = "/socket";
  bool longpoll = true;
  entmoot::SocketLimits limits = {};
  entmoot::WebSocketOptions websocket = {};
  entmoot::LongpollOptions longpolling = {};
};

/// `node`: the rooms of this process, all routes together.
struct NodeLimits {
  std::size_t rooms_max = 10'000;
  std::size_t rooms_per_ip_max = 100;                  ///< That clients of one address have called to life.
  std::size_t sleeping_bytes_max = 64 * entmoot::MiB;  ///< Serialized state of rooms that sleep.
  entmoot::RestartIntensity restarts = {};
  entmoot::Backoff backoff = {};
};

struct Config {
  entmoot::ListenerOptions listener = {};
  unsigned shards = 0;  ///< 0: one per core.
  entmoot::OriginPolicy origins = {};
  bool proxy = false;  ///< The client's address is the last one of X-Forwarded-For.
  bool compress = false;
  entmoot::Duration public_cache = {};  ///< How long browsers may use a file of public/ without asking.
  SocketSettings socket = {};
  entmoot::HttpOptions http = {};
  entmoot::Tokens tokens = {};
  std::vector<std::string> handlers = {"broadcast"};  ///< Of Beam.call, out of known_handlers.
  std::vector<std::string> fetch = {};                ///< Origins that rooms may fetch from.
  std::map<std::string, std::string> broadcast_channels = {{"chat", "new_message"}};  ///< Name to event.
  entmoot::RoomLimits limits = {};
  std::map<std::string, entmoot::RoomLimits> rooms = {};  ///< By the route's pattern, complete.
  NodeLimits node = {};

  /// What the rooms of a route may use; `pattern` as the route has it ("room:*").
  [[nodiscard]] const entmoot::RoomLimits& limits_of(const std::string& pattern) const {
    const auto found = rooms.find(pattern);
    return found == rooms.end() ? limits : found->second;
  }
};

/// A configuration file that has been run.
struct ConfigFile {
  std::string name = "entmoot.config.ts";  ///< As errors show it.
  std::string source = {};
  entmoot::JsonText default_export = {};
};

/// The error's reason has all mistakes, one a line: "entmoot.config.ts:3:5: `port` must be …".
[[nodiscard]] entmoot::Result<Config> config_from(const ConfigFile& file);

/// What works but is hardly meant: sentences for the log. An app has more of them (rooms/app.hpp).
[[nodiscard]] std::vector<std::string> warnings_of(const Config& config);

}  // namespace entmoot_app
