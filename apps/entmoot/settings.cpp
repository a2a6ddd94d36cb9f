// SPDX-License-Identifier: MIT

#include "settings.hpp"

#include "jwt_keys.hpp"

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

constexpr double second = 1000;  // times are milliseconds
constexpr double minute = 60 * second;
constexpr double hour = 60 * minute;
constexpr double day = 24 * hour;
constexpr double kilobyte = 1024;
constexpr double megabyte = 1024 * kilobyte;
constexpr double gigabyte = 1024 * megabyte;

/// The strings of a list, or nothing if it is none.
std::optional<std::vector<std::string>> texts_in(const Json& value) {
  const auto* list = value.if_array();
  if (!list) return std::nullopt;
  std::vector<std::string> texts;
  for (const Json& entry : *list) {
    if (!entry.is_string()) return std::nullopt;
    texts.emplace_back(entry.get_string());
  }
  return texts;
}

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
      return fail(ErrorCode::invalid, fmt::format("has \"{}\", which is no handler; there are \"{}\"", name,
                                                  fmt::join(known_handlers, "\" and \"")));
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
      return fail(
          ErrorCode::invalid,
          fmt::format("has \"{}\", which is no origin: scheme, host and perhaps a port, without a path", origin));
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
  auto names = value.is_string() ? std::vector{std::string(value.get_string())} : texts_in(value);
  if (!names || names->empty()) return fail(ErrorCode::invalid, "");
  config.tokens.jwt_rules.audiences = *std::move(names);
  return {};
}

void add_server(SettingTable<Config>& table) {
  table
      .count(
          {"port", "Port to listen on; 0 takes any free one.", "a port that is taken ends `entmoot serve`, with 1"},
          {0, 65'535}, [](auto& config) -> auto& { return config.listener.port; })
      .text(
          {"address", "Address to listen on; \"0.0.0.0\" or \"::\" lets others in."},
          "an IPv4 or IPv6 address of this machine, such as \"127.0.0.1\" or \"0.0.0.0\"",
          [](auto& config) -> auto& { return config.listener.address; })
      .count(
          {"shards", "Threads that serve; 0 is one per core."}, {0, 48},
          [](auto& config) -> auto& { return config.shards; })
      .add({"origins",
            "Which pages may connect: `true` those of this server's own host, `false` all, or a list of origins "
            "(`\":conn\"`, alone, compares scheme and port too).",
            "403"},
           "boolean | string[]", "true, false, or a list such as [\"https://example.com\", \"//*.example.com\"]",
           read_origins, show_origins)
      .flag(
          {"proxy",
           "Believe the last address in X-Forwarded-For. Only behind a proxy that writes it: otherwise anybody can "
           "choose his address."},
          [](auto& config) -> auto& { return config.proxy; })
      .flag(
          {"compress", "Compress messages to clients that offer it; read SECURITY.md first."},
          [](auto& config) -> auto& { return config.compress; })
      .time(
          {"publicCache", "How long browsers may use a file of public/ without asking for it again."}, {0, 366 * day},
          [](auto& config) -> auto& { return config.public_cache; })
      .on_reload();
}

void add_socket(SettingTable<Config>& table) {
  constexpr auto rate = "refused one by one, `rate limit: …`; who goes on is closed with 1008";
  table
      .text(
          {"socket.path", "Where phoenix.js connects: `new Socket(\"/socket\")`."}, "a path that begins with \"/\"",
          [](auto& config) -> auto& { return config.socket.path; })
      .flag(
          {"socket.longpoll", "Let clients that get no WebSocket through poll instead."},
          [](auto& config) -> auto& { return config.socket.longpoll; })
      .count(
          {"socket.connections", "Connections, all together.", "503 with `Retry-After: 5`"}, {1, 1'000'000},
          [](auto& config) -> auto& { return config.listener.admission.connections_max; })
      .count(
          {"socket.connectionsPerIp",
           "Connections from one address; an IPv6 network of 64 bits counts as one, this machine itself not at all.",
           "503"},
          {1, 1'000'000}, [](auto& config) -> auto& { return config.listener.admission.connections_per_network_max; })
      .count(
          {"socket.channels", "Topics that one client may have joined.",
           "the join is refused: `too many channels joined`"},
          {1, 10'000}, [](auto& config) -> auto& { return config.socket.limits.channels_max; })
      .count(
          {"socket.messagesPerSecond", "Messages of one client; twice as many at once.", rate}, {1, 1'000'000},
          [](auto& config) -> auto& { return config.socket.limits.messages; })
      .size(
          {"socket.bytesPerSecond", "Bytes of one client's messages; twice as many at once.", rate},
          {kilobyte, gigabyte}, [](auto& config) -> auto& { return config.socket.limits.bytes; })
      .count(
          {"socket.joinsPerSecond", "Joins of one client; five times as many at once.", rate}, {1, 100'000},
          [](auto& config) -> auto& { return config.socket.limits.joins; })
      .count(
          {"socket.framesPerSecond",
           "WebSocket frames of any kind, pings and fragments too; five times as many at once.", "closed with 1008"},
          {10, 10'000'000}, [](auto& config) -> auto& { return config.socket.websocket.frames; })
      .count(
          {"socket.emptyFragments", "Empty fragments of one message.", "closed with 1008"}, {0, 10'000},
          [](auto& config) -> auto& { return config.socket.websocket.limits.empty_fragments_max; })
      .size(
          {"socket.messageBytes", "One message of a client.", "closed with 1009; 413 when polling"},
          {kilobyte, 16 * megabyte},
          [](auto& config) -> auto& { return config.socket.websocket.limits.message_bytes_max; })
      .time(
          {"socket.joinTimeout", "For a room's answer to a join.", "refused: `join timeout`"}, {second, 10 * minute},
          [](auto& config) -> auto& { return config.socket.limits.join_timeout; })
      .count(
          {"socket.waitingMessages", "Messages of one client that wait for the join of their topic.",
           "closed with 1008"},
          {1, 100'000}, [](auto& config) -> auto& { return config.socket.limits.waiting_messages_max; })
      .size(
          {"socket.waitingBytes", "Bytes of them.", "closed with 1008"}, {kilobyte, 64 * megabyte},
          [](auto& config) -> auto& { return config.socket.limits.waiting_bytes_max; })
      .size(
          {"socket.queuedBytes", "What waits for one client to take it.",
           "closed with 1008, `too slow`; a polling client's session ends"},
          {64 * kilobyte, gigabyte}, [](auto& config) -> auto& { return config.socket.websocket.outbox.bytes_max; })
      .count(
          {"socket.queuedFrames", "The same, in messages.", "the same"}, {16, 1'000'000},
          [](auto& config) -> auto& { return config.socket.websocket.outbox.frames_max; })
      .time(
          {"socket.idleTimeout", "Silence of a client; phoenix.js speaks every 30 s.", "closed with 1001"},
          {second, day}, [](auto& config) -> auto& { return config.socket.websocket.idle_timeout; })
      .time(
          {"socket.closeTimeout", "For a client's answer to a close.", "dropped"}, {100, 10 * minute},
          [](auto& config) -> auto& { return config.socket.websocket.close_timeout; })
      .time(
          {"socket.stallTimeout", "Of a client that takes nothing of what waits for it.", "dropped"},
          {100, 10 * minute}, [](auto& config) -> auto& { return config.socket.websocket.stall_timeout; })
      .time(
          {"socket.pollWindow",
           "How long a poll waits for a message. A polling client is gone after up to three of them in silence.",
           "its session ends: 410"},
          {second, minute}, [](auto& config) -> auto& { return config.socket.longpolling.window; })
      .count(
          {"socket.pollSessions", "Polling clients of one thread.", "503"}, {1, 1'000'000},
          [](auto& config) -> auto& { return config.socket.longpolling.sessions_max; })
      .count(
          {"socket.pollSessionsPerIp", "The same, from one address.", "503"}, {1, 1'000'000},
          [](auto& config) -> auto& { return config.socket.longpolling.sessions_per_network_max; })
      .count(
          {"socket.pollPublishes", "Requests of one polling client that wait to be answered.", "503"}, {1, 1000},
          [](auto& config) -> auto& { return config.socket.longpolling.publishes_max; })
      .count(
          {"socket.pollMessages", "Messages in one request of a polling client.", "those behind it are ignored"},
          {1, 10'000}, [](auto& config) -> auto& { return config.socket.longpolling.messages_max; })
      .size(
          {"socket.pollBodyBytes", "One request of a polling client.", "413"}, {kilobyte, 64 * megabyte},
          [](auto& config) -> auto& { return config.socket.longpolling.body_bytes_max; });
}

void add_http(SettingTable<Config>& table) {
  table
      .size(
          {"http.requestLineBytes", "The first line of a request.", "414"}, {256, megabyte},
          [](auto& config) -> auto& { return config.http.limits.request_line_bytes_max; })
      .size(
          {"http.headerLineBytes", "One header of a request.", "431"}, {256, megabyte},
          [](auto& config) -> auto& { return config.http.limits.header_line_bytes_max; })
      .count(
          {"http.headers", "Headers of a request.", "431"}, {8, 1000},
          [](auto& config) -> auto& { return config.http.limits.headers_max; })
      .size(
          {"http.headBytes", "All that stands before the body of a request.", "431"}, {kilobyte, 4 * megabyte},
          [](auto& config) -> auto& { return config.http.limits.head_bytes_max; })
      .size(
          {"http.bodyBytes", "The body of a request.", "413"}, {0, 64 * megabyte},
          [](auto& config) -> auto& { return config.http.limits.body_bytes_max; })
      .time(
          {"http.headTimeout", "From the first byte of a request to the end of its head.", "408"}, {100, 10 * minute},
          [](auto& config) -> auto& { return config.http.head_timeout; })
      .time(
          {"http.bodyTimeout", "From there to the end of its body.", "408"}, {100, hour},
          [](auto& config) -> auto& { return config.http.body_timeout; })
      .time(
          {"http.keepAlive", "Between two requests of a connection.", "closed"}, {0, hour},
          [](auto& config) -> auto& { return config.http.keep_alive_timeout; })
      .time(
          {"http.stallTimeout", "Of a client that takes nothing of an answer.", "closed"}, {100, 10 * minute},
          [](auto& config) -> auto& { return config.http.stall_timeout; });
}

void add_tokens(SettingTable<Config>& table) {
  table
      .flag(
          {"tokens.required", "Whether a client without a token is refused, if tokens are verified at all.", "403"},
          [](auto& config) -> auto& { return config.tokens.required; })
      .text(
          {"tokens.secret",
           "What the app's own tokens are signed with, in the manner of Phoenix.Token; best out of `process.env`."},
          "a text of at least 20 characters", [](auto& config) -> auto& { return config.tokens.secret; }, "none")
      .text(
          {"tokens.salt", "What the tokens are for: one for another purpose is none for this one."},
          "a text that is not empty", [](auto& config) -> auto& { return config.tokens.salt; })
      .time(
          {"tokens.maxAge", "How long a token is good after it was signed.", "refused: `token expired`"},
          {second, 3650 * day}, [](auto& config) -> auto& { return config.tokens.max_age; }, "what the token says")
      .add({"tokens.jwt",
            "The keys of a login service whose JSON Web Tokens are taken instead: a public key (PEM, or JWK) or a "
            "shared "
            "secret each, or a whole JWKS.",
            "refused: `invalid token signature`, `unknown token key`"},
           "EntmootJwtKey[]",
           "a list of keys, each such as {kid: \"2026\", alg: \"ES256\", key: \"-----BEGIN PUBLIC KEY…\"}", read_jwt,
           [](const Config&) { return std::string("none"); })
      .text(
          {"tokens.issuer", "Who must have issued a JSON Web Token (`iss`).", "refused: `wrong token issuer`"},
          "a text that is not empty", [](auto& config) -> auto& { return config.tokens.jwt_rules.issuer; }, "any")
      .add({"tokens.audience", "For whom a JSON Web Token must be (`aud`): our name, or several.",
            "refused: `wrong token audience`"},
           "string | string[]", "a text or a list of texts", read_audience,
           [](const Config& config) {
             const auto& names = config.tokens.jwt_rules.audiences;
             return names.empty() ? std::string("nobody by name") : show_texts(names);
           })
      .time(
          {"tokens.leeway", "How far the clock of the login service may be from ours."}, {0, hour},
          [](auto& config) -> auto& { return config.tokens.jwt_rules.leeway; });
}

void add_scripts(SettingTable<Config>& table) {
  table
      .add({"handlers", "Which functions of the server rooms may call by `Beam.call`: \"broadcast\", \"send\".",
            "the call throws in the script"},
           "(\"broadcast\" | \"send\")[]", "a list out of \"broadcast\" and \"send\"", read_handlers,
           [](const Config& config) { return show_texts(config.handlers); })
      .on_reload()
      .add({"fetch",
            "Which origins rooms may fetch from: \"https://api.example.com\", \"https://*.example.com\", or \"*\" for "
            "all that are not in a private network.",
            "`fetch` is rejected, naming this setting"},
           "string[]", "a list of origins such as [\"https://api.example.com\"]", read_fetch,
           [](const Config& config) { return show_texts(config.fetch); })
      .add({"broadcastChannels",
            "Which BroadcastChannel names reach the room's clients, and as which event: `{ name: \"event\" }`."},
           "Record<string, string>", "an object of events by name, such as {chat: \"new_message\"}",
           read_broadcast_channels,
           [](const Config& config) { return to_json(boost::json::value_from(config.broadcast_channels)); })
      .on_reload();
}

void add_node(SettingTable<Config>& table) {
  table
      .count(
          {"node.rooms", "Rooms that run at a time.",
           "a new one is refused: `there are too many rooms, try again later`"},
          {1, 10'000'000}, [](auto& config) -> auto& { return config.node.rooms_max; })
      .count(
          {"node.roomsPerIp", "Of those, rooms that clients of one address have called to life.",
           "a new one is refused: `too many rooms have been opened from your address`"},
          {1, 10'000'000}, [](auto& config) -> auto& { return config.node.rooms_per_ip_max; })
      .size(
          {"node.sleepingBytes", "What is kept of all rooms that sleep, in memory; each thread has its part.",
           "the room that has slept longest is forgotten"},
          {0, 64 * gigabyte}, [](auto& config) -> auto& { return config.node.sleeping_bytes_max; })
      .count(
          {"node.restarts.max", "How often a room that crashes is started again at once.",
           "`room is quarantined, try again in 2 s`"},
          {0, 1000}, [](auto& config) -> auto& { return config.node.restarts.max_restarts; })
      .time(
          {"node.restarts.within", "In which time that is counted, in whole seconds."}, {second, hour},
          [](auto& config) -> auto& { return config.node.restarts.max_seconds; })
      .time(
          {"node.restarts.backoff", "How long a room waits that has crashed more often; doubles each time."}, {0, hour},
          [](auto& config) -> auto& { return config.node.backoff.first; })
      .time(
          {"node.restarts.backoffMax", "Up to how long."}, {0, day},
          [](auto& config) -> auto& { return config.node.backoff.longest; });
}

SettingTable<Config> make_app_settings() {
  SettingTable<Config> table;
  add_server(table);
  add_socket(table);
  add_http(table);
  add_tokens(table);
  add_scripts(table);
  add_node(table);
  return table;
}

SettingTable<RoomLimits> make_limit_settings() {
  SettingTable<RoomLimits> table;
  table
      .size(
          {"heap", "Memory of a room's script.", "the room ends: `out of memory`"}, {megabyte, gigabyte},
          [](auto& limits) -> auto& { return limits.budget.heap.hard; })
      .size(
          {"heapWarn", "Memory in use that a turn fails at; seven eighths of `heap` unless set.",
           "the turn fails: `out of memory`; the room ends if it stays above"},
          {512 * kilobyte, gigabyte}, [](auto& limits) -> auto& { return limits.budget.heap.soft; })
      .time(
          {"turn", "Computing time for one message.", "the room ends: `out of time`"}, {1, minute},
          [](auto& limits) -> auto& { return limits.budget.turn_cpu; })
      .share(
          {"cpuShare", "Part of a core that a room may have for itself, over ten seconds.", "the room has to wait"},
          {0.001, 1}, [](auto& limits) -> auto& { return limits.budget.cpu_share; })
      .count(
          {"mailbox", "Messages that wait for a room.", "answered `overloaded`"}, {1, 1'000'000},
          [](auto& limits) -> auto& { return limits.budget.mailbox.messages_max; })
      .size(
          {"mailboxBytes", "Bytes of them.", "answered `overloaded`"}, {kilobyte, gigabyte},
          [](auto& limits) -> auto& { return limits.budget.mailbox.bytes_max; })
      .count(
          {"timers", "Timers that are set.", "`setTimeout` throws"}, {0, 1'000'000},
          [](auto& limits) -> auto& { return limits.budget.timers_max; })
      .count(
          {"handlerCalls", "`Beam.call`s and `fetch`es that wait.", "the next one is rejected"}, {0, 1'000'000},
          [](auto& limits) -> auto& { return limits.budget.handler_calls_max; })
      .count(
          {"pendingCalls", "Messages whose promise is not settled.", "the next ones are answered `overloaded`"},
          {1, 1'000'000}, [](auto& limits) -> auto& { return limits.budget.pending_calls_max; })
      .time(
          {"handlerTimeout", "For the answer to a `Beam.call`.", "an error in the script"}, {1, 10 * minute},
          [](auto& limits) -> auto& { return limits.budget.handler_timeout; })
      .time(
          {"replyTimeout", "For a room's answer to a message or a request.", "the client gets `timeout`"},
          {1, 10 * minute}, [](auto& limits) -> auto& { return limits.reply_timeout; })
      .time(
          {"startTimeout", "For the file's top level, what it awaits included.",
           "the room ends: `the script did not start in time`"},
          {1, 10 * minute}, [](auto& limits) -> auto& { return limits.budget.start_timeout; })
      .count(
          {"microtasks", "Microtasks of one turn.", "the room ends: `too many microtasks`"}, {1000, 1'000'000'000},
          [](auto& limits) -> auto& { return limits.budget.microtasks_max; })
      .size(
          {"output", "What one turn may send.", "the room ends: `too much output in one turn`"},
          {64 * kilobyte, gigabyte}, [](auto& limits) -> auto& { return limits.budget.effects_bytes_max; })
      .count(
          {"logLines", "Lines that a room may write to the log at once; as many again in ten seconds.",
           "counted, not written"},
          {0, 100'000}, [](auto& limits) -> auto& { return limits.budget.log_lines_max; })
      .count(
          {"clients", "Clients that have joined a room.", "the join is refused: `the room is full (1000 clients)`"},
          {1, 1'000'000}, [](auto& limits) -> auto& { return limits.clients_max; })
      .time(
          {"idle", "How long a room without clients, calls and requests stays up.",
           "it sleeps if it has `serialize`, else it ends"},
          {second, 366 * day}, [](auto& limits) -> auto& { return limits.idle_after; })
      .size(
          {"state",
           "What is kept of a room that sleeps or goes on in new code, as JSON: what `serialize` returns, clients, "
           "history.",
           "it sleeps without it, or goes on in the old code; the log says so"},
          {0, 64 * megabyte}, [](auto& limits) -> auto& { return limits.state_bytes_max; })
      .count(
          {"history.entries", "Entries of `room.history`.", "the oldest go"}, {0, 1'000'000},
          [](auto& limits) -> auto& { return limits.history.entries_max; })
      .size(
          {"history.bytes", "Bytes of them, as JSON.", "the oldest go"}, {0, 256 * megabyte},
          [](auto& limits) -> auto& { return limits.history.bytes_max; })
      .time(
          {"history.age", "How long an entry is kept.", "it goes"}, {second, 3650 * day},
          [](auto& limits) -> auto& { return limits.history.age_max; })
      .count(
          {"history.replay", "Entries that `room.history.last()` returns without a number."}, {0, 100'000},
          [](auto& limits) -> auto& { return limits.history.replay_max; });
  return table.all_on_reload();
}

}  // namespace

const SettingTable<Config>& app_settings() {
  static const SettingTable<Config> table = make_app_settings();
  return table;
}

const SettingTable<RoomLimits>& limit_settings() {
  static const SettingTable<RoomLimits> table = make_limit_settings();
  return table;
}

}  // namespace entmoot_app
