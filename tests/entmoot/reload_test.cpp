// SPDX-License-Identifier: MIT
//
// Reloads of running rooms: a room switches to the new code with its state and clients, or keeps running the old code.

#include "app_bench.hpp"

#include <chrono>
#include <string>

using namespace entmoot_app;
using namespace std::chrono_literals;

namespace {

/// A room that counts and answers which version it runs. `more` is appended to its code.
std::string version(int number, const std::string& more = {}) {
  return "const version = " + std::to_string(number) + ";" + R"(
    let n = 0;
    const reply = () => ({version, n: n++, clients: room.clients.length});
    export const join = async ({ms}, client) => {
      client.assigns.since = version;
      if (ms) await new Promise((done) => setTimeout(done, ms));
      return reply();
    };
    export async function handleIn(event, {ms}, client) {
      if (event === "history") room.history.push(version);
      if (event === "loop") for (;;);
      if (ms) await new Promise((done) => setTimeout(done, ms));
      if (event === "tell") room.broadcast("told", {version});
      return event === "all" ? {since: client.assigns.since, history: room.history.last(), params: client.params} : reply();
    }
    export const handleInfo = () => version;
    export const terminate = (reason) => room.broadcast("gone", {version, reason});
  )" + (more.find("serialize") == std::string::npos ? "export const serialize = () => ({n});" : "") +
         (more.find("restore") == std::string::npos ? "export const restore = (state) => { n = state.n; };" : "") +
         more;
}

}  // namespace

TEST_CASE("a reload keeps a room's state, clients and history, and clients do not notice it") {
  AppBench bench(version(1));
  Person ann(bench, 0, {.query = "name=ann"});
  Person bob(bench, 1);
  CHECK(ann.join("room:a") == R"(ok {"version":1,"n":0,"clients":0})");
  CHECK(bob.join("room:a") == R"(ok {"version":1,"n":1,"clients":1})");
  (void)ann.push("room:a", "history");
  CHECK(bench.reload(version(2)).empty());
  CHECK(ann.push("room:a", "x") == R"(ok {"version":2,"n":3,"clients":2})");
  CHECK(ann.push("room:a", "all") == R"(ok {"since":1,"history":[1],"params":{"name":"ann"}})");
  CHECK(ann.push("room:a", "tell") == R"(ok {"version":2,"n":4,"clients":2})");
  CHECK(bob.news() == Texts{R"(room:a told {"version":2})"});
  CHECK(bench.rooms() == Texts{"room:a running 2"});
  (void)ann.leave("room:a");
  CHECK(bob.news() == Texts{R"(room:a gone {"version":2,"reason":"left"})"});
  for (int i = 3; i < 8; ++i) CHECK(bench.reload(version(i)).empty());
  CHECK(bob.push("room:a", "x") == R"(ok {"version":7,"n":5,"clients":1})");
}

TEST_CASE("a room without clients runs the new code at the next join") {
  AppBench bench(version(1));
  {
    Person ann(bench);
    (void)ann.join("room:a");
  }
  bench.settle();
  CHECK(bench.reload(version(2)).empty());
  CHECK(Person(bench).join("room:a") == R"(ok {"version":2,"n":1,"clients":0})");
  CHECK(Person(bench).join("room:b") == R"(ok {"version":2,"n":0,"clients":0})");
}

TEST_CASE("code that does not load changes nothing and is reported with its position") {
  AppBench bench(version(1));
  Person ann(bench);
  (void)ann.join("room:a");
  CHECK(bench.reload("export const join = (;").find("rooms/room.ts:1:") != std::string::npos);
  CHECK(bench.reload("throw new Error('at the top');").find("at the top") != std::string::npos);
  CHECK(bench.reload("export const join = 7;").find("the export \"join\" must be a function, not a number") !=
        std::string::npos);
  CHECK(bench.reload("Object.prototype.toJSON = () => 7; export const join = () => {};").find("rooms/room.ts") !=
        std::string::npos);
  CHECK(ann.push("room:a", "x") == R"(ok {"version":1,"n":1,"clients":1})");
  CHECK(ann.news().empty());
}

TEST_CASE("messages that arrive during a reload are handled in order by the new code") {
  AppBench bench(version(1, "export const serialize = () => new Promise((done) => setTimeout(() => done({n}), 100));"));
  Person ann(bench);
  Person bob(bench, 1);
  (void)ann.join("room:a");
  CHECK(bench.reload(version(2)).empty());
  CHECK(bench.rooms() == Texts{"room:a reloading 1"});
  const auto first = ann.asks("room:a", "x");
  const auto joins = bob.asks_join("room:a");
  bench.settle();
  const auto second = bob.asks("room:a", "tell");
  bench.settle();
  CHECK(ann.reply(first) == "(no reply)");
  bench.advance(100ms);
  CHECK(ann.reply(first) == R"(ok {"version":2,"n":1,"clients":1})");
  CHECK(bob.reply(joins) == R"(ok {"version":2,"n":2,"clients":1})");
  CHECK(bob.reply(second) == R"(ok {"version":2,"n":3,"clients":2})");
  CHECK(ann.news() == Texts{R"(room:a told {"version":2})"});
}

TEST_CASE("a leave during a reload reaches the new code") {
  AppBench bench(version(1, "export const serialize = () => new Promise((done) => setTimeout(() => done({n}), 100));"));
  Person ann(bench);
  Person bob(bench, 1);
  (void)ann.join("room:a");
  (void)bob.join("room:a");
  CHECK(bench.reload(version(2)).empty());
  bob.disconnect();
  bench.advance(100ms);
  CHECK(ann.news() == Texts{R"(room:a gone {"version":2,"reason":"closed"})"});
  CHECK(ann.push("room:a", "x") == R"(ok {"version":2,"n":2,"clients":1})");
}

TEST_CASE("calls that wait for a promise of the old code are answered by the old code") {
  AppBench bench(version(1));
  Person ann(bench);
  (void)ann.join("room:a");
  const auto waits = ann.asks("room:a", "x", R"({"ms":1000})");
  const auto never = ann.asks("room:a", "x", R"({"ms":100000})");
  bench.settle();
  CHECK(bench.reload(version(2)).empty());
  CHECK(ann.push("room:a", "x") == R"(ok {"version":2,"n":1,"clients":1})");
  bench.advance(1s);
  CHECK(ann.reply(waits) == R"(ok {"version":1,"n":1,"clients":1})");
  bench.advance(9s);
  CHECK(ann.reply(never) == R"(error {"reason":"timeout"})");
  CHECK(ann.push("room:a", "x") == R"(ok {"version":2,"n":2,"clients":1})");
}

TEST_CASE("a pending replyLater is answered with an error after a reload, and the old code ends") {
  const auto waiting = [](int number) {
    return version(number) + R"(
      let waits = [];
      export const handleInfo = () => waits.splice(0).forEach((reply) => reply.ok({version}));
      const own = handleIn;
      export { take as handleIn };
      function take(event, payload, client) {
        if (event !== "wait") return own(event, payload, client);
        waits.push(client.replyLater());
        setTimeout(() => room.broadcast("late", {version}), 1000);
      })";
  };
  const auto code = [&](int number) {
    std::string text = waiting(number);
    const std::string_view info = "export const handleInfo = () => version;", in = "export async function handleIn";
    text.erase(text.find(info), info.size());
    return text.replace(text.find(in), in.size(), "async function handleIn");
  };
  AppBench bench(code(1));
  Person ann(bench);
  (void)ann.join("room:a");
  const auto first = ann.asks("room:a", "wait");
  bench.settle();
  CHECK(bench.reload(code(2)).empty());
  CHECK(ann.reply(first) == R"(error {"reason":"the room was reloaded, try again"})");
  const auto second = ann.asks("room:a", "wait");
  bench.settle();
  (void)bench.info("room:a", "null");
  CHECK(ann.reply(second) == R"(ok {"version":2})");
  bench.advance(2s);
  CHECK(ann.news() == Texts{R"(room:a late {"version":2})"});
}

TEST_CASE("a client whose join is pending during a reload is asked to join again, and the new code does not have it") {
  AppBench bench(version(1));
  Person ann(bench);
  Person bob(bench, 1);
  (void)ann.join("room:a");
  const auto joins = bob.asks_join("room:a", R"({"ms":1000})");
  bench.settle();
  CHECK(bench.reload(version(2)).empty());
  bench.advance(1s);
  CHECK(bob.reply(joins) == R"(error {"reason":"the room was reloaded, join again"})");
  CHECK(ann.push("room:a", "x") == R"(ok {"version":2,"n":1,"clients":1})");
  CHECK(bench.rooms() == Texts{"room:a running 1"});
  CHECK(bob.join("room:a") == R"(ok {"version":2,"n":2,"clients":1})");
  CHECK(bob.push("room:a", "x") == R"(ok {"version":2,"n":3,"clients":2})");
}

TEST_CASE("intervals run in one version at a time, and timers of the old code end with it") {
  const auto ticking = [](int number) {
    return "export const serialize = () => new Promise((done) => setTimeout(() => done(1), 1000));"
           "export const restore = () => new Promise((done) => setTimeout(done, 1000));"
           "setInterval(() => room.broadcast('tick', {version: " +
           std::to_string(number) + "}), 400);";
  };
  AppBench bench(ticking(1));
  Person ann(bench);
  (void)ann.join("room:a");
  CHECK(bench.reload(ticking(2)).empty());
  for (int i = 0; i < 40; ++i) bench.advance(100ms);
  // No timer fires after serialize: its changes would be lost and repeated by the new code.
  CHECK(ann.news() == Texts(7, R"(room:a tick {"version":2})"));
}

TEST_CASE("a loop continues after a reload without missing or repeating a tick") {
  const std::string loop =
      "let n = 0; export const serialize = () => new Promise((done) => { const told = n; setTimeout(() => done(told), "
      "130); });"
      "setInterval(() => room.broadcast('tick', {n: ++n}), 50);";
  const std::string good = loop + "export const restore = (state) => { n = state; };";
  const std::string bad = loop + "export const restore = () => { throw new Error('not mine'); };";
  AppBench bench(good);
  Person ann(bench);
  (void)ann.join("room:a");
  for (const auto& code : {bad + "//1", good + "//2", bad + "//3", good + "//4"}) {
    CHECK(bench.begin_reload(code).empty());
    for (int i = 0; i < 30; ++i) bench.advance(20ms);
  }
  const auto news = ann.news();
  CHECK(news.size() > 20);
  for (std::size_t i = 0; i < news.size(); ++i) CHECK(news[i] == fmt::format("room:a tick {{\"n\":{}}}", i + 1));
}

TEST_CASE("if serialize or restore fails or the state is too large, the reload fails and the room loses nothing") {
  const struct {
    std::string old_code;
    std::string new_code;
    std::string why;
  } rows[] = {
      {version(1, "export const serialize = () => { throw new Error('no state'); };"), version(2),
       "serialize: no state"},
      {version(1, "export const serialize = async () => { throw new Error('no state'); };"), version(2), "no state"},
      {version(1, "export const serialize = () => new Promise(() => {});"), version(2), "serialize: timeout"},
      {version(1, "export const serialize = () => ({n, fat: 'x'.repeat(3000)});"), version(2), "limit `state`"},
      {version(1), version(2, "export const restore = () => { throw new Error('not mine'); };"), "not mine"},
      {version(1), version(2, "export const restore = async () => { throw new Error('not mine'); };"), "not mine"},
      {version(1), version(2, "export const restore = () => new Promise(() => {});"), "timeout"},
      {version(1), version(2, "export const restore = () => { for (;;); };"), "out of time"},
      {version(1), version(2, "if (room.id === 'a') throw new Error('not here');"), "not here"},
      {version(1), version(2, "if (room.id === 'a') for (;;);"), "out of time"},
      {version(1), version(2, "if (room.id === 'a') await new Promise(() => {});"), "did not start in time"},
  };
  for (const auto& [old_code, new_code, why] : rows) {
    CAPTURE(why);
    AppBench bench(old_code, R"({limits: {turn: "50ms", state: "2KB", startTimeout: "3s"}})");
    Person ann(bench);
    Person bob(bench, 1);
    (void)ann.join("room:a");
    CHECK(bench.reload(new_code).empty());
    const auto asked = ann.asks("room:a", "x");
    const auto joins = bob.asks_join("room:a");
    bench.advance(2s);
    bench.advance(2s);
    bench.advance(2s);
    CHECK(ann.reply(asked) == R"(ok {"version":1,"n":1,"clients":1})");
    CHECK(bob.reply(joins) == R"(ok {"version":1,"n":2,"clients":1})");
    CHECK(ann.push("room:a", "x") == R"(ok {"version":1,"n":3,"clients":2})");
    CHECK(ann.news().empty());
    CHECK(bench.about("room:a", "trouble").find(why) != std::string::npos);
    CHECK(bench.about("room:a", "trouble").starts_with("\"reload: "));
    CHECK(bench.rooms() == Texts{"room:a running 2"});
    CHECK(bench.logged("reload failed").size() == 1);
    // The next version is tried as usual.
    if (why.find("tate") == std::string::npos && why != "serialize: timeout") {
      CHECK(bench.reload(version(3)).empty());
      CHECK(ann.push("room:a", "x") == R"(ok {"version":3,"n":4,"clients":2})");
    }
  }
}

TEST_CASE("a room without serialize loses its state but not its clients, and this is logged") {
  const std::string code = "let n = 0; export const handleIn = () => ({n: n++, clients: room.clients.length});";
  AppBench bench(code);
  Person ann(bench);
  (void)ann.join("room:a");
  (void)ann.push("room:a", "x");
  CHECK(bench.reload(code + "export const other = 1;").empty());
  CHECK(ann.push("room:a", "x") == R"(ok {"n":0,"clients":1})");
  CHECK(bench.reload(code + "export const serialize = () => ({n});").empty());
  (void)ann.push("room:a", "x");
  CHECK(bench.reload(code).empty());
  CHECK(bench.logged("state lost in the reload").size() == 1);
}

TEST_CASE("a room that ends during a reload is restarted with the new code") {
  for (const std::string phase : {"serialize", "restore"}) {
    for (const std::string how : {"kill", "crash"}) {
      CAPTURE(phase);
      CAPTURE(how);
      const std::string slow =
          phase == "serialize"
              ? "export const serialize = () => new Promise((done) => setTimeout(() => done({n}), 1000));"
              : "";
      const std::string crash = how == "crash" ? "setTimeout(() => { if (room.clients.length) for (;;); }, 500);" : "";
      AppBench bench(version(1, slow + crash), R"({limits: {turn: "20ms"}})");
      Person ann(bench);
      Person bob(bench, 1);
      (void)ann.join("room:a");
      const std::string slow_restore =
          phase == "restore" ? "export const restore = () => new Promise((done) => setTimeout(done, 1000));" : "";
      CHECK(bench.reload(version(2, slow_restore)).empty());
      CHECK(bench.rooms() == Texts{"room:a reloading 1"});
      const auto asked = ann.asks("room:a", "x");
      const auto joins = bob.asks_join("room:a");
      bench.settle();
      if (how == "kill") CHECK(bench.kill("room:a") == "null");
      bench.advance(500ms);
      if (how == "crash" && phase == "restore") {
        // The old actor is no longer needed, because the new one has its state.
        bench.advance(500ms);
        CHECK(ann.reply(asked).starts_with(R"(ok {"version":2)"));
        CHECK(bob.reply(joins).starts_with(R"(ok {"version":2)"));
        continue;
      }
      CHECK(ann.reply(asked).starts_with("error "));
      CHECK(bob.reply(joins).starts_with("error "));
      CHECK(ann.news() == Texts{R"(room:a phx_error {"reason":"channel_crash"})"});
      CHECK(ann.join("room:a") == R"(ok {"version":2,"n":0,"clients":0})");
      bench.advance(1s);
      CHECK(ann.push("room:a", "x") == R"(ok {"version":2,"n":1,"clients":1})");
      CHECK(bench.rooms() == Texts{"room:a running 1"});
    }
  }
}

TEST_CASE("if both versions crash during a reload, the clients rejoin a new room") {
  AppBench bench(version(1, "setTimeout(() => { if (room.clients.length) for (;;); }, 500);"),
                 R"({limits: {turn: "20ms"}})");
  Person ann(bench);
  (void)ann.join("room:a");
  CHECK(bench
            .reload(version(
                2, "export const restore = () => new Promise((_, no) => setTimeout(() => no(new Error('no')), 1000));"))
            .empty());
  const auto asked = ann.asks("room:a", "x");
  bench.advance(500ms);
  CHECK(ann.reply(asked) == "(no reply)");
  bench.advance(500ms);
  CHECK(ann.reply(asked) == R"(error {"reason":"no"})");
  CHECK(ann.news() == Texts{R"(room:a phx_error {"reason":"channel_crash"})"});
  CHECK(ann.join("room:a") == R"(ok {"version":2,"n":0,"clients":0})");
}

TEST_CASE("a crash of old code with unanswered calls affects only these calls") {
  AppBench bench(version(1, "setTimeout(() => { if (room.clients.length) for (;;); }, 500);"),
                 R"({limits: {turn: "20ms"}})");
  Person ann(bench);
  (void)ann.join("room:a");
  const auto waits = ann.asks("room:a", "x", R"({"ms":1000})");
  bench.settle();
  CHECK(bench.reload(version(2)).empty());
  bench.advance(500ms);
  CHECK(ann.reply(waits) == R"(error {"reason":"out of time"})");
  bench.advance(5s);
  CHECK(ann.push("room:a", "x") == R"(ok {"version":2,"n":1,"clients":1})");
  CHECK(ann.news().empty());
  CHECK(bench.about("room:a", "failures") == "0");
}

TEST_CASE("killing a room also ends old code with unanswered calls") {
  AppBench bench(version(1, "setInterval(() => room.broadcast('tick', {}), 100);"));
  Person ann(bench);
  (void)ann.join("room:a");
  const auto waits = ann.asks("room:a", "x", R"({"ms":5000})");
  bench.settle();
  CHECK(bench.reload(version(2)).empty());
  CHECK(bench.kill("room:a") == "null");
  CHECK(ann.reply(waits) == R"(error {"reason":"killed"})");
  CHECK(bench.rooms().empty());
  (void)ann.news();
  bench.advance(10s);
  CHECK(ann.news().empty());
}

TEST_CASE("after two concurrent reloads the room runs the last version") {
  AppBench bench(version(1, "export const serialize = () => new Promise((done) => setTimeout(() => done({n}), 100));"));
  Person ann(bench);
  (void)ann.join("room:a");
  CHECK(bench.reload(version(2)).empty());
  CHECK(bench.reload(version(3)).empty());
  CHECK(bench.reload(version(4)).empty());
  const auto asked = ann.asks("room:a", "x");
  bench.advance(100ms);
  CHECK(ann.push("room:a", "x") == R"(ok {"version":4,"n":2,"clients":1})");
  CHECK(ann.reply(asked).starts_with(R"(ok {"version":)"));
  CHECK(ann.news().empty());
  CHECK(bench.begin_reload(version(5)).empty());
  CHECK(bench.begin_reload(version(6)).empty());
  bench.settle();
  CHECK(ann.push("room:a", "x") == R"(ok {"version":6,"n":3,"clients":1})");
}

TEST_CASE("a room that is starting during a reload starts and then reloads") {
  AppBench bench(version(1, "await new Promise((done) => setTimeout(done, 1000));"));
  Person ann(bench);
  const auto joins = ann.asks_join("room:a");
  bench.settle();
  CHECK(bench.reload(version(2)).empty());
  bench.advance(1s);
  CHECK(ann.reply(joins) == R"(ok {"version":1,"n":0,"clients":0})");
  CHECK(ann.push("room:a", "x") == R"(ok {"version":2,"n":1,"clients":1})");
}

TEST_CASE("a crashed or quarantined room restarts with the new code") {
  AppBench bench(version(1), R"({limits: {turn: "5ms"}})");
  Person ann(bench);
  (void)ann.join("room:a");
  (void)ann.push("room:a", "loop");
  CHECK(bench.reload(version(2)).empty());
  CHECK(ann.join("room:a") == R"(ok {"version":2,"n":0,"clients":0})");
  for (int i = 0; i < 4; ++i) {
    (void)ann.push("room:a", "loop");
    (void)ann.join("room:a");
  }
  CHECK(bench.reload(version(3)).empty());
  bench.advance(10s);
  CHECK(ann.join("room:a") == R"(ok {"version":3,"n":0,"clients":0})");
}

TEST_CASE("a room whose file was deleted keeps its clients and rejects joins") {
  AppBench bench(Files{{"rooms/room.ts", version(1)}, {"rooms/other.ts", "export {};"}});
  Person ann(bench);
  Person bob(bench, 1);
  (void)ann.join("room:a");
  CHECK(bench.reload(Files{{"rooms/room.ts", ""}}).empty());
  CHECK(ann.push("room:a", "x") == R"(ok {"version":1,"n":1,"clients":1})");
  CHECK(bob.join("room:a") == R"(error {"reason":"unmatched topic"})");
  CHECK(bench.reload(version(2)).empty());
  CHECK(ann.push("room:a", "x") == R"(ok {"version":2,"n":2,"clients":1})");
}

TEST_CASE("changed limits and settings apply to running rooms") {
  const std::string room = R"(
    let n = 0;
    const news = new BroadcastChannel("news");
    export const handleIn = (event) => {
      if (event === "say") news.postMessage({n});
      if (event === "ask") Beam.callSync("broadcast", {n});
      return {n: n++, history: (room.history.push(1), room.history.length)};
    };
    export const serialize = () => n;
    export const restore = (state) => { n = state; };
  )";
  AppBench bench(room, "{handlers: [], broadcastChannels: {}}");
  Person ann(bench);
  (void)ann.join("room:a");
  CHECK(ann.push("room:a", "say") == R"(ok {"n":0,"history":1})");
  CHECK(ann.push("room:a", "ask").find("the server does not offer it") != std::string::npos);
  CHECK(ann.news().empty());
  CHECK(
      bench.reload(Files{{"entmoot.config.ts", R"(export default {broadcastChannels: {news: "headline"}};)"}}).empty());
  CHECK(ann.push("room:a", "say") == R"(ok {"n":1,"history":2})");
  CHECK(ann.push("room:a", "ask") == R"(ok {"n":2,"history":3})");
  CHECK(ann.news() == Texts{R"(room:a headline {"n":1})", R"(room:a new_message {"n":2})"});
  CHECK(bench.reload(Files{{"entmoot.config.ts", R"(export default {limits: {history: {entries: 2}}};)"}}).empty());
  CHECK(ann.push("room:a", "x") == R"(ok {"n":3,"history":2})");
  CHECK(bench.logged("now running the new version").size() == 2);
}

TEST_CASE("rooms whose files have not changed are not reloaded") {
  AppBench bench(Files{{"rooms/room.ts", "export const random = Math.random(); export const join = () => ({random});"},
                       {"rooms/other.ts", "export {};"}});
  Person ann(bench);
  const auto before = ann.join("room:a");
  CHECK(
      bench.reload(Files{{"rooms/other.ts", "export const join = () => ({});"}, {"public/index.html", "hi"}}).empty());
  CHECK(Person(bench).join("room:a") == before);
}

TEST_CASE("if both versions crash in the same round during a reload, the clients rejoin a new room") {
  const std::string dies =
      "setTimeout(() => { if (room.clients.length) for (const all = [];;) all.push(new Uint8Array(100000)); }, 501);";
  AppBench bench(version(1, dies), R"({limits: {heap: "4MB"}})");
  Person ann(bench);
  (void)ann.join("room:a");
  CHECK(bench
            .reload(version(
                2, "export const restore = () => new Promise((_, no) => setTimeout(() => no(new Error('no')), 500));"))
            .empty());
  const auto asked = ann.asks("room:a", "x");
  bench.advance(600ms);
  CHECK(ann.reply(asked) == R"(error {"reason":"no"})");
  CHECK(ann.news() == Texts{R"(room:a phx_error {"reason":"channel_crash"})"});
  CHECK(ann.join("room:a") == R"(ok {"version":2,"n":0,"clients":0})");
}

TEST_CASE("a reload waits while the mailbox is full") {
  AppBench bench(version(1), R"({limits: {mailbox: 2}})");
  Person ann(bench, 1 - bench.home_of("room:a"));
  (void)ann.join("room:a");
  const auto first = ann.asks("room:a", "x");
  const auto second = ann.asks("room:a", "x");
  CHECK(bench.reload(version(2)).empty());
  CHECK(bench.rooms() == Texts{"room:a reloading 1"});
  CHECK(ann.reply(first) == R"(ok {"version":1,"n":1,"clients":1})");
  CHECK(ann.reply(second) == R"(ok {"version":1,"n":2,"clients":1})");
  const auto held = ann.asks("room:a", "x");
  bench.advance(100ms);
  CHECK(ann.reply(held) == R"(ok {"version":2,"n":3,"clients":1})");
  CHECK(ann.news().empty());
}
