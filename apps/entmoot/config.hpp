// SPDX-License-Identifier: MIT

#pragma once

// An app's configuration, as the library's option structs. Each setting is declared once (settings.hpp): its name,
// accepted values and purpose; reading, docs/configuration.md and the editor's types are derived from there.
//
// entmoot.config.ts is a program that has already run (server/app_loader.hpp); config_from() reads the JSON of its
// default export. It reports all errors at once, each with its position in the file. A Config without errors lets the
// server start, except for what only the system knows, such as a port in use.

#include "overrides.hpp"

#include <entmoot/base/clock.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/node/tokens.hpp>
#include <entmoot/otp/restart.hpp>
#include <entmoot/phoenix/socket.hpp>
#include <entmoot/rooms/room_limits.hpp>
#include <entmoot/web/cors_policy.hpp>
#include <entmoot/web/listener.hpp>
#include <entmoot/web/longpoll_table.hpp>
#include <entmoot/web/origin_policy.hpp>
#include <entmoot/web/page_headers.hpp>
#include <entmoot/web/site.hpp>
#include <entmoot/web/websocket_session.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot_app {

/// `socket`: the path that clients connect to, and the limits of a connection.
struct SocketSettings {
  std::string path = "/socket";
  bool longpoll = true;
  entmoot::SocketLimits limits = {};
  entmoot::WebSocketOptions websocket = {};
  entmoot::LongpollOptions longpolling = {};
};

/// `node`: the rooms of this process, of all routes together.
struct NodeLimits {
  std::size_t rooms_max = 10'000;
  std::size_t rooms_per_ip_max = 100;                  ///< Started by clients from one address.
  std::size_t sleeping_bytes_max = 64 * entmoot::MiB;  ///< Serialized state of sleeping rooms.
  std::size_t memory = 0;                              ///< 0: MemoryBudgetOptions' default.
  entmoot::RestartIntensity restarts = {};
  entmoot::Backoff backoff = {};
};

/// `drain`: how the server stops.
struct DrainSettings {
  entmoot::Duration delay = {};                      ///< It is not ready, but serves its clients as before.
  entmoot::Duration time = std::chrono::seconds(2);  ///< Over which the clients are spread that it asks to reconnect.
};

/// `metrics`: the port for operators.
struct MetricsSettings {
  std::string address = "127.0.0.1";
  std::optional<std::uint16_t> port = {};  ///< Nothing: there is none.
};

/// `dashboard`: the page at /entmoot.
struct DashboardSettings {
  bool enabled = true;
  std::string token = {};  ///< Empty: only clients of the server's own user on this machine are let in.
};

struct Config {
  entmoot::ListenerOptions listener = {};
  unsigned shards = 0;  ///< 0: one per core.
  entmoot::OriginPolicy origins = {};
  bool proxy = false;  ///< The client's address is the last entry of X-Forwarded-For.
  bool compress = false;
  entmoot::Duration public_cache = {};  ///< How long browsers may cache a file of public/ without revalidation.
  entmoot::PageHeaders pages = {};      ///< Of public/.
  std::string public_fallback = {};     ///< A file of public/.
  entmoot::CorsPolicy cors = {};
  SocketSettings socket = {};
  entmoot::HttpOptions http = {};
  entmoot::Tokens tokens = {};
  std::optional<bool> expose_errors = {};             ///< Whether clients see what a script has thrown.
  std::vector<std::string> env = {};                  ///< Environment variables that rooms can read.
  std::vector<std::string> handlers = {"broadcast"};  ///< For Beam.call; a subset of known_handlers.
  std::vector<std::string> fetch = {};                ///< Origins that rooms can fetch from.
  std::map<std::string, std::string> broadcast_channels = {{"chat", "new_message"}};  ///< Name to event.
  entmoot::RoomLimits limits = {};
  std::map<std::string, entmoot::RoomLimits> rooms = {};  ///< By route pattern; each has all limits.
  NodeLimits node = {};
  DrainSettings drain = {};
  MetricsSettings metrics = {};
  DashboardSettings dashboard = {};
  std::string data = "data";  ///< The folder of durable rooms' data, relative to the app's.

  /// The limits of a route's rooms; `pattern` is the route's ("room:*").
  [[nodiscard]] const entmoot::RoomLimits& limits_of(const std::string& pattern) const {
    const auto found = rooms.find(pattern);
    return found == rooms.end() ? limits : found->second;
  }
};

/// A configuration file after it has run.
struct ConfigFile {
  std::string name = "entmoot.config.ts";  ///< The name in errors.
  std::string source = {};
  entmoot::JsonText default_export = {};
  std::vector<Override> overrides = {};  ///< Over what the file exports.
};

/// The error's reason lists all errors, one per line: "entmoot.config.ts:3:5: `port` must be …".
[[nodiscard]] entmoot::Result<Config> config_from(const ConfigFile& file);

/// The address to listen on: "localhost" is 127.0.0.1. An error: neither that nor an IPv4 or IPv6 address.
[[nodiscard]] entmoot::Result<std::string> listen_address(const std::string& written);

/// Warnings for the log: settings that are valid but probably unintended. server/app.hpp adds those of the rooms.
[[nodiscard]] std::vector<std::string> warnings_of(const Config& config);

}  // namespace entmoot_app
