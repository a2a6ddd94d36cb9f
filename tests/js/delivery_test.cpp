// SPDX-License-Identifier: MIT

// Messages that reach handleIn without a script of the server in between, and what is left to that script.

#include "bench.hpp"

#include <entmoot/js/builtin_script.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace entmoot;
using namespace entmoot::js;

namespace {

using Said = std::vector<std::string>;

// The smallest built-in script that sets up deliveries: two receivers, and answers that show what it was given.
const EmbeddedFile receivers = {"receivers.js", R"(
  (function (host, { succeed, fail }) {
    const ann = { name: 'ann', defer: () => host.defer(1) };
    const bob = { name: 'bob', defer: () => host.defer(2) };
    const respond = (call, value) => {
      if (value instanceof Promise) value.then((result) => succeed(call, { later: result }), (error) => fail(call, error));
      else succeed(call, { respond: value });
    };
    return { receivers: new Map([[1, ann], [2, bob]]), respond };
  })
)"};

struct Deliveries : Bench {
  explicit Deliveries(std::string_view source)
      : Bench(compiled(source), {}, {.scripts = {BuiltinScript::compile(receivers)}}) {
    start();
  }
  std::string message(std::string_view event, std::string_view payload, std::uint64_t receiver = 1) {
    return outcome({.kind = Entry::Kind::message, .id = 1, .text = event, .json = payload, .receiver = receiver});
  }
  std::string bytes(std::string_view event, std::string_view payload) {
    return outcome(
        {.kind = Entry::Kind::message, .id = 1, .text = event, .has_bytes = true, .bytes = payload, .receiver = 1});
  }
  std::string outcome(const Entry& what) {
    said.clear();
    run(what);
    CHECK(delivery == nullptr);
    return said.empty() ? "no answer" : said.front();
  }
};

}  // namespace

TEST_CASE(
    "a message reaches handleIn with the event, the payload and its receiver; the object it returns is the answer") {
  Deliveries room("function handleIn(event, payload, to) { return {event, payload, to: to.name}; }");
  CHECK(room.message("move", R"({"x":1,"y":[true,null,"é"]})") ==
        R"(1 ok {"event":"move","payload":{"x":1,"y":[true,null,"é"]},"to":"ann"})");
  CHECK(room.message("move", "7", 2) == R"(1 ok {"event":"move","payload":7,"to":"bob"})");
  CHECK(room.message("move", "{}", 3) == "1 error this client is not in the room");
}

TEST_CASE("bytes are a Uint8Array of the room") {
  Deliveries room(
      "function handleIn(event, payload) { return {type: payload.constructor.name, sum: payload[0] + payload[1]}; }");
  CHECK(room.bytes("raw", {"\x01\x02", 2}) == R"(1 ok {"type":"Uint8Array","sum":3})");
}

TEST_CASE("nothing is answered with {}") {
  Deliveries room("function handleIn(event) { return event === 'null' ? null : undefined; }");
  CHECK(room.message("nothing", "{}") == "1 ok {}");
  CHECK(room.message("null", "{}") == "1 ok {}");
}

TEST_CASE("what is no object, or needs code of the script to be written, is left to the script of the server") {
  Deliveries room(R"(function handleIn(event) {
    switch (event) {
      case 'number': return 5;
      case 'list': return [1];
      case 'date': return new Date(0);
      case 'getter': return {get x() { return 1; }};
      case 'promise': return Promise.resolve({x: 2});
      case 'rejected': return Promise.reject(new Error('no'));
    }
  })");
  CHECK(room.message("number", "{}") == R"(1 ok {"respond":5})");
  CHECK(room.message("list", "{}") == R"(1 ok {"respond":[1]})");
  CHECK(room.message("date", "{}") == R"(1 ok {"respond":"1970-01-01T00:00:00.000Z"})");
  CHECK(room.message("getter", "{}") == R"(1 ok {"respond":{"x":1}})");
  CHECK(room.message("promise", "{}") == R"(1 ok {"later":{"x":2}})");
  CHECK(room.message("rejected", "{}") == "1 error no");
}

TEST_CASE("an exception is the answer, and the next message is processed") {
  Deliveries room("let n = 0; function handleIn() { if (n++ === 0) throw new Error('at first'); return {n}; }");
  CHECK(room.message("a", "{}") == "1 error at first");
  CHECK(room.message("a", "{}") == R"(1 ok {"n":2})");
}

TEST_CASE("a script without handleIn rejects messages") {
  Deliveries room("function other() {}");
  CHECK(room.message("move", "{}") == R"(1 error the room has no handleIn for "move")");
}

TEST_CASE("a payload that is not JSON is an error of its message") {
  Deliveries room("function handleIn() { return {ok: true}; }");
  CHECK(room.message("a", R"({"x":)").starts_with("1 error "));
  CHECK(room.message("a", std::string(20000, '[')).starts_with("1 error "));
  CHECK(room.message("a", "{}") == R"(1 ok {"ok":true})");
}

TEST_CASE("the script of the server answers itself if the handler defers the message of this receiver") {
  Deliveries room("function handleIn(event, payload, to) { return {call: to.defer(), again: to.defer()}; }");
  CHECK(room.message("a", "{}") == R"(1 ok {"respond":{"call":1,"again":1}})");
  CHECK(room.message("a", "{}", 2) == R"(1 ok {"respond":{"call":1,"again":1}})");
}

TEST_CASE("a message of another receiver, and one whose handler has returned, cannot be deferred") {
  Deliveries room(R"(
    let first;
    function handleIn(event, payload, to) {
      first ??= to;
      if (event === 'other') return {call: String(first.defer())};
      return Promise.resolve().then(() => ({call: String(to.defer())}));
    }
  )");
  room.message("first", "{}", 1);
  CHECK(room.message("other", "{}", 2) == R"(1 ok {"call":"undefined"})");
  CHECK(room.message("later", "{}", 1) == R"(1 ok {"later":{"call":"undefined"}})");
}

TEST_CASE("messages that keep nothing leave the heap as it is") {
  Deliveries room(R"(function handleIn(event, {list}) {
    return {list: list.map((item, i) => ({item, i, text: 'x'.repeat(i * 7)}))};
  })");
  const std::string payload = R"({"list":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]})";
  for (int i = 0; i < 10; ++i) room.message("a", payload);
  const std::size_t before = room.runtime->heap().used();
  for (int i = 0; i < 100; ++i) room.message("a", payload);
  CHECK(room.runtime->heap().used() == before);
}
