// SPDX-License-Identifier: MIT

#include "entmoot/config.hpp"

#include <entmoot/base/bytes.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

using namespace entmoot;
using namespace entmoot_app;
using namespace std::chrono_literals;

namespace {

/// Reads a default export without its source text.
Result<Config> read(std::string_view json) {
  return config_from({.name = "c.ts", .default_export = JsonText::trusted(json)});
}

Config good(std::string_view json) {
  auto config = read(json);
  REQUIRE_MESSAGE(config.has_value(), (config ? "" : config.error().reason));
  return *std::move(config);
}

std::string bad(std::string_view json) {
  const auto config = read(json);
  REQUIRE_FALSE(config.has_value());
  return config.error().reason;
}

struct Row {
  std::string_view json;
  std::string_view error;
};

}  // namespace

TEST_CASE("an empty configuration has the library's defaults") {
  const Config config = good("{}");
  CHECK(config.listener.port == 4000);
  CHECK(config.listener.address == "127.0.0.1");
  CHECK(config.origins.check == OriginPolicy::Check::same_host);
  CHECK(config.socket.limits.channels_max == SocketLimits{}.channels_max);
  CHECK(config.socket.longpolling.body_bytes_max == LongpollOptions{}.body_bytes_max);
  CHECK(config.http.body_timeout == HttpOptions{}.body_timeout);
  CHECK(config.limits.budget.heap.soft == js::HeapLimits{}.soft);
  CHECK(config.handlers == std::vector<std::string>{"broadcast"});
  CHECK(config.broadcast_channels.at("chat") == "new_message");
  CHECK_FALSE(config.tokens.given());
}

TEST_CASE("each setting sets its option") {
  const Config config = good(R"({
    "port": 0, "address": "::", "shards": 3, "proxy": true, "compress": true, "publicCache": "1h",
    "origins": ["https://a.example", "//*.b.example"],
    "socket": {"path": "/live", "longpoll": false, "channels": 7, "messageBytes": "2 MB", "connections": 10,
               "connectionsPerIp": 2, "queuedBytes": "4 MB", "joinTimeout": "2s", "pollWindow": 5000},
    "http": {"bodyBytes": 1000, "headTimeout": 250},
    "handlers": ["send"], "fetch": ["https://api.example.com", "http://127.0.0.1:9000", "https://*.example.com", "*"],
    "broadcastChannels": {"news": "headline"},
    "node": {"rooms": 5, "sleepingBytes": "1 GB", "restarts": {"max": 1, "within": "90s", "backoff": "250ms"}}
  })");
  CHECK(config.listener.port == 0);
  CHECK(config.listener.address == "::");
  CHECK(config.shards == 3);
  CHECK(config.proxy);
  CHECK(config.socket.websocket.compress);
  CHECK(config.public_cache == 1h);
  CHECK(config.origins.check == OriginPolicy::Check::listed);
  CHECK(config.origins.allowed.size() == 2);
  CHECK(config.socket.path == "/live");
  CHECK_FALSE(config.socket.longpoll);
  CHECK(config.socket.limits.channels_max == 7);
  CHECK(config.socket.websocket.limits.message_bytes_max == 2 * MiB);
  CHECK(config.listener.admission.connections_max == 10);
  CHECK(config.listener.admission.connections_per_network_max == 2);
  CHECK(config.socket.limits.join_timeout == 2s);
  CHECK(config.socket.longpolling.window == 5s);
  CHECK(config.http.limits.body_bytes_max == 1000);
  CHECK(config.http.head_timeout == 250ms);
  CHECK(config.handlers == std::vector<std::string>{"send"});
  CHECK(config.fetch.size() == 4);
  CHECK(config.broadcast_channels == std::map<std::string, std::string>{{"news", "headline"}});
  CHECK(config.node.rooms_max == 5);
  CHECK(config.node.sleeping_bytes_max == 1024 * MiB);
  CHECK(config.node.restarts.max_restarts == 1);
  CHECK(config.node.restarts.max_seconds == 90s);
  CHECK(config.node.backoff.first == 250ms);
}

TEST_CASE("long-polling clients have the same message and queue limits as WebSocket clients") {
  const Config config = good(R"({"socket": {"messageBytes": "2 MB", "queuedBytes": "3 MB", "queuedFrames": 99}})");
  CHECK(config.socket.longpolling.message_bytes_max == 2 * MiB);
  CHECK(config.socket.longpolling.body_bytes_max == 2 * MiB);
  CHECK(config.socket.longpolling.queued_bytes_max == 3 * MiB);
  CHECK(config.socket.longpolling.queued_frames_max == 99);
}

TEST_CASE("a rate's burst and debt stay in proportion to it") {
  const Config config = good(R"({"socket": {"messagesPerSecond": 100, "joinsPerSecond": 10}})");
  CHECK(config.socket.limits.messages.per_second == 100);
  CHECK(config.socket.limits.messages.burst == 200);
  CHECK(config.socket.limits.messages.debt == 10);
  CHECK(config.socket.limits.joins.burst == 50);
}

TEST_CASE("a route takes the limits that it does not set from those of all routes") {
  const Config config = good(R"({
    "rooms": {"game:*": {"clients": 8, "heap": "32 MB", "history": {"age": "2m"}}},
    "limits": {"clients": 50, "turn": "20ms", "cpuShare": 0.25, "history": {"entries": 3}}
  })");
  const RoomLimits& game = config.limits_of("game:*");
  CHECK(game.clients_max == 8);
  CHECK(game.budget.turn_cpu == 20ms);
  CHECK(game.budget.cpu_share == 0.25);
  CHECK(game.budget.heap.hard == 32 * MiB);
  CHECK(game.budget.heap.soft == 28 * MiB);
  CHECK(game.history.age_max == 2min);
  CHECK(game.history.entries_max == 3);
  CHECK(config.limits_of("chat:*").clients_max == 50);
  CHECK(config.limits_of("chat:*").budget.heap.hard == 16 * MiB);
}

TEST_CASE("origins are the server's own host, any, the connection's, or a list") {
  CHECK(good(R"({"origins": true})").origins.check == OriginPolicy::Check::same_host);
  CHECK(good(R"({"origins": false})").origins.check == OriginPolicy::Check::off);
  CHECK(good(R"({"origins": [":conn"]})").origins.check == OriginPolicy::Check::conn);
  CHECK(good(R"({"origins": ["//example.com"]})").origins.check == OriginPolicy::Check::listed);
}

TEST_CASE("an invalid setting is an error that names it and its accepted values") {
  const Row rows[] = {
      {R"({"port": "abc"})", "`port` must be a whole number from 0 to 65535, not \"abc\""},
      {R"({"port": 65536})", "`port` must be a whole number from 0 to 65535, not 65536"},
      {R"({"port": 1.5})", "`port` must be a whole number from 0 to 65535, not 1.5"},
      {R"({"port": null})", "`port` must be a whole number from 0 to 65535, not null"},
      {R"({"compress": "yes"})", "`compress` must be true or false, not \"yes\""},
      {R"({"socket": {"messageBytes": "64 XB"}})", "`socket.messageBytes` must be a size from 1 KB to 16 MB"},
      {R"({"socket": {"messageBytes": 10}})", "`socket.messageBytes` must be a size from 1 KB to 16 MB"},
      {R"({"socket": {"joinTimeout": "soon"}})", "`socket.joinTimeout` must be a time from 1s to 10m"},
      {R"({"socket": {"path": "live"}})", "`socket.path` must begin with \"/\""},
      {R"({"socket": 7})", "`socket` must be an object of settings, not 7"},
      {R"({"limits": []})", "`limits` must be an object of limits, not a list"},
      {R"({"limits": {"cpuShare": 2}})", "`limits.cpuShare` must be a number from 0.001 to 1, not 2"},
      {R"({"limits": {"heap": "8 MB", "heapWarn": "9 MB"}})", "`limits.heapWarn` is 9 MB, which is above `heap`, 8 MB"},
      {R"({"rooms": {"a*b": {}}})", "`rooms[\"a*b\"]` is not a route"},
      {R"({"rooms": {"game:*": {"turn": -1}}})", "`rooms[\"game:*\"].turn` must be a time from 1ms to 1m"},
      {R"({"origins": ["example.com"]})", "`origins` "},
      {R"({"origins": "*"})", "`origins` must be true, false, or a list"},
      {R"({"handlers": ["broadcast", "exec"]})",
       "`handlers` contains \"exec\", which is not a handler; the handlers are \"broadcast\" and \"send\""},
      {R"({"fetch": ["https://api.example.com/v1"]})",
       "`fetch` contains \"https://api.example.com/v1\", which is not an origin"},
      {R"({"broadcastChannels": {"chat": ""}})", "`broadcastChannels` must be an object that maps channel names"},
      {R"([1])", "c.ts: the default export must be an object of settings, not a list"},
      {R"(null)", "c.ts: the default export must be an object of settings, not null"},
  };
  for (const auto& [json, error] : rows) {
    INFO(json);
    const std::string reason = bad(json);
    CHECK_MESSAGE(reason.find(error) != std::string::npos, reason);
  }
}

TEST_CASE("a long value is cut between characters") {
  CHECK(bad("{\"port\": \"" + std::string(38, 'a') + "éb\"}").ends_with(std::string(38, 'a') + "…"));
}

TEST_CASE("an error in the limits of all routes is reported once") {
  const std::string reason = bad(R"({"limits": {"heapWarn": "17 MB"}, "rooms": {"a:*": {}, "b:*": {"clients": 2}}})");
  CHECK(std::ranges::count(reason, '\n') == 0);
}

TEST_CASE("the error for an unknown setting suggests the nearest name") {
  const Row rows[] = {
      {R"({"limits": {"heep": 1}})", "`limits.heep` is not a setting; did you mean `heap`?"},
      {R"({"prot": 1})", "`prot` is not a setting; did you mean `port`?"},
      {R"({"socket": {"messageBites": 1}})", "did you mean `messageBytes`?"},
      {R"({"rooms": {"chat:*": {"histroy": {}}}})",
       "`rooms[\"chat:*\"].histroy` is not a setting; did you mean `history`?"},
      {R"({"limits": {"history": {"size": 1}}})", "the settings in this place are `age`, `bytes`, `entries`, `replay`"},
      {R"({"heap": "1 MB"})", "did you mean `limits.heap`?"},
      {R"({"limit": {}})", "did you mean `limits`?"},
  };
  for (const auto& [json, error] : rows) {
    INFO(json);
    const std::string reason = bad(json);
    CHECK_MESSAGE(reason.find(error) != std::string::npos, reason);
  }
}

TEST_CASE("all errors are reported at once, with their positions and in the order of the file") {
  const ConfigFile file = {.source =
                               "// port: 1\n"
                               "const shared = { heep: \"4 MB\" };\n"
                               "export default {\n"
                               "  origins: [\"//a.example\"], // limits: { turn: 1 }\n"
                               "  limits: {\n"
                               "    history: { age: \"1h\" }, \"turn\": \"soon\",\n"
                               "  },\n"
                               "  rooms: { \"chat:*\": shared },\n"
                               "  port: 70_000,\n"
                               "} satisfies EntmootConfig;\n",
                           .default_export = JsonText::trusted(
                               R"({"origins":["//a.example"],"limits":{"history":{"age":"1h"},"turn":"soon"},)"
                               R"("rooms":{"chat:*":{"heep":"4 MB"}},"port":70000})")};
  const auto config = config_from(file);
  REQUIRE_FALSE(config.has_value());
  CHECK(config.error().reason ==
        "entmoot.config.ts:6:29: `limits.turn` must be a time from 1ms to 1m: \"5s\", or a number of milliseconds, not "
        "\"soon\"\n"
        "entmoot.config.ts:8:12: `rooms[\"chat:*\"].heep` is not a setting; did you mean `heap`?\n"
        "entmoot.config.ts:9:3: `port` must be a whole number from 0 to 65535, not 70000");
}

TEST_CASE("a heap larger than its address space is rejected") {
  for (const std::string_view heap : {R"({"limits": {"heap": "64 MB"}})", R"({"rooms": {"a:*": {"heap": "1 GB"}}})"}) {
    const auto config = config_from({.default_export = JsonText::trusted(heap)});
    REQUIRE_FALSE(config.has_value());
    CHECK(config.error().reason.find("must be a size from 1 MB to 63 MB") != std::string::npos);
  }
}

TEST_CASE("valid settings that are probably unintended are reported as warnings") {
  CHECK(warnings_of(good("{}")).empty());
  const std::string secret = R"("tokens": {"secret": "0123456789012345678901234567890123456789"})";
  CHECK(warnings_of(good("{\"address\": \"0.0.0.0\", " + secret + "}")).size() == 1);
  CHECK(warnings_of(good("{\"address\": \"0.0.0.0\", \"proxy\": true, " + secret + "}")).empty());
  CHECK(warnings_of(good("{" + secret + "}")).empty());
}

TEST_CASE("the address may be localhost, and what is no address is refused with the accepted ones") {
  CHECK(good(R"({"address": "localhost"})").listener.address == "127.0.0.1");
  CHECK(good(R"({"address": "::1"})").listener.address == "::1");
  CHECK(bad(R"({"address": "example.com"})").find("must be an IPv4 or IPv6 address") != std::string::npos);
  CHECK(bad(R"({"address": "127.0.0.1:80"})").find("must be an IPv4 or IPv6 address") != std::string::npos);
}

TEST_CASE("a list of origins does not lock out the server's own page") {
  const Config config = good(R"({"origins": ["https://example.com"]})");
  CHECK(config.origins.own_host_too);
}

TEST_CASE("a message that the size limit allows passes the rate, and a longer one gets an answer") {
  const Config config = good(R"({"socket": {"messageBytes": "16 MB", "bytesPerSecond": "1 KB"}})");
  CHECK(config.socket.limits.bytes.burst == 16.0 * MiB);
  CHECK(config.socket.websocket.limits.passed_over_bytes_max == 64 * MiB);
  CHECK(config.socket.longpolling.oversize_is_answered);
}

TEST_CASE("the policy and headers of pages: what is no directive, source, path or header is refused") {
  CHECK(good(R"({"public": {"csp": false}})").pages.content_policy.empty());
  CHECK(good(R"({"public": {"csp": "default-src *; "}})").pages.content_policy == "default-src *");
  CHECK(good(R"({"public": {"csp": {"media-src": "blob: data:"}}})")
            .pages.content_policy.ends_with("; media-src 'self' blob: data:"));
  for (const char* odd :
       {R"({"public": {"csp": 7}})", R"({"public": {"csp": ""}})", R"({"public": {"csp": {"img-src": 7}}})",
        R"({"public": {"csp": {"Img Src": "a"}}})", R"({"public": {"csp": {"img-src": "a;b"}}})",
        R"({"public": {"csp": "a\nb"}})", R"({"public": {"headers": {"game": {"a": "b"}}}})",
        R"({"public": {"headers": {"/a": {"a b": "c"}}}})", R"({"public": {"headers": {"/a": {"date": "c"}}}})",
        R"({"public": {"headers": {"/a": {"a": "b\r\nc"}}}})", R"({"public": {"headers": {"/a": {"a": true}}}})",
        R"({"public": {"fallback": ""}})", R"({"http": {"cors": ["example.com"]}})", R"({"http": {"cors": true}})"}) {
    CAPTURE(odd);
    CHECK_FALSE(bad(odd).empty());
  }
}
