// SPDX-License-Identifier: MIT
//
// Which clients may connect, and what the configuration allows rooms to do.

#include "app_bench.hpp"

#include <entmoot/base/clock.hpp>
#include <entmoot/phoenix/token.hpp>

#include <chrono>
#include <string>

using namespace entmoot;
using namespace entmoot_app;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view secret = "0123456789012345678901234567890123456789";
constexpr std::string_view shows =
    "export const join = (_, {params, assigns}) => ({params, token: assigns.token ?? null});";

std::string config(const std::string& more = {}) {
  return "{tokens: {secret: \"" + std::string(secret) + "\"" + more + "}}";
}
std::string signed_by(std::string_view key, const Json& what, WallTime at) {
  return TokenKey::derive(key, "user socket").value().sign(what, {.signed_at = at});
}

}  // namespace

TEST_CASE("with tokens, only clients with a valid one connect, and the room receives its data") {
  AppBench bench(shows, config());
  const auto now = SystemClock::shared().now();
  CHECK(Person(bench).refused() == "token missing");
  CHECK(Person(bench, 0, {.query = "token=abc"}).refused() == "invalid token");
  CHECK(Person(bench, 0, {.token = signed_by("another secret of some length or other", Json("x"), now)}).refused() ==
        "invalid token");
  Person ann(bench, 0, {.query = "name=ann", .token = signed_by(secret, Json{{"user", 7}}, now)});
  CHECK(ann.join("room:a") == R"(ok {"params":{"name":"ann"},"token":{"user":7}})");
  // phoenix.js before 1.8 has no authToken.
  Person bob(bench, 0, {.query = "token=" + signed_by(secret, Json("bob"), now)});
  CHECK(bob.join("room:a") == R"(ok {"params":{},"token":"bob"})");
}

TEST_CASE("an expired token is rejected") {
  AppBench bench(shows, config(", maxAge: \"1h\""));
  const auto now = SystemClock::shared().now();
  CHECK(Person(bench, 0, {.token = signed_by(secret, Json("x"), now - 2h)}).refused() == "token expired");
  CHECK(Person(bench, 0, {.token = signed_by(secret, Json("x"), now - 30min)}).refused().empty());
}

TEST_CASE("tokens can be optional, but an invalid token is always rejected") {
  AppBench bench(shows, config(", required: false"));
  CHECK(Person(bench).join("room:a") == R"(ok {"params":{},"token":null})");
  CHECK(Person(bench, 0, {.query = "token=abc"}).refused() == "invalid token");
}

TEST_CASE("without tokens, a parameter named token is passed to the app unchanged") {
  AppBench bench(shows);
  CHECK(Person(bench, 0, {.query = "token=abc"}).join("room:a") == R"(ok {"params":{"token":"abc"},"token":null})");
}

TEST_CASE("a room can call the handlers that the configuration lists") {
  const std::string_view room = R"(
    export async function handleIn(event, payload) {
      if (event === "broadcast") Beam.callSync("broadcast", payload);
      if (event === "later") await Beam.call("broadcast", payload);
      if (event === "send") Beam.callSync("send", "room:b", payload);
      if (event === "many") Beam.callSync("broadcast", 1, 2);
    }
    export const got = [];
    export const handleInfo = (message) => { got.push(message); };
  )";
  AppBench bench(room, R"({handlers: ["broadcast", "send"]})");
  Person ann(bench);
  (void)ann.join("room:a");
  (void)ann.join("room:b");
  CHECK(ann.push("room:a", "broadcast", R"({"n":1})") == "ok {}");
  CHECK(ann.push("room:a", "later", R"({"n":2})") == "ok {}");
  CHECK(ann.news() == Texts{R"(room:a new_message {"n":1})", R"(room:a new_message {"n":2})"});
  CHECK(ann.push("room:a", "broadcast", "[1]") == R"(error {"reason":"a message to clients must be an object"})");
  CHECK(ann.push("room:a", "many") == R"(error {"reason":"broadcast expects one message"})");
  CHECK(ann.push("room:a", "send", R"({"n":3})") == "ok {}");
  CHECK(bench.evaluate("room:b", "got") == "[{n: 3}]");

  AppBench strict(room, "{handlers: []}");
  Person bob(strict);
  (void)bob.join("room:a");
  CHECK(bob.push("room:a", "broadcast", R"({"n":1})") ==
        R"-(error {"reason":"no handler \"broadcast\": the server does not offer it"})-");
  CHECK(bob.push("room:a", "send", R"({"n":1})").starts_with("error "));
}

TEST_CASE("a BroadcastChannel reaches the clients as the event that the configuration names") {
  AppBench bench(R"(
    const channels = Object.fromEntries(["chat", "news", "own"].map((name) => [name, new BroadcastChannel(name)]));
    export const handleIn = (event, payload) => channels[event].postMessage(payload);
  )",
                 R"({broadcastChannels: {news: "headline"}})");
  Person ann(bench);
  (void)ann.join("room:a");
  CHECK(ann.push("room:a", "news", R"({"n":1})") == "ok {}");
  CHECK(ann.push("room:a", "chat", R"({"n":2})") == "ok {}");
  CHECK(ann.push("room:a", "own", R"({"n":3})") == "ok {}");
  CHECK(ann.news() == Texts{R"(room:a headline {"n":1})"});
  CHECK(ann.push("room:a", "news", "7") == R"(error {"reason":"a message to clients must be an object"})");
}

TEST_CASE("a route can have its own limits") {
  AppBench bench(
      Files{{"rooms/room.ts", "export {};"},
            {"rooms/hall.ts", "export {};"},
            {"entmoot.config.ts", R"(export default {limits: {clients: 2}, rooms: {"hall:*": {clients: 1}}};)"}});
  Person ann(bench);
  Person bob(bench, 1);
  Person cid(bench, 1);
  CHECK(ann.join("hall:a") == "ok {}");
  CHECK(bob.join("hall:a").starts_with("error "));
  CHECK(ann.join("room:a") == "ok {}");
  CHECK(bob.join("room:a") == "ok {}");
  CHECK(cid.join("room:a").starts_with("error "));
}

TEST_CASE("X-Forwarded-For is ignored unless the app is configured to be behind a proxy") {
  AppBench bench("export {};", R"({node: {roomsPerIp: 1}})");
  Person ann(bench, 0, {.forwarded_for = "10.0.0.1"});
  Person bob(bench, 0, {.forwarded_for = "10.0.0.2"});
  CHECK(ann.join("room:a") == "ok {}");
  CHECK(bob.join("room:b") == R"(error {"reason":"too many rooms have been started from your address"})");
}
