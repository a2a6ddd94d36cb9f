// SPDX-License-Identifier: MIT
//
// room.presence and room.history: the events that clients receive, and the limits.

#include "app_bench.hpp"

#include <chrono>
#include <string>

using namespace entmoot_app;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view present = R"(
  export function join({name}, client) {
    client.assigns.name = name;
    room.presence.track(client, name, {mood: "fine"});
  }
  export function handleIn(event, payload, client) {
    if (event === "mood") room.presence.track(client, client.assigns.name, payload);
    if (event === "hide") room.presence.untrack(client, client.assigns.name);
    if (event === "fail") { room.presence.untrack(client, client.assigns.name); throw new Error("no"); }
    if (event === "boom") for (;;);
    return {here: Object.keys(room.presence.list()).sort(), moods: Object.values(room.presence.list()).map((p) => p.metas[0].mood)};
  }
)";

bool is_diff(const std::string& frame, const std::string& joins, const std::string& leaves) {
  const auto at = [&](const std::string& key) { return key.empty() ? "{}" : "{\"" + key + "\":"; };
  return frame.find("presence_diff") != std::string::npos &&
         frame.find("\"joins\":" + at(joins)) != std::string::npos &&
         frame.find("\"leaves\":" + at(leaves)) != std::string::npos;
}

}  // namespace

TEST_CASE("a joining client receives the presence list, itself included, and the others receive the change") {
  AppBench bench(present);
  Person ann(bench);
  Person bob(bench, 1);
  CHECK(ann.join("room:a", R"({"name":"ann"})") == "ok {}");
  const auto first = ann.news();
  REQUIRE(first.size() == 1);
  CHECK(first[0].starts_with(R"(room:a presence_state {"ann":{"metas":[)"));
  (void)bob.join("room:a", R"({"name":"bob"})");
  const auto diff = ann.news();
  REQUIRE(diff.size() == 1);
  CHECK(is_diff(diff[0], "bob", ""));
  const auto state = bob.news();
  REQUIRE(state.size() == 1);
  CHECK(state[0].starts_with("room:a presence_state"));
  CHECK(state[0].find("\"ann\"") != std::string::npos);
  CHECK(state[0].find("\"bob\"") != std::string::npos);
  CHECK(bob.push("room:a", "list") == R"(ok {"here":["ann","bob"],"moods":["fine","fine"]})");
}

TEST_CASE("clients that join in the same moment learn of each other") {
  constexpr std::string_view gated = R"(
    let open;
    const gate = new Promise((resolve) => (open = resolve));
    export async function join({name}, client) {
      await gate;
      if (name === "bob") for (let i = 0; i < 10; i++) await null;  // ann has her answer, on its way
      room.presence.track(client, name);
    }
    export const handleInfo = () => open();
  )";
  for (const unsigned shard : {0U, 1U}) {
    INFO("on shard ", shard);
    AppBench bench(gated);
    Person ann(bench, shard);
    Person bob(bench, shard);
    (void)ann.asks_join("room:a", R"({"name":"ann"})");
    (void)bob.asks_join("room:a", R"({"name":"bob"})");
    bench.settle();
    (void)bench.info("room:a", "{}");  // one turn lets both in
    for (auto* visitor : {&ann, &bob}) {
      std::string heard;
      for (const auto& news : visitor->news()) heard += news;
      CHECK_MESSAGE(heard.find("\"ann\":") != std::string::npos, heard);
      CHECK_MESSAGE(heard.find("\"bob\":") != std::string::npos, heard);
    }
  }
}

TEST_CASE("a presence's meta can change, and the presence ends with its client, however it leaves") {
  AppBench bench(present);
  Person ann(bench);
  Person bob(bench, 1);
  (void)ann.join("room:a", R"({"name":"ann"})");
  (void)bob.join("room:a", R"({"name":"bob"})");
  (void)ann.news();
  (void)bob.push("room:a", "mood", R"({"mood":"bad"})");
  auto news = ann.news();
  REQUIRE(news.size() == 1);
  CHECK(is_diff(news[0], "bob", "bob"));
  CHECK(ann.push("room:a", "x") == R"(ok {"here":["ann","bob"],"moods":["fine","bad"]})");

  CHECK(bob.push("room:a", "fail") == R"(error {"reason":"no"})");
  CHECK(ann.news().empty());
  (void)bob.push("room:a", "hide");
  news = ann.news();
  REQUIRE(news.size() == 1);
  CHECK(is_diff(news[0], "", "bob"));
  (void)bob.push("room:a", "mood", R"({"mood":"back"})");
  (void)ann.news();

  (void)bob.join("room:a", R"({"name":"bob"})");  // a second join closes the first
  CHECK(ann.push("room:a", "x") == R"(ok {"here":["ann","bob"],"moods":["fine","fine"]})");
  (void)ann.news();
  bob.disconnect();
  news = ann.news();
  REQUIRE(news.size() == 1);
  CHECK(is_diff(news[0], "", "bob"));
}

TEST_CASE("a presence that exceeds a limit is logged with the limit, and the previous one stays") {
  AppBench bench(R"(
    export function join(params, client) { room.presence.track(client, "ann", {mood: "fine"}); }
    export function handleIn(event, {bytes}, client) {
      if (event === "key") room.presence.track(client, "k".repeat(bytes));
      if (event === "meta") room.presence.track(client, "new", {text: "x".repeat(bytes)});
      if (event === "update") room.presence.track(client, "ann", {text: "x".repeat(bytes)});
    }
  )");
  Person ann(bench);
  (void)ann.join("room:a");
  (void)ann.news();
  CHECK(ann.push("room:a", "key", R"({"bytes":129})") == "ok {}");
  CHECK(bench.logged("the key has 129 bytes").size() == 1);
  for (const auto* event : {"meta", "update"}) {
    CHECK(ann.push("room:a", event, R"({"bytes":600})") == "ok {}");
    CHECK(bench.logged("the meta has 611 bytes").size() == 1);
  }
  CHECK(ann.news().empty());
}

TEST_CASE("a crashed room has no presences") {
  AppBench bench(present, R"({limits: {turn: "5ms"}})");
  Person ann(bench);
  Person bob(bench, 1);
  (void)ann.join("room:a", R"({"name":"ann"})");
  (void)bob.join("room:a", R"({"name":"bob"})");
  (void)bob.push("room:a", "boom");
  (void)ann.join("room:a", R"({"name":"ann"})");
  CHECK(ann.push("room:a", "x") == R"(ok {"here":["ann"],"moods":["fine"]})");
}

TEST_CASE("clients receive presence_state when the room first uses presence") {
  AppBench bench(R"(
    export const handleIn = (event, payload, client) => room.presence.track(client, "k");
  )");
  Person ann(bench);
  Person bob(bench, 1);
  (void)ann.join("room:a");
  (void)bob.join("room:a");
  CHECK(ann.news().empty());
  (void)ann.push("room:a", "x");
  for (auto* visitor : {&ann, &bob}) {
    const auto news = visitor->news();
    REQUIRE(news.size() == 2);
    CHECK(is_diff(news[0], "k", ""));
    CHECK(news[1].starts_with(R"(room:a presence_state {"k":)"));
  }
}

TEST_CASE("a failed first use of presence does not prevent a later presence_state") {
  AppBench bench(R"(
    export function handleIn(event, payload, client) {
      room.presence.track(client, "k");
      if (event === "bad") throw new Error("bad");
    }
  )");
  Person ann(bench);
  Person bob(bench, 1);
  (void)ann.join("room:a");
  (void)bob.join("room:a");
  CHECK(ann.push("room:a", "bad") == R"(error {"reason":"bad"})");
  CHECK(bob.news().empty());
  CHECK(ann.push("room:a", "good") == "ok {}");
  const auto news = bob.news();
  REQUIRE(news.size() == 2);
  CHECK(is_diff(news[0], "k", ""));
  CHECK(news[1].starts_with(R"(room:a presence_state {"k":)"));
}

TEST_CASE("failed calls of track are logged with the reason, within the log limit") {
  AppBench bench(R"(
    export function handleIn(event, {key, meta, times}, client) {
      for (let i = 0; i < times; i++) room.presence.track(client, key, {meta: "m".repeat(meta)});
    }
  )");
  Person ann(bench);
  (void)ann.join("room:a");
  CHECK(ann.push("room:a", "x", R"({"key":"k","meta":1,"times":1})") == "ok {}");
  CHECK(ann.push("room:a", "x", R"({"key":"k","meta":1000,"times":1})") == "ok {}");
  CHECK(bench.logged("the meta has 1011 bytes").size() == 1);
  const std::string key(200, 'k');
  CHECK(ann.push("room:a", "x", R"({"key":")" + key + R"(","meta":1,"times":500})") == "ok {}");
  CHECK(bench.logged("the key has 200 bytes").size() == 99);
}

TEST_CASE("messages to rooms that are not running are logged, within the log limit") {
  AppBench bench(R"(
    export function handleIn(event, {times}) { for (let i = 0; i < times; i++) room.send("room:nobody", i); }
  )",
                 "{limits: {logLines: 10}}");
  Person ann(bench);
  (void)ann.join("room:a");
  CHECK(ann.push("room:a", "x", R"({"times":500})") == "ok {}");
  CHECK(bench.logged("room.send to \"room:nobody\" failed").size() == 10);
  bench.advance(10s);
  CHECK(ann.push("room:a", "x", R"({"times":1})") == "ok {}");
  CHECK(bench.logged("suppressed 490 log lines").size() == 1);
}

TEST_CASE("a history removes its oldest entries when it exceeds a limit") {
  const std::string_view room = R"(
    export function handleIn(event, {n}) {
      if (event === "add") for (let i = 0; i < n; i++) room.history.push({i});
      if (event === "big") room.history.push("x".repeat(n));
      if (event === "clear") room.history.clear();
      return {length: room.history.length, last: room.history.last(2), replay: room.history.last().length,
              all: [...room.history].length, none: room.history.last(0).length};
    }
  )";
  AppBench bench(room, R"({limits: {history: {entries: 5, bytes: 100, replay: 3}}})");
  Person ann(bench);
  (void)ann.join("room:a");
  CHECK(ann.push("room:a", "x") == R"(ok {"length":0,"last":[],"replay":0,"all":0,"none":0})");
  CHECK(ann.push("room:a", "add", R"({"n":9})") ==
        R"(ok {"length":5,"last":[{"i":7},{"i":8}],"replay":3,"all":5,"none":0})");
  CHECK(ann.push("room:a", "big", R"({"n":90})").starts_with(R"(ok {"length":2,)"));
  CHECK(ann.push("room:a", "big", R"({"n":200})").starts_with(R"(ok {"length":0,)"));
  CHECK(ann.push("room:a", "add", R"({"n":1})").starts_with(R"(ok {"length":1,)"));
  CHECK(ann.push("room:a", "clear").starts_with(R"(ok {"length":0,)"));
}

TEST_CASE("entries of the history cannot be changed after push") {
  AppBench bench(R"(
    export function handleIn() {
      const entry = {a: 1};
      room.history.push(entry);
      entry.a = 2;
      room.history.last()[0].a = 3;
      room.history.push(undefined);
      return {history: room.history};
    }
  )");
  Person ann(bench);
  (void)ann.join("room:a");
  CHECK(ann.push("room:a", "x") == R"(ok {"history":[{"a":1},null]})");
}
