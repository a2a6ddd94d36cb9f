// SPDX-License-Identifier: MIT
//
// A room's code declares which broadcasts are passed to handleOut, also for clients that joined an earlier version. A
// broadcast is routed by the version that made it, and broadcasts keep their order.

#include "app_bench.hpp"

#include <chrono>
#include <random>
#include <string>

using namespace entmoot_app;
using namespace std::chrono_literals;

namespace {

/// A room that broadcasts its messages, numbered and with the version of handleOut. `more` is appended to its code.
std::string version(int number, const std::string& intercepted, const std::string& more = {}) {
  return "const version = " + std::to_string(number) + "; export const intercept = [" + intercepted + "];" + R"(
    let n = 0;
    export const handleIn = (event) => room.broadcast(event, {n: n++});
    export const handleOut = (event, {n}, client) => intercept.includes(event) && client.push(event, {n, out: version});
    export const serialize = () => ({n});
  )" + (more.find("restore") == std::string::npos ? "export const restore = (state) => { n = state.n; };" : "") +
         more;
}

constexpr auto said = "'said'";

/// The number in `room:a said {"n":7,…}`.
int number_of(const std::string& news) { return std::stoi(news.substr(news.find("\"n\":") + 4)); }

}  // namespace

TEST_CASE("after a reload, existing clients on every shard follow what the new code intercepts") {
  AppBench bench(version(1, ""));
  Person ann(bench, bench.home_of("room:a"));
  Person bob(bench, 1 - bench.home_of("room:a"));
  (void)ann.join("room:a");
  (void)bob.join("room:a");
  const auto both_hear = [&](const std::string& news) {
    (void)ann.push("room:a", "said");
    CHECK(ann.news() == Texts{news});
    CHECK(bob.news() == Texts{news});
  };
  both_hear(R"(room:a said {"n":0})");
  CHECK(bench.reload(version(2, said)).empty());
  both_hear(R"(room:a said {"n":1,"out":2})");
  CHECK(bench.reload(version(3, "'said', 'presence_diff'")).empty());
  both_hear(R"(room:a said {"n":2,"out":3})");
  CHECK(bench.reload(version(4, "'other'")).empty());
  both_hear(R"(room:a said {"n":3})");
  CHECK(bench.reload(version(5, said)).empty());
  both_hear(R"(room:a said {"n":4,"out":5})");
}

TEST_CASE("a joining client follows the version that accepted the join") {
  for (const bool room_first : {false, true}) {
    CAPTURE(room_first);
    AppBench bench(version(1, ""));
    const unsigned home = bench.home_of("room:a");
    Person ann(bench, home);
    Person bob(bench, 1 - home);
    (void)ann.join("room:a");
    CHECK(bench.begin_reload(version(2, said)).empty());
    if (room_first) {
      while (bench.step(home)) {
      }
    } else {
      bench.step(1 - home);
    }
    (void)bob.join("room:a");
    (void)ann.push("room:a", "said");
    CHECK(bob.news() == Texts{R"(room:a said {"n":0,"out":2})"});
    CHECK(ann.news() == Texts{R"(room:a said {"n":0,"out":2})"});
  }
}

TEST_CASE("a failed reload keeps what the old code intercepts") {
  const struct {
    std::string before;
    std::string next;
    std::string heard;
  } rows[] = {{said, "", R"(room:a said {"n":0,"out":1})"}, {"", said, R"(room:a said {"n":0})"}};
  const std::string slow_no = "new Promise((_, no) => setTimeout(() => no(new Error('no')), 100));";
  for (const auto& [before, next, heard] : rows) {
    for (const bool state_is_told : {false, true}) {
      CAPTURE(before);
      CAPTURE(state_is_told);
      std::string old_code = version(1, before);
      if (!state_is_told) old_code.replace(old_code.find("({n});\n"), 6, slow_no);
      AppBench bench(old_code);
      Person ann(bench);
      Person bob(bench, 1);
      (void)ann.join("room:a");
      (void)bob.join("room:a");
      CHECK(bench.reload(version(2, next, "export const restore = () => " + slow_no)).empty());
      const auto asked = ann.asks("room:a", "said");
      bench.advance(100ms);
      CHECK(ann.reply(asked) == "ok {}");
      CHECK(ann.news() == Texts{heard});
      CHECK(bob.news() == Texts{heard});
      CHECK(bench.logged("reload failed").size() == 1);
    }
  }
}

TEST_CASE("events that the new code filters are not sent while it restores the state") {
  const std::string code = version(2, "'secret'", R"(
    export const restore = (state) => {
      n = state.n;
      room.broadcast("secret", {n: 7});
      return new Promise((done) => setTimeout(done, 100));
    };)");
  AppBench bench(version(1, ""));
  Person ann(bench);
  Person bob(bench, 1);
  (void)ann.join("room:a");
  (void)bob.join("room:a");
  CHECK(bench.reload(code).empty());
  CHECK(bob.news().empty());
  bench.advance(100ms);
  CHECK(ann.news() == Texts{R"(room:a secret {"n":7,"out":2})"});
  CHECK(bob.news() == Texts{R"(room:a secret {"n":7,"out":2})"});
}

TEST_CASE("interception of presence changes follows the new code") {
  const auto code = [](const std::string& intercepted) {
    return "export const intercept = [" + intercepted + "];" + R"(
      export const join = ({name}, client) => room.presence.track(client, name);
      export const handleOut = (event, {joins}, client) => client.push("diff", {joins: Object.keys(joins)});
    )";
  };
  AppBench bench(code(""));
  Person ann(bench, 1);
  const auto hears = [&](const std::string& who) {
    (void)ann.news();
    Person somebody(bench);
    (void)somebody.join("room:a", "{\"name\":\"" + who + "\"}");
    return ann.news().at(0).substr(0, 19);
  };
  (void)ann.join("room:a", R"({"name":"ann"})");
  CHECK(hears("bob") == "room:a presence_dif");
  CHECK(bench.reload(code("'presence_diff'")).empty());
  CHECK(hears("cid") == R"(room:a diff {"joins)");
  CHECK(bench.reload(code("")).empty());
  CHECK(hears("dan") == "room:a presence_dif");
}

TEST_CASE("at whatever moment a reload happens, each client receives every broadcast once and in order") {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    std::minstd_rand random(seed);
    const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
    const auto any_list = [&] { return std::string(below(2) ? said : ""); };
    const auto any_restore = [&]() -> std::string {
      switch (below(3)) {
        case 0: return "export const restore = () => { throw new Error('no'); };";
        case 1:
          return "export const restore = (state) => { n = state.n; return new Promise((done) => setTimeout(done, 1)); "
                 "};";
        default: return {};
      }
    };
    AppBench bench(version(1, any_list()));
    Person ann(bench, 0);
    Person bob(bench, 1);
    (void)ann.join("room:a");
    (void)bob.join("room:a");
    int broadcasts = 0;
    int code = 1;
    for (int i = 0; i < 150; ++i) {
      const unsigned choice = below(20);
      if (choice < 5) {
        (void)(below(2) ? ann : bob).asks("room:a", "said");
        ++broadcasts;
      } else if (choice == 5) {
        CHECK(bench.begin_reload(version(++code, any_list(), any_restore())).empty());
      } else {
        bench.step(below(2));
      }
    }
    for (int i = 0; i < 20; ++i) bench.advance(1ms);
    for (Person* person : {&ann, &bob}) {
      const auto news = person->news();
      REQUIRE(news.size() == static_cast<std::size_t>(broadcasts));
      for (int i = 0; i < broadcasts; ++i) CHECK(number_of(news[static_cast<std::size_t>(i)]) == i);
    }
  }
}
