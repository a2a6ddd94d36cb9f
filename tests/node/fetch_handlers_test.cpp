// SPDX-License-Identifier: MIT

#include <entmoot/node/fetch_handlers.hpp>

#include "../runtime/room_bench.hpp"
#include "../web/canned_server.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

struct FetchingRoom {
  RoomBench bench;
  std::optional<Fetcher> fetcher;
  TestRoom* room = nullptr;

  FetchingRoom(const CannedServer& server, const std::string& source) {
    bench.on_shard(
        [&] { fetcher.emplace(bench.shard, FetchOptions{.policy = *FetchPolicy::parse({server.origin()})}); });
    Handlers handlers;
    add_fetch_handlers(handlers, *fetcher, std::make_shared<MemoryAccount>(32 * MiB));
    room = &bench.open("const origin = '" + server.origin() + "';" + source, handlers);
  }
  ~FetchingRoom() {
    bench.on_shard([&] { fetcher.reset(); });
  }
  std::string call(const std::string& name) {
    const auto answer = bench.cast(*room, name);
    while (!*answer) bench.shard.poll();
    return RoomBench::text(answer);
  }
};

}  // namespace

TEST_CASE("a room fetches, and reads the response") {
  const CannedServer server{
      "HTTP/1.1 201 Made\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n{\"a\":1}"};
  FetchingRoom fetching(server, R"(
    async function f() {
      const response = await fetch(origin + "/x#y", { method: "POST", body: new Uint8Array([1, 2]) });
      return [response.status, response.ok, response.statusText, response.headers.get("content-type"), response.url === origin + "/x",
        response.redirected, response.type, (await response.json()).a].join();
    }
    async function bytes() { return [...(await (await fetch(new URL(origin))).bytes())].join(); }
  )");
  CHECK(fetching.call("f") == R"("201,true,Made,application/json,true,false,basic,1")");
  CHECK(fetching.call("bytes") == R"("123,34,97,34,58,49,125")");
}

TEST_CASE("a fetch that cannot be is a TypeError that says why") {
  const CannedServer server{"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"};
  FetchingRoom fetching(server, R"(
    const told = (promise) => promise.then(() => "done", (error) => `${error.name}: ${error.message}`);
    function elsewhere() { return told(fetch("https://example.com/x")); }
    function header() { return told(fetch(origin, { headers: { host: "other" } })); }
    function nothing() { return told(fetch()); }
    function relative() { return told(fetch("/x")); }
  )");
  CHECK(
      fetching.call("elsewhere") ==
      R"("TypeError: fetch failed: fetch to https://example.com is not allowed: add it to `fetch` in entmoot.config.ts")");
  CHECK(fetching.call("header") == R"("TypeError: fetch failed: the header \"host\" cannot be set")");
  CHECK(fetching.call("nothing") == R"("TypeError: \"undefined\" is not a valid URL")");
  CHECK(fetching.call("relative") == R"("TypeError: \"/x\" is not a valid URL")");
  RoomBench without;
  TestRoom& room =
      without.open("async function f() { try { await fetch('https://a'); } catch (e) { return e.message; } }");
  CHECK(without.call(room, "f") == R"("fetch failed: no handler \"entmoot:fetch\": the server does not offer it")");
}

TEST_CASE("a signal ends a fetch at once, and its place is free again") {
  const CannedServer server{std::nullopt};
  FetchingRoom fetching(server, R"(
    let controller = new AbortController();
    let result = "waits";
    function begin() { fetch(origin, { signal: controller.signal }).catch((error) => (result = error.name)); }
    function stop() { controller.abort(); }
    function look() { return result; }
    function before() { return fetch(origin, { signal: AbortSignal.abort(new Error("early")) }).catch((error) => error.message); }
  )");
  CHECK(fetching.call("begin") == "null");
  CHECK(fetching.call("look") == R"("waits")");
  CHECK(fetching.fetcher->under_way() == 1);
  CHECK(fetching.call("stop") == "null");
  CHECK(fetching.call("look") == R"("AbortError")");
  while (fetching.fetcher->under_way() > 0) fetching.bench.shard.poll();
  CHECK(fetching.call("before") == R"("early")");
}

TEST_CASE("a room waits for a fetch as long as the fetcher does; a turn that fails sends nothing") {
  const CannedServer server{std::nullopt};
  FetchingRoom fetching(server, R"(
    function slow() { return fetch(origin).catch((error) => error.message); }
    function fails() { fetch(origin).catch(() => {}); throw new Error("no"); }
  )");
  CHECK(fetching.call("fails") == "error: no");
  CHECK(fetching.fetcher->under_way() == 0);
  const auto answer = fetching.bench.cast(*fetching.room, "slow");
  fetching.bench.settle();
  fetching.bench.clock.advance(6s);
  fetching.bench.settle();
  CHECK_FALSE(answer->has_value());
  fetching.bench.clock.advance(4s);
  while (!*answer) fetching.bench.shard.poll();
  CHECK(RoomBench::text(answer) == "\"fetch failed: " + server.origin() + " did not answer within 10 s\"");
}
