// SPDX-License-Identifier: MIT

#include "settings.hpp"

#include "jwt_keys.hpp"
#include "page_settings.hpp"
#include "units.hpp"

#include <entmoot/base/json.hpp>
#include <entmoot/web/origin_policy.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/json/value_from.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace entmoot_app {

using namespace entmoot;

namespace {

std::string show_texts(const std::vector<std::string>& texts) { return to_json(boost::json::value_from(texts)); }

Result<void> read_origins(const Json& value, Config& config) {
  OriginPolicy policy;
  if (value.is_bool()) {
    policy.check = value.get_bool() ? OriginPolicy::Check::same_host : OriginPolicy::Check::off;
  } else {
    auto entries = texts_in(value);
    if (!entries) return fail(ErrorCode::invalid, "");
    if (*entries == std::vector<std::string>{":conn"}) {
      policy.check = OriginPolicy::Check::conn;
    } else {
      policy.check = OriginPolicy::Check::listed;
      policy.allowed = *std::move(entries);
      policy.own_host_too = true;
    }
  }
  if (auto valid = policy.validate(); !valid) return valid.error();
  config.origins = std::move(policy);
  return {};
}

std::string show_origins(const Config& config) {
  switch (config.origins.check) {
    case OriginPolicy::Check::off: return "false";
    case OriginPolicy::Check::conn: return "[\":conn\"]";
    case OriginPolicy::Check::listed: return show_texts(config.origins.allowed);
    default: return "true";
  }
}

Result<void> read_handlers(const Json& value, Config& config) {
  auto names = texts_in(value);
  if (!names) return fail(ErrorCode::invalid, "");
  for (const std::string& name : *names) {
    if (std::ranges::find(known_handlers, name) == known_handlers.end()) {
      return fail(ErrorCode::invalid, fmt::format("contains \"{}\", which is not a handler; the handlers are \"{}\"",
                                                  name, fmt::join(known_handlers, "\" and \"")));
    }
  }
  config.handlers = *std::move(names);
  return {};
}

/// "https://api.example.com", "http://127.0.0.1:9000", "https://*.example.com", "*".
bool is_fetch_origin(std::string_view text) {
  if (text == "*") return true;
  const auto slashes = text.find("://");
  if (slashes == std::string_view::npos) return false;
  const auto scheme = text.substr(0, slashes);
  auto host = text.substr(slashes + 3);
  if (host.starts_with("*.")) host.remove_prefix(2);
  return (scheme == "http" || scheme == "https") && !host.empty() &&
         host.find_first_of("/?#@*, \t\\") == std::string_view::npos;
}

Result<void> read_fetch(const Json& value, Config& config) {
  auto origins = texts_in(value);
  if (!origins) return fail(ErrorCode::invalid, "");
  for (const std::string& origin : *origins) {
    if (!is_fetch_origin(origin)) {
      return fail(ErrorCode::invalid,
                  fmt::format("contains \"{}\", which is not an origin: scheme, host and optional port, without a path",
                              origin));
    }
  }
  config.fetch = *std::move(origins);
  return {};
}

Result<void> read_broadcast_channels(const Json& value, Config& config) {
  const auto* names = value.if_object();
  if (!names) return fail(ErrorCode::invalid, "");
  std::map<std::string, std::string> channels;
  for (const auto& member : *names) {
    if (!member.value().is_string() || member.value().get_string().empty()) return fail(ErrorCode::invalid, "");
    channels.emplace(member.key(), member.value().get_string());
  }
  config.broadcast_channels = std::move(channels);
  return {};
}

Result<void> read_jwt(const Json& value, Config& config) {
  const auto* entries = value.if_array();
  if (!entries || entries->empty()) return fail(ErrorCode::invalid, "");
  std::vector<JwtKey> keys;
  for (const Json& entry : *entries) {
    auto more = jwt_keys_from(entry);
    if (!more) return fail(ErrorCode::invalid, "is invalid: " + more.error().reason);
    keys.insert(keys.end(), more->begin(), more->end());
  }
  config.tokens.jwt_keys = std::move(keys);
  return {};
}

Result<void> read_audience(const Json& value, Config& config) {
  auto names = text_or_texts_in(value);
  if (!names || names->empty()) return fail(ErrorCode::invalid, "");
  config.tokens.jwt_rules.audiences = *std::move(names);
  return {};
}

void add_server(SettingTable<Config>& table) {
  table
      .count(
          {"port", "Port to listen on; 0 selects a free port.",
           "`entmoot serve` exits with status 1 if the port is in use"},
          {0, 65'535}, [](auto& config) -> auto& { return config.listener.port; })
      .text(
          {"address", "Address to listen on; \"0.0.0.0\" or \"::\" accepts connections from other machines."},
          "an IPv4 or IPv6 address of this machine or \"localhost\", such as \"127.0.0.1\" or \"0.0.0.0\"",
          [](auto& config) -> auto& { return config.listener.address; })
      .count(
          {"shards", "Number of shard threads; 0 means one per core."}, {0, 48},
          [](auto& config) -> auto& { return config.shards; })
      .add({"origins",
            "Origins of pages that may connect: `true` allows this server's own host, `false` any origin, a list the "
            "listed ones and this server's own host; `[\":conn\"]` allows the server's own host, scheme and port. A "
            "server on a loopback address "
            "only answers requests whose Host is this machine or in the list, unless `proxy` is set or any origin is "
            "allowed.",
            "403"},
           "boolean | string[]", "true, false, or a list such as [\"https://example.com\", \"//*.example.com\"]",
           read_origins, show_origins)
      .flag(
          {"proxy",
           "Take the client's address from the last entry of X-Forwarded-For. Set it only behind a proxy that writes "
           "this header: otherwise clients can forge their address."},
          [](auto& config) -> auto& { return config.proxy; })
      .flag(
          {"compress", "Compress messages to clients that support it; read SECURITY.md first."},
          [](auto& config) -> auto& { return config.compress; })
      .text(
          {"data",
           "Folder of the data of durable rooms (`durable`), relative to the app's folder. It is created when a route "
           "is durable."},
          "the path of a folder", [](auto& config) -> auto& { return config.data; })
      .time(
          {"publicCache", "How long browsers may cache a file of public/ without revalidation."}, {0, 366 * day},
          [](auto& config) -> auto& { return config.public_cache; })
      .on_reload();
}

void add_socket(SettingTable<Config>& table) {
  constexpr auto rate = "each message is rejected with `rate limit: …`; if the client continues, closed with 1008";
  table
      .text(
          {"socket.path", "Path that phoenix.js connects to: `new Socket(\"/socket\")`."},
          "a path that begins with \"/\"", [](auto& config) -> auto& { return config.socket.path; })
      .flag(
          {"socket.longpoll", "Allow long-polling, for clients that cannot open a WebSocket."},
          [](auto& config) -> auto& { return config.socket.longpoll; })
      .count(
          {"socket.connections", "Open connections in total.", "503 with `Retry-After: 5`"}, {1, 1'000'000},
          [](auto& config) -> auto& { return config.listener.admission.connections_max; })
      .count(
          {"socket.connectionsPerIp",
           "Open connections from one address; an IPv6 /64 network counts as one address, loopback is exempt.", "503"},
          {1, 1'000'000}, [](auto& config) -> auto& { return config.listener.admission.connections_per_network_max; })
      .count(
          {"socket.channels", "Topics that one client can have joined.",
           "the join is rejected: `too many channels joined`"},
          {1, 10'000}, [](auto& config) -> auto& { return config.socket.limits.channels_max; })
      .size(
          {"socket.memory",
           "Memory held for one client: its messages that are not answered, each with 2 KB besides its own size, and "
           "its messages that wait for a join.",
           "the client is not read until it is below"},
          {64 * kilobyte, gigabyte}, [](auto& config) -> auto& { return config.socket.limits.memory_max; })
      .count(
          {"socket.messagesPerSecond", "Messages per second from one client; bursts of up to twice as many.", rate},
          {1, 1'000'000}, [](auto& config) -> auto& { return config.socket.limits.messages; })
      .size(
          {"socket.bytesPerSecond", "Message bytes per second from one client; bursts of up to twice as many.", rate},
          {kilobyte, gigabyte}, [](auto& config) -> auto& { return config.socket.limits.bytes; })
      .count(
          {"socket.joinsPerSecond", "Joins per second from one client; bursts of up to five times as many.",
           "the join is refused with an error reply; phoenix.js tries again"},
          {1, 100'000}, [](auto& config) -> auto& { return config.socket.limits.joins; })
      .count(
          {"socket.framesPerSecond",
           "WebSocket frames per second of any kind, including pings and fragments; bursts of up to five times as "
           "many.",
           "closed with 1008"},
          {10, 10'000'000}, [](auto& config) -> auto& { return config.socket.websocket.frames; })
      .count(
          {"socket.emptyFragments", "Empty fragments in one WebSocket message.", "closed with 1008"}, {0, 10'000},
          [](auto& config) -> auto& { return config.socket.websocket.limits.empty_fragments_max; })
      .size(
          {"socket.messageBytes", "Size of one message from a client.",
           "the message is refused with an error reply; closed with 1009 if it is four times as long and over 64 MB"},
          {kilobyte, 16 * megabyte},
          [](auto& config) -> auto& { return config.socket.websocket.limits.message_bytes_max; })
      .time(
          {"socket.joinTimeout", "Time that a room has to answer a join.", "the join is rejected: `join timeout`"},
          {second, 10 * minute}, [](auto& config) -> auto& { return config.socket.limits.join_timeout; })
      .count(
          {"socket.waitingMessages", "Messages of one client that are held until the join of their topic is answered.",
           "closed with 1008"},
          {1, 100'000}, [](auto& config) -> auto& { return config.socket.limits.waiting_messages_max; })
      .size(
          {"socket.waitingBytes", "Total size of these messages.", "closed with 1008"}, {kilobyte, 64 * megabyte},
          [](auto& config) -> auto& { return config.socket.limits.waiting_bytes_max; })
      .size(
          {"socket.queuedBytes", "Size of the messages queued for one client.",
           "closed with 1008, `too slow`; a long-polling session ends"},
          {64 * kilobyte, gigabyte}, [](auto& config) -> auto& { return config.socket.websocket.outbox.bytes_max; })
      .count(
          {"socket.queuedFrames", "Number of messages queued for one client.", "as for `socket.queuedBytes`"},
          {16, 1'000'000}, [](auto& config) -> auto& { return config.socket.websocket.outbox.frames_max; })
      .time(
          {"socket.idleTimeout",
           "Close a client that sends nothing for this long; phoenix.js sends a heartbeat every 30 s.",
           "closed with 1001"},
          {second, day}, [](auto& config) -> auto& { return config.socket.websocket.idle_timeout; })
      .time(
          {"socket.closeTimeout", "Time that a client has to answer a close frame.", "the connection is dropped"},
          {100, 10 * minute}, [](auto& config) -> auto& { return config.socket.websocket.close_timeout; })
      .time(
          {"socket.stallTimeout", "Drop a client that reads none of its queued messages for this long.",
           "the connection is dropped"},
          {100, 10 * minute}, [](auto& config) -> auto& { return config.socket.websocket.stall_timeout; })
      .time(
          {"socket.pollWindow",
           "How long a poll waits for a message. A session ends after up to three such periods without a poll.",
           "the session ends: 410"},
          {second, minute}, [](auto& config) -> auto& { return config.socket.longpolling.window; })
      .count(
          {"socket.pollSessions", "Long-polling sessions per shard.", "503"}, {1, 1'000'000},
          [](auto& config) -> auto& { return config.socket.longpolling.sessions_max; })
      .count(
          {"socket.pollSessionsPerIp", "Long-polling sessions per shard from one address.", "503"}, {1, 1'000'000},
          [](auto& config) -> auto& { return config.socket.longpolling.sessions_per_network_max; })
      .count(
          {"socket.pollPublishes", "Unanswered requests of one long-polling session.", "503"}, {1, 1000},
          [](auto& config) -> auto& { return config.socket.longpolling.publishes_max; })
      .count(
          {"socket.pollMessages", "Messages in one long-polling request.", "the remaining messages are ignored"},
          {1, 10'000}, [](auto& config) -> auto& { return config.socket.longpolling.messages_max; })
      .size(
          {"socket.pollBodyBytes", "Body size of one long-polling request.", "413"}, {kilobyte, 64 * megabyte},
          [](auto& config) -> auto& { return config.socket.longpolling.body_bytes_max; });
}

void add_http(SettingTable<Config>& table) {
  table
      .size(
          {"http.requestLineBytes", "Size of the request line.", "414"}, {256, megabyte},
          [](auto& config) -> auto& { return config.http.limits.request_line_bytes_max; })
      .size(
          {"http.headerLineBytes", "Size of one request header.", "431"}, {256, megabyte},
          [](auto& config) -> auto& { return config.http.limits.header_line_bytes_max; })
      .count(
          {"http.headers", "Number of request headers.", "431"}, {8, 1000},
          [](auto& config) -> auto& { return config.http.limits.headers_max; })
      .size(
          {"http.headBytes", "Size of the request line and all headers.", "431"}, {kilobyte, 4 * megabyte},
          [](auto& config) -> auto& { return config.http.limits.head_bytes_max; })
      .size(
          {"http.bodyBytes", "Size of a request body.", "413"}, {0, 64 * megabyte},
          [](auto& config) -> auto& { return config.http.limits.body_bytes_max; })
      .time(
          {"http.headTimeout", "Time from the first byte of a request to the end of its headers.", "408"},
          {100, 10 * minute}, [](auto& config) -> auto& { return config.http.head_timeout; })
      .time(
          {"http.bodyTimeout", "Time from the end of the headers to the end of the body.", "408"}, {100, hour},
          [](auto& config) -> auto& { return config.http.body_timeout; })
      .time(
          {"http.keepAlive", "Idle time between two requests on one connection.", "closed"}, {0, hour},
          [](auto& config) -> auto& { return config.http.keep_alive_timeout; })
      .time(
          {"http.stallTimeout", "Close a client that reads nothing of a response for this long.", "closed"},
          {100, 10 * minute}, [](auto& config) -> auto& { return config.http.stall_timeout; });
}

void add_tokens(SettingTable<Config>& table) {
  table
      .flag(
          {"tokens.required", "Reject clients without a token; applies if `secret` or `jwt` is set.", "403"},
          [](auto& config) -> auto& { return config.tokens.required; })
      .text(
          {"tokens.secret", "Secret that signs the app's own tokens, as in Phoenix.Token; take it from `process.env`."},
          "a string of at least 20 characters", [](auto& config) -> auto& { return config.tokens.secret; }, "none")
      .text(
          {"tokens.salt", "Purpose of the tokens: tokens signed with another salt are rejected."}, "a non-empty string",
          [](auto& config) -> auto& { return config.tokens.salt; })
      .time(
          {"tokens.maxAge", "How long a token is valid after it was signed.", "rejected: `token expired`"},
          {second, 3650 * day}, [](auto& config) -> auto& { return config.tokens.max_age; }, "as the token states")
      .add({"tokens.jwt",
            "Keys of a login service whose JSON Web Tokens are accepted instead: each a public key (PEM or JWK), a "
            "shared secret, or a JWKS.",
            "rejected: `invalid token signature`, `unknown token key`"},
           "EntmootJwtKey[]",
           "a list of keys, each such as {kid: \"2026\", alg: \"ES256\", key: \"-----BEGIN PUBLIC KEY…\"}", read_jwt,
           [](const Config& config) {
             const auto keys = config.tokens.jwt_keys.size();
             return keys == 0 ? std::string("none") : fmt::format("({} keys)", keys);
           })
      .text(
          {"tokens.issuer", "Required issuer of a JSON Web Token (`iss`).", "rejected: `wrong token issuer`"},
          "a non-empty string", [](auto& config) -> auto& { return config.tokens.jwt_rules.issuer; }, "any")
      .add({"tokens.audience", "Accepted audiences of a JSON Web Token (`aud`).", "rejected: `wrong token audience`"},
           "string | string[]", "a string or a list of strings", read_audience,
           [](const Config& config) {
             const auto& names = config.tokens.jwt_rules.audiences;
             return names.empty() ? std::string("not checked") : show_texts(names);
           })
      .time(
          {"tokens.leeway", "Accepted difference between the clocks of the login service and this server."}, {0, hour},
          [](auto& config) -> auto& { return config.tokens.jwt_rules.leeway; });
}

/// A name that an environment can have: no "=", no NUL.
bool is_variable(std::string_view name) {
  return !name.empty() && name.find('=') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

Result<void> read_env(const Json& value, Config& config) {
  auto names = texts_in(value);
  if (!names) return fail(ErrorCode::invalid, "");
  for (const std::string& name : *names) {
    if (!is_variable(name)) {
      return fail(ErrorCode::invalid, fmt::format("contains \"{}\", which is not the name of a variable", name));
    }
  }
  config.env = *std::move(names);
  return {};
}

Result<void> read_expose_errors(const Json& value, Config& config) {
  if (!value.is_bool()) return fail(ErrorCode::invalid, "");
  config.expose_errors = value.get_bool();
  return {};
}

std::string show_expose_errors(const Config& config) {
  if (!config.expose_errors) return "under `serve --watch` and in `entmoot test` only";
  return *config.expose_errors ? "true" : "false";
}

void add_scripts(SettingTable<Config>& table) {
  table
      .add(
          {"env",
           "Environment variables that rooms read as `process.env`, and no others: API keys, for example. Under "
           "`serve --watch`, `entmoot test` and `entmoot check`, the app's file `.env` adds those that the environment "
           "does not have.",
           "a variable that is missing is an error at the start"},
          "string[]", "a list of names such as [\"API_KEY\"]", read_env,
          [](const Config& config) { return show_texts(config.env); })
      .on_reload()
      .add(
          {"exposeErrors",
           "Send clients the message of an exception that a room throws; otherwise they get `internal error` and an id "
           "that the log shows next to the message and its stack. A `Refusal` is always sent."},
          "boolean", "true or false", read_expose_errors, show_expose_errors)
      .add({"handlers", "Server functions that rooms can call with `Beam.call`: \"broadcast\", \"send\".",
            "the call throws in the script"},
           "(\"broadcast\" | \"send\")[]", "a list of \"broadcast\" and \"send\"", read_handlers,
           [](const Config& config) { return show_texts(config.handlers); })
      .on_reload()
      .add({"fetch",
            "Origins that rooms can fetch from: \"https://api.example.com\", \"https://*.example.com\", or \"*\" for "
            "all outside private networks.",
            "`fetch` rejects; the error names this setting"},
           "string[]", "a list of origins such as [\"https://api.example.com\"]", read_fetch,
           [](const Config& config) { return show_texts(config.fetch); })
      .add({"broadcastChannels",
            "Events that clients receive for messages on the room's BroadcastChannels: `{ channelName: \"event\" }`."},
           "Record<string, string>", "an object that maps channel names to events, such as {chat: \"new_message\"}",
           read_broadcast_channels,
           [](const Config& config) { return to_json(boost::json::value_from(config.broadcast_channels)); })
      .on_reload();
}

void add_node(SettingTable<Config>& table) {
  table
      .count(
          {"node.rooms", "Running rooms.",
           "starting another room is rejected: `too many rooms on this server, try again later`"},
          {1, 10'000'000}, [](auto& config) -> auto& { return config.node.rooms_max; })
      .count(
          {"node.roomsPerIp", "Running rooms that clients from one address have started.",
           "starting another room is rejected: `too many rooms have been started from your address`"},
          {1, 10'000'000}, [](auto& config) -> auto& { return config.node.rooms_per_ip_max; })
      .size(
          {"node.memory",
           "Memory of the process. From nine tenths of it on, rooms without clients are put to sleep, those that have "
           "been idle longest first.",
           "starting another room is rejected: `the server is short of memory, try again later`"},
          {64 * megabyte, 1000 * gigabyte}, [](auto& config) -> auto& { return config.node.memory; },
          "four fifths of the machine's memory, or of the cgroup's limit")
      .size(
          {"node.sleepingBytes", "Memory for the state of all sleeping rooms, divided equally among the shards.",
           "the state of the room that has slept longest is discarded"},
          {0, 64 * gigabyte}, [](auto& config) -> auto& { return config.node.sleeping_bytes_max; })
      .count(
          {"node.restarts.max", "Immediate restarts of a crashing room within `node.restarts.within`.",
           "further crashes quarantine the room: `room is quarantined, try again in 2 s`"},
          {0, 1000}, [](auto& config) -> auto& { return config.node.restarts.max_restarts; })
      .time(
          {"node.restarts.within", "Period in which restarts are counted, in whole seconds."}, {second, hour},
          [](auto& config) -> auto& { return config.node.restarts.max_seconds; })
      .time(
          {"node.restarts.backoff", "Delay before a quarantined room is restarted; doubles with each further crash."},
          {0, hour}, [](auto& config) -> auto& { return config.node.backoff.first; })
      .time(
          {"node.restarts.backoffMax", "Longest such delay."}, {0, day},
          [](auto& config) -> auto& { return config.node.backoff.longest; });
}

void add_operating(SettingTable<Config>& table) {
  table
      .time(
          {"drain.delay",
           "Time after SIGTERM in which the server answers 503 to `/readyz` and otherwise goes on as before, so that "
           "load "
           "balancers stop sending clients before it stops accepting them."},
          {0, 10 * minute}, [](auto& config) -> auto& { return config.drain.delay; })
      .time(
          {"drain.time", "Time over which the clients are spread that a stopping server asks to reconnect."},
          {0, 10 * minute}, [](auto& config) -> auto& { return config.drain.time; })
      .count(
          {"metrics.port", "Port that serves `/metrics`, `/healthz` and `/readyz`; 0 selects a free port.",
           "`entmoot serve` exits with status 1 if the port is in use"},
          {0, 65'535}, [](auto& config) -> auto& { return config.metrics.port; }, "none")
      .text(
          {"metrics.address", "Address of that port."},
          "an IPv4 or IPv6 address of this machine, such as \"127.0.0.1\" or \"0.0.0.0\"",
          [](auto& config) -> auto& { return config.metrics.address; })
      .flag(
          {"dashboard.enabled", "Serve the dashboard for operators at `/entmoot`."},
          [](auto& config) -> auto& { return config.dashboard.enabled; })
      .add(
          {"dashboard.token",
           "Secret with which operators open the dashboard from anywhere; take it from `process.env`. Without it, the "
           "dashboard is open to programs of the server's own user on the same machine, and to nobody else.",
           "the dashboard asks for the token"},
          "string", "a string of at least 20 characters",
          [](const Json& value, Config& config) -> Result<void> {
            if (!value.is_string() || value.get_string().size() < 20) return fail(ErrorCode::invalid, "");
            config.dashboard.token = std::string(value.get_string());
            return {};
          },
          [](const Config& config) { return config.dashboard.token.empty() ? std::string("none") : "(set)"; });
}

SettingTable<Config> make_app_settings() {
  SettingTable<Config> table;
  add_server(table);
  add_socket(table);
  add_http(table);
  add_page_settings(table);
  add_tokens(table);
  add_scripts(table);
  add_node(table);
  add_operating(table);
  return table;
}

}  // namespace

const SettingTable<Config>& app_settings() {
  static const SettingTable<Config> table = make_app_settings();
  return table;
}

}  // namespace entmoot_app
