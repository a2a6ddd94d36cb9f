// SPDX-License-Identifier: MIT
//
// Every setting at the smallest and at the largest value that it accepts, with a room and clients that use it fully:
// each message gets a reply, and other rooms go on.

#include "../../apps/entmoot/settings.hpp"
#include "app_bench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

using namespace entmoot_app;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view user = R"(
  const kept = [];
  const waiting = [];
  const uses = {
    say({n = 10}) { room.broadcast("said", {text: "x".repeat(n)}); },
    bytes() { for (;;) kept.push(new Uint8Array(65536)); },
    strings() { for (;;) kept.push("x".repeat(1000) + kept.length); },
    objects() { for (;;) kept.push({a: {b: [kept.length]}}); },
    one_array() { const all = []; for (let i = 0;; i++) all[i] = i; },
    timers({n}) { let made = 0; try { for (; made < n; made++) setTimeout(() => {}, 1e9); } catch {} return {made: made > 0}; },
    calls({n}) { for (let i = 0; i < n; i++) Beam.call("broadcast", {i}).catch(() => {}); },
    async wait() { await new Promise((resolve) => waiting.push(resolve)); },
    wake() { for (const each of waiting.splice(0)) each(); },
    async microtasks({n}) { for (let i = 0; i < n; i++) await null; },
    spin() { for (;;); },
    work() { for (let i = 0; i < 20000; i++); },
    log({n}) { for (let i = 0; i < n; i++) console.log("line", i); },
    history({n}) { for (let i = 0; i < n; i++) room.history.push({i}); return {n: room.history.last().length}; },
    grow({n}) { state.text = "x".repeat(n); },
  };
  let state = {};
  export const join = (_, client) => { room.presence.track(client, "a", {n: 1}); return {}; };
  export const handleIn = (event, payload) => uses[event](payload);
  export const serialize = () => state;
  export const restore = (saved) => { state = saved; };
)";

/// What else has to be set with a setting.
const std::map<std::string, std::string> companions = {
    {"limits.heapWarn", "heap: \"63 MB\""},
    {"tokens.maxAge", "secret: \"0123456789012345678901234567890123456789\", required: false"},
    {"tokens.leeway", "secret: \"0123456789012345678901234567890123456789\", required: false"},
};

/// `{limits: {history: {entries: 5}}}` for "limits.history.entries" and 5.
std::string config_of(const std::string& name, double value) {
  std::string open;
  std::string close;
  std::string_view rest = name;
  for (auto dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
    open += fmt::format("{{{}: ", rest.substr(0, dot));
    close += "}";
    rest.remove_prefix(dot + 1);
  }
  const auto companion = companions.find(name);
  return fmt::format("{}{{{}{}: {}}}{}", open, companion == companions.end() ? "" : companion->second + ", ", rest,
                     value, close);
}

struct Visit {
  AppBench& bench;
  Person& ann;
  double value;

  [[nodiscard]] int count(double most) const { return static_cast<int>(std::min(value, most)); }
  /// The replies to `n` messages sent at once: all have arrived in the end.
  void at_once(int n, std::string_view event, std::string_view payload = "{}") const {
    std::vector<unsigned> refs;
    for (int i = 0; i < n; ++i) refs.push_back(ann.asks("room:a", event, payload));
    bench.settle();
    (void)ann.push("room:a", "wake");
    bench.advance(11min);  // longer than any timeout
    for (const unsigned ref : refs) {
      const auto reply = ann.reply(ref);
      REQUIRE_MESSAGE((reply.starts_with("ok ") || reply.starts_with("error ")), reply);
    }
  }
  void once(std::string_view event, std::string_view payload = "{}") const { at_once(1, event, payload); }
  /// The room ends, and the client joins the next one.
  void fatal(std::string_view event) const {
    const auto ref = ann.asks("room:a", event);
    for (int i = 0; i < 50; ++i) bench.step(bench.home_of("room:a"));
    // A turn that uses a minute of CPU waits for its share in between.
    std::string reply;
    for (int i = 0; i < 20 && !reply.starts_with("error "); ++i) {
      bench.advance(1min);
      reply = ann.reply(ref);
    }
    CHECK(reply.starts_with("error "));
    bench.advance(5min);
    CHECK(ann.join("room:a") == "ok {}");
  }
};

using Use = std::function<void(const Visit&)>;

const std::map<std::string, Use> uses = {
    {"heap",
     [](const Visit& v) {
       for (const auto* event : {"bytes", "strings", "objects", "one_array"}) v.fatal(event);
     }},
    {"heapWarn",
     [](const Visit& v) {
       v.once("strings");
       (void)v.ann.join("room:a");  // if what remained was too much, the room has ended
     }},
    {"hostMemory",
     [](const Visit& v) { v.at_once(600, "wait", fmt::format(R"({{"x":"{}"}})", std::string(500, 'x'))); }},
    {"turn", [](const Visit& v) { v.fatal("spin"); }},
    {"cpuShare", [](const Visit& v) { v.at_once(200, "work"); }},
    {"mailbox", [](const Visit& v) { v.at_once(1500, "say"); }},
    {"mailboxBytes",
     [](const Visit& v) { v.at_once(200, "work", fmt::format(R"({{"x":"{}"}})", std::string(50'000, 'x'))); }},
    {"timers", [](const Visit& v) { v.once("timers", R"({"n":140000})"); }},
    {"handlerCalls", [](const Visit& v) { v.once("calls", R"({"n":3000})"); }},
    {"pendingCalls", [](const Visit& v) { v.at_once(1200, "wait"); }},
    {"handlerTimeout", [](const Visit& v) { v.once("calls", R"({"n":10})"); }},
    {"replyTimeout", [](const Visit& v) { v.at_once(100, "wait"); }},
    {"startTimeout", [](const Visit& v) { v.once("say"); }},
    {"microtasks", [](const Visit& v) { v.once("microtasks", R"({"n":5000})"); }},
    {"output", [](const Visit& v) { v.once("say", R"({"n":900000})"); }},
    {"fanOut", [](const Visit& v) { v.once("say", R"({"n":900000})"); }},
    {"logLines", [](const Visit& v) { v.once("log", R"({"n":1000})"); }},
    {"clients",
     [](const Visit& v) {
       std::vector<Person> crowd;
       for (int i = 0; i < 20; ++i) {
         crowd.emplace_back(v.bench);
         CHECK(crowd.back().join("room:a").find(' ') != std::string::npos);
       }
     }},
    {"idle",
     [](const Visit& v) {
       (void)v.ann.leave("room:a");
       v.bench.advance(2s);
       v.bench.advance(std::chrono::hours(24 * 367));
       CHECK(v.bench.rooms().empty());
       CHECK(v.ann.join("room:a") == "ok {}");
     }},
    {"state",
     [](const Visit& v) {
       v.once("grow", R"({"n":1000000})");
       (void)v.ann.leave("room:a");
       v.bench.advance(10min);
       CHECK(v.bench.rooms().empty());
       CHECK(v.ann.join("room:a") == "ok {}");
     }},
    {"history.entries", [](const Visit& v) { v.once("history", R"({"n":5000})"); }},
    {"history.bytes", [](const Visit& v) { v.once("history", R"({"n":5000})"); }},
    {"history.age", [](const Visit& v) { v.once("history", R"({"n":50})"); }},
    {"history.replay", [](const Visit& v) { v.once("history", R"({"n":5000})"); }},
};

}  // namespace

TEST_CASE("every limit of a room can be used fully at its smallest and at its largest value") {
  for (const auto& setting : limit_settings().all()) {
    CAPTURE(setting.name);
    if (setting.name == "durable" || setting.name.starts_with("retain.")) continue;  // past_room_test.cpp
    REQUIRE(setting.bounds.has_value());
    const auto use = uses.find(setting.name);
    REQUIRE_MESSAGE(use != uses.end(), "a new limit needs an entry in `uses`");
    for (const double value : {setting.bounds->least, setting.bounds->most}) {
      CAPTURE(value);
      AppBench bench(user, config_of("limits." + setting.name, value));
      Person ann(bench);
      REQUIRE(ann.join("room:a") == "ok {}");
      use->second({bench, ann, value});
      // Another room, and the same one, still serve.
      Person bob(bench);
      CHECK(bob.join("room:b") == "ok {}");
      CHECK(bob.push("room:b", "work") == "ok {}");
      if (ann.push("room:a", "work").starts_with("ok ")) continue;
      // It was terminated by its limit, and serves those who join again.
      bench.advance(5min);
      CHECK(ann.join("room:a") == "ok {}");
      CHECK(ann.push("room:a", "work").starts_with("ok "));
    }
  }
}

TEST_CASE(
    "every other setting with bounds can be set to its smallest and to its largest value, and clients are answered") {
  for (const auto& setting : app_settings().all()) {
    if (!setting.bounds) continue;
    CAPTURE(setting.name);
    for (const double value : {setting.bounds->least, setting.bounds->most}) {
      CAPTURE(value);
      AppBench bench(user, config_of(setting.name, value));
      Person ann(bench);
      if (!ann.refused().empty()) continue;
      const auto joined = ann.join("room:a");
      CHECK_MESSAGE((joined == "ok {}" || joined.starts_with("error ")), joined);
      for (int i = 0; i < 50; ++i) {
        const auto reply = ann.push("room:a", "say");
        if (!ann.connected()) break;  // a limit of 1 in a second closes a client that goes on
        CHECK_MESSAGE((reply.starts_with("ok ") || reply.starts_with("error ")), reply);
      }
      bench.advance(1h);
      CHECK(Person(bench).refused().empty());
    }
  }
}
