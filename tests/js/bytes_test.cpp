// SPDX-License-Identifier: MIT

// Bytes that a script passes to the server. A view of a resizable buffer can change its length after it was made, and
// its buffer can be detached: the view's state at the time of the call counts.
//
// The host functions run in a plain engine here, whose memory is malloc's, so that AddressSanitizer sees each byte that
// is read or written beyond a buffer. The Web's functions above them run in a room.

#include "bench.hpp"

#include <entmoot/js/engine.hpp>
#include <entmoot/js/host_functions.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace entmoot;
using namespace entmoot::js;

namespace {

// The typed arrays of integers, and all views of a buffer.
constexpr const char* integer_types[] = {"Uint8Array",  "Uint8ClampedArray", "Int8Array",
                                         "Int16Array",  "Uint16Array",       "Int32Array",
                                         "Uint32Array", "BigInt64Array",     "BigUint64Array"};
constexpr const char* view_types[] = {
    "Uint8Array",    "Uint8ClampedArray", "Int8Array",    "Int16Array",   "Uint16Array",  "Int32Array", "Uint32Array",
    "BigInt64Array", "BigUint64Array",    "Float16Array", "Float32Array", "Float64Array", "DataView"};

using Cases = std::vector<std::pair<std::string, std::string>>;

// What the cases are written with. A resizable buffer holds "abcd…" as far as it reaches and has room for more.
constexpr auto words = R"(
  const resizable = (length, max = 400000) => {
    const buffer = new ArrayBuffer(length, { maxByteLength: max });
    letters(buffer);
    return buffer;
  };
  const letters = (buffer) => new Uint8Array(buffer).forEach((_, i, bytes) => (bytes[i] = 97 + (i % 26)));
  const resized = (view, length) => (view.buffer.resize(length), view);
  const detached = (view) => (view.buffer.transfer(), view);
  const disguised = (object, type) => Object.setPrototypeOf(object, type.prototype);
  const shown = (bytes) => Array.from(new Uint8Array(bytes.buffer ?? bytes), (byte) => (byte === 7 ? '*' : byte === 0 ? '.' : '_')).join('');
)";

// The host object of host_functions.hpp as the global `host`.
struct Engine {
  Bench bench{""};
  JSRuntime* rt = JS_NewRuntime();
  JSContext* ctx = JS_NewContext(rt);

  Engine() {
    JS_SetRuntimeOpaque(rt, static_cast<Host*>(&bench));
    JSValue global = JS_GetGlobalObject(ctx);
    JS_SetPropertyStr(ctx, global, "host", new_host_object(ctx));
    JS_FreeValue(ctx, global);
    JS_FreeValue(ctx, eval(words));
  }
  ~Engine() {
    JS_FreeContext(ctx);
    JS_FreeRuntime(rt);
  }

  [[nodiscard]] JSValue eval(const std::string& code) const {
    return JS_Eval(ctx, code.data(), code.size(), "test", JS_EVAL_TYPE_GLOBAL);
  }
  [[nodiscard]] std::string text(JSValue value) const {
    const char* data = JS_ToCString(ctx, value);
    std::string out = data ? data : "no text";
    JS_FreeCString(ctx, data);
    JS_FreeValue(ctx, value);
    return out;
  }
  // The value of `code`, or the name of the error that it throws.
  [[nodiscard]] std::string run(const std::string& code) const {
    JSValue value = eval("{ " + code + " }");
    if (!JS_IsException(value)) return text(value);
    JSValue error = JS_GetException(ctx);
    JSValue name = JS_GetPropertyStr(ctx, error, "name");
    JS_FreeValue(ctx, error);
    return text(name);
  }
  void check(const Cases& cases) const {
    for (const auto& [code, wanted] : cases) {
      CAPTURE(code);
      CHECK(run(code) == wanted);
    }
  }
};

// A room, and the Web's functions as its script has them.
struct WebRoom {
  Bench bench;

  WebRoom()
      : bench(std::string(words) + R"(
    const decode = (source) => new TextDecoder().decode(source);
    const random = (view) => crypto.getRandomValues(view);
    function run(code) {
      try { return String((0, eval)(code)); } catch (error) { return error.name; }
    }
  )") {
    bench.start();
  }
  std::string run(const std::string& code) {
    bench.said.clear();
    bench.invoke(1, "run", to_json(boost::json::array{"{ " + code + " }"}));
    const std::string& answer = bench.said.back();
    REQUIRE(answer.starts_with("1 ok "));
    return parse_json(std::string_view(answer).substr(5))->as_string().c_str();
  }
  void check(const Cases& cases) {
    for (const auto& [code, wanted] : cases) {
      CAPTURE(code);
      CHECK(run(code) == wanted);
    }
  }
};

}  // namespace

TEST_CASE("the engine's accessors return the length that a view has now") {
  const Engine engine;
  struct Seen {
    bool accepted;
    std::size_t offset, bytes;
  };
  const auto typed_array = [&](const std::string& code) {
    Seen seen{};
    JSValue view = engine.eval("{ " + code + " }");
    JSValue buffer = JS_GetTypedArrayBuffer(engine.ctx, view, &seen.offset, &seen.bytes, nullptr);
    seen.accepted = !JS_IsException(buffer);
    JS_FreeValue(engine.ctx, seen.accepted ? buffer : JS_GetException(engine.ctx));
    JS_FreeValue(engine.ctx, view);
    return seen;
  };
  const auto uint8_array = [&](const std::string& code) {
    Seen seen{};
    JSValue view = engine.eval("{ " + code + " }");
    seen.accepted = JS_GetUint8Array(engine.ctx, &seen.bytes, view) != nullptr;
    if (!seen.accepted) JS_FreeValue(engine.ctx, JS_GetException(engine.ctx));
    JS_FreeValue(engine.ctx, view);
    return seen;
  };
  for (const auto& [code, wanted] : std::vector<std::pair<std::string, Seen>>{
           {"new Uint8Array(8)", {true, 0, 8}},
           {"new Uint8Array(resizable(8))", {true, 0, 8}},
           {"resized(new Uint8Array(resizable(8)), 2)", {true, 0, 2}},
           {"resized(new Uint8Array(resizable(8)), 300000)", {true, 0, 300000}},
           {"resized(new Uint8Array(resizable(8)), 0)", {true, 0, 0}},
           {"resized(resized(new Uint8Array(resizable(8)), 0), 5)", {true, 0, 5}},
           {"resized(new Uint8Array(resizable(8), 4), 6)", {true, 4, 2}},
           {"resized(new Uint8Array(resizable(8), 4), 4)", {true, 4, 0}},
           {"resized(new Uint8Array(resizable(8), 4), 3)", {false, 0, 0}},
           {"resized(new Uint8Array(resizable(8), 4, 2), 6)", {true, 4, 2}},
           {"resized(new Uint8Array(resizable(8), 4, 2), 5)", {false, 0, 0}},
           {"resized(resized(new Uint8Array(resizable(8), 4, 2), 5), 9)", {true, 4, 2}},
           {"detached(new Uint8Array(8))", {false, 0, 0}},
           {"detached(new Uint8Array(resizable(8)))", {false, 0, 0}},
           {"detached(new Uint8Array(0))", {false, 0, 0}},
       }) {
    CAPTURE(code);
    const Seen any = typed_array(code);
    CHECK(any.accepted == wanted.accepted);
    CHECK(any.offset == wanted.offset);
    CHECK(any.bytes == wanted.bytes);
    const Seen uint8 = uint8_array(code);
    CHECK(uint8.accepted == wanted.accepted);
    CHECK(uint8.bytes == wanted.bytes);
  }
  // Whole elements only.
  CHECK(typed_array("resized(new Uint32Array(resizable(8)), 7)").bytes == 4);
  CHECK(typed_array("resized(new Float64Array(resizable(8)), 7)").bytes == 0);
  CHECK(typed_array("resized(new Int16Array(resizable(8), 2), 7)").bytes == 4);
}

TEST_CASE("the host's decode reads the bytes that a Uint8Array has at the time of the call") {
  const Engine engine;
  engine.check({
      {"host.decode(new Uint8Array([97, 98, 99]))", "abc"},
      {"host.decode(new Uint8Array(0))", ""},
      {"host.decode(new Uint8Array(resizable(3)))", "abc"},
      // follows its buffer
      {"host.decode(resized(new Uint8Array(resizable(200000)), 1))", "a"},
      {"host.decode(resized(new Uint8Array(resizable(200000)), 0))", ""},
      {"const v = new Uint8Array(resizable(2)); v.buffer.resize(4); letters(v.buffer); host.decode(v)", "abcd"},
      {"const v = new Uint8Array(resizable(2)); v.buffer.resize(300000); letters(v.buffer); host.decode(v).length",
       "300000"},
      {"host.decode(resized(new Uint8Array(resizable(8), 2), 4))", "cd"},
      {"host.decode(resized(new Uint8Array(resizable(8), 2), 2))", ""},
      {"host.decode(resized(new Uint8Array(resizable(8)).subarray(2), 4))", "cd"},
      {"const v = resized(new Uint8Array(resizable(8)), 0); v.buffer.resize(3); letters(v.buffer); host.decode(v)",
       "abc"},
      // keeps its own length
      {"host.decode(resized(new Uint8Array(resizable(8), 2, 3), 5))", "cde"},
      {"host.decode(resized(new Uint8Array(resizable(8), 2, 3), 100))", "cde"},
      {"const v = resized(new Uint8Array(resizable(8), 2, 3), 0); v.buffer.resize(9); letters(v.buffer); "
       "host.decode(v)",
       "cde"},
      // out of bounds
      {"host.decode(resized(new Uint8Array(resizable(8), 2), 1))", "TypeError"},
      {"host.decode(resized(new Uint8Array(resizable(8), 2, 3), 4))", "TypeError"},
      {"host.decode(resized(new Uint8Array(resizable(8), 0, 8), 0))", "TypeError"},
      // detached
      {"host.decode(detached(new Uint8Array(8)))", "TypeError"},
      {"host.decode(detached(new Uint8Array(0)))", "TypeError"},
      {"host.decode(detached(new Uint8Array(resizable(8))))", "TypeError"},
      {"host.decode(detached(resized(new Uint8Array(resizable(8)), 0)))", "TypeError"},
      // not UTF-8, at the new end
      {"const v = new Uint8Array(resizable(4)); v.set([0xf0, 0x9f, 0x98, 0x80]); "
       "host.decode(resized(v, 3)) + host.decode(resized(v, 3), true)",
       "\xEF\xBF\xBDundefined"},
      {"host.decode(new Uint8Array(new Uint8Array([97]).buffer.transferToImmutable()))", "a"},
  });
}

TEST_CASE("the host's decode takes arrays of bytes and nothing else, whatever they pretend to be") {
  const Engine engine;
  engine.check({{"host.decode(new Uint8ClampedArray([97]))", "a"}});
  for (const char* other :
       {"new Int8Array(4)", "new Int16Array(4)", "new Uint16Array(4)", "new Int32Array(4)", "new Uint32Array(4)",
        "new BigInt64Array(4)", "new BigUint64Array(4)", "new Float16Array(4)", "new Float32Array(4)",
        "new Float64Array(4)", "new DataView(new ArrayBuffer(4))", "new ArrayBuffer(4)", "{}", "[97]"}) {
    engine.check({{"host.decode(" + std::string(other) + ")", "TypeError"},
                  {"host.decode(disguised(" + std::string(other) + ", Uint8Array))", "TypeError"}});
  }
  for (const char* value : {"undefined", "null", "1", "'text'", "Symbol()"})
    engine.check({{"host.decode(" + std::string(value) + ")", "TypeError"}});
}

TEST_CASE("the host's command and answer take the bytes that each view has at the time of the call") {
  Engine engine;
  const auto said = [&](const std::string& code) {
    engine.bench.said.clear();
    const std::string result = engine.run(code);
    return engine.bench.said.empty() ? result : engine.bench.said.back();
  };
  const Cases views = {
      {"new Uint8Array([97, 98])", "<ab>"},
      {"new Uint8Array(0)", "<>"},
      {"new Uint8ClampedArray([97])", "<a>"},
      {"resized(new Uint8Array(resizable(200000)), 3)", "<abc>"},
      {"resized(new Uint8Array(resizable(200000)), 0)", "<>"},
      {"resized(new Uint8Array(resizable(8), 2), 4)", "<cd>"},
      {"resized(new Uint8Array(resizable(8), 2, 3), 5)", "<cde>"},
      {"resized(resized(new Uint8Array(resizable(8), 2, 3), 0), 9)", R"(<\0\0\0>)"},
      {"new Uint8Array(new Uint8Array([97]).buffer.transferToImmutable())", "<a>"},
      {"new Uint8Array(new SharedArrayBuffer(2))", R"(<\0\0>)"},
      // out of bounds, detached
      {"resized(new Uint8Array(resizable(8), 2), 1)", "TypeError"},
      {"resized(new Uint8Array(resizable(8), 2, 3), 4)", "TypeError"},
      {"detached(new Uint8Array(8))", "TypeError"},
      {"detached(new Uint8Array(resizable(8)))", "TypeError"},
  };
  for (const auto& [view, wanted] : views) {
    CAPTURE(view);
    std::string bytes = wanted;
    for (std::size_t at; (at = bytes.find(R"(\0)")) != std::string::npos;) bytes.replace(at, 2, 1, '\0');
    const bool refused = wanted == "TypeError";
    CHECK(said("host.command('c', 'text', " + view + ")") == (refused ? wanted : "c text " + bytes));
    CHECK(said("host.command('c', " + view + ", 'é', " + view + ")") ==
          (refused ? wanted : "c " + bytes + " é " + bytes));
    CHECK(said("host.answer(3, 0, " + view + ", '')") == (refused ? wanted : "3 ok " + bytes));
  }
  // A view that a later operand has in common.
  CHECK(said("const v = new Uint8Array(resizable(4)); host.command('c', v, v.subarray(1, 3))") == "c <abcd> <bc>");
  for (const char* type : view_types) {
    const std::string name = type;
    if (name == "Uint8Array" || name == "Uint8ClampedArray") continue;
    CAPTURE(name);
    const std::string view = "new " + name + "(new ArrayBuffer(8))";
    const std::string zeros(8, '\0');
    CHECK(said("host.command('c', " + view + ")") == "c <" + zeros + ">");
    CHECK(said("host.answer(3, 0, disguised(" + view + ", Object), '')") == "3 ok <" + zeros + ">");
    CHECK(said("host.isBytes(" + view + ")") == "true");
    const std::string moves = "new " + name + "(resizable(16), 8)";
    CHECK(said("host.command('c', resized(" + moves + ", 16))") == "c <ijklmnop>");
    CHECK(said("host.command('c', resized(" + moves + ", 8))") == "c <>");
    CHECK(said("host.command('c', resized(" + moves + ", 4))") == "TypeError");
    CHECK(said("host.command('c', detached(" + view + "))") == "TypeError");
  }
  CHECK(said("host.command('c', new ArrayBuffer(2))") == std::string("c <\0\0>", 6));
  CHECK(said("host.command('c', resized({ buffer: resizable(8) }, 3).buffer)") == "c <abc>");
  CHECK(said("host.command('c', detached({ buffer: new ArrayBuffer(8) }).buffer)") == "TypeError");
  // Values of other kinds are JSON.
  const Cases others = {{"{}", "{}"},
                        {"[97]", "[97]"},
                        {"undefined", "{}"},
                        {"() => 1", "null"},
                        {"5", "5"},
                        {"{ length: 5, toString() { return 'x'; } }", R"({"length":5})"},
                        {"{ toJSON() { return [1]; } }", "[1]"}};
  for (const auto& [other, json] : others) {
    CAPTURE(other);
    CHECK(said("host.command('c', " + other + ")") == "c " + json);
    CHECK(said("host.answer(3, 0, " + other + ", '')") == "TypeError");
  }
  CHECK(said("host.command('c', { get x() { throw new RangeError('no'); } })") == "RangeError");
  CHECK(said("const a = {}; a.a = a; host.command('c', a)") == "TypeError");
}

TEST_CASE("the host's randomBytes fills the bytes that a view of integers has at the time of the call, and no others") {
  const Engine engine;
  engine.check({
      {"const v = new Uint8Array(4); host.randomBytes(v) + shown(v)", "true****"},
      {"const v = new Uint8Array(0); host.randomBytes(v) + shown(v)", "true"},
      {"const v = new Uint8Array(new ArrayBuffer(6), 2, 3); host.randomBytes(v) + shown(v)", "true..***."},
      // follows its buffer
      {"const v = resized(new Uint8Array(resizable(60000)), 1); host.randomBytes(v) + shown(v)", "true*"},
      {"const v = resized(new Uint8Array(resizable(60000)), 0); host.randomBytes(v) + shown(v)", "true"},
      {"const v = resized(new Uint8Array(resizable(2)), 5); host.randomBytes(v) + shown(v)", "true*****"},
      {"const v = resized(new Uint8Array(resizable(8), 2), 5); host.randomBytes(v) + shown(v)", "true__***"},
      {"const v = resized(new Uint8Array(resizable(8), 2), 2); host.randomBytes(v) + shown(v)", "true__"},
      {"const v = resized(new Uint32Array(resizable(8)), 7); host.randomBytes(v) + shown(v)", "true****___"},
      {"const v = resized(new BigUint64Array(resizable(8)), 7); host.randomBytes(v) + shown(v)", "true_______"},
      // keeps its own length
      {"const v = resized(new Uint8Array(resizable(8), 2, 3), 6); host.randomBytes(v) + shown(v)", "true__***_"},
      {"const v = resized(resized(new Uint8Array(resizable(8), 2, 3), 0), 6); host.randomBytes(v) + shown(v)",
       "true..***."},
      // out of bounds, detached, immutable
      {"host.randomBytes(resized(new Uint8Array(resizable(8), 2), 1))", "TypeError"},
      {"host.randomBytes(resized(new Uint8Array(resizable(8), 2, 3), 4))", "TypeError"},
      {"host.randomBytes(resized(new Int32Array(resizable(8), 4, 1), 7))", "TypeError"},
      {"host.randomBytes(detached(new Uint8Array(8)))", "TypeError"},
      {"host.randomBytes(detached(new Uint8Array(resizable(8))))", "TypeError"},
      {"host.randomBytes(detached(new BigInt64Array(1)))", "TypeError"},
      {"const v = new Uint8Array(new ArrayBuffer(3).transferToImmutable()); "
       "let name; try { host.randomBytes(v); } catch (error) { name = error.name; } name + shown(v)",
       "TypeError..."},
      // the Web's limit
      {"const v = new Uint8Array(65536); host.randomBytes(v) + '' + v.every((byte) => byte === 7)", "truetrue"},
      {"const v = new Uint8Array(65537); host.randomBytes(v) + '' + v.some((byte) => byte === 7)", "falsefalse"},
      {"const v = resized(new Uint8Array(resizable(1)), 65537); host.randomBytes(v) + '' + v.some((byte) => byte === "
       "7)",
       "falsefalse"},
      {"const v = resized(new Uint8Array(resizable(65537)), 65536); host.randomBytes(v)", "true"},
      {"const v = new Uint8Array(65537); Object.defineProperty(v, 'byteLength', { value: 1 }); host.randomBytes(v)",
       "false"},
  });
}

TEST_CASE("the host's randomBytes takes every type of integers and nothing else, whatever they pretend to be") {
  const Engine engine;
  for (const char* type : integer_types) {
    CAPTURE(type);
    const std::string name = type;
    engine.check({
        {"const v = new " + name + "(2); host.randomBytes(v); shown(v) === '*'.repeat(v.byteLength)", "true"},
        {"const v = new " + name +
             "(new ArrayBuffer(32), 8, 1); host.randomBytes(v); "
             "shown(v) === '.'.repeat(8) + '*'.repeat(v.byteLength) + '.'.repeat(24 - v.byteLength)",
         "true"},
        {"const v = resized(new " + name + "(resizable(40000)), 16); host.randomBytes(v); shown(v)",
         std::string(16, '*')},
        {"host.randomBytes(detached(new " + name + "(2)))", "TypeError"},
    });
  }
  for (const char* other : {"new Float16Array(4)", "new Float32Array(4)", "new Float64Array(4)",
                            "new DataView(new ArrayBuffer(4))", "new ArrayBuffer(4)", "{}", "[1]"}) {
    engine.check({{"host.randomBytes(" + std::string(other) + ")", "TypeError"},
                  {"host.randomBytes(disguised(" + std::string(other) + ", Uint8Array))", "TypeError"}});
  }
  for (const char* value : {"undefined", "null", "1", "'text'", "Symbol()"})
    engine.check({{"host.randomBytes(" + std::string(value) + ")", "TypeError"}});
}

TEST_CASE("TextDecoder decodes the bytes of buffers and of views of every type") {
  WebRoom room;
  for (const char* type : view_types) {
    CAPTURE(type);
    const std::string name = type;
    room.check({
        {"decode(new " + name + "(resizable(8)))", "abcdefgh"},
        {"decode(new " + name + "(resizable(24), 8, 1)).startsWith('i')", "true"},
        {"decode(resized(new " + name + "(resizable(40000)), 8))", "abcdefgh"},
        {"const v = new " + name + "(resizable(8)); v.buffer.resize(16); letters(v.buffer); decode(v)",
         "abcdefghijklmnop"},
        {"decode(resized(new " + name + "(resizable(40000)), 0))", ""},
        {"decode(resized(new " + name + "(resizable(40000), 8), 16))", "ijklmnop"},
        {"decode(resized(new " + name + "(resizable(40000), 8), 7))", "TypeError"},
        {"decode(resized(new " + name + "(resizable(40000), 8, 1), 8))", "TypeError"},
        {"'detached: ' + decode(detached(new " + name + "(new ArrayBuffer(8))))", "detached: "},
        {"'detached: ' + decode(detached(new " + name + "(resizable(8))))", "detached: "},
    });
  }
  room.check({
      {"decode(resizable(4))", "abcd"},
      {"const b = resizable(40000); b.resize(2); decode(b)", "ab"},
      {"const b = resizable(4); b.resize(0); 'empty: ' + decode(b)", "empty: "},
      {"const b = resizable(4); b.transfer(); 'detached: ' + decode(b)", "detached: "},
      // in pieces, the buffer changing between them
      {"const d = new TextDecoder(), v = new Uint8Array(resizable(40000)); v.set([0xe2, 0x82]); v.buffer.resize(2); "
       "const first = d.decode(v, { stream: true }); v.buffer.resize(40000); v[0] = 0xac; v.buffer.resize(1); "
       "first + d.decode(v)",
       "€"},
      {"decode({})", "TypeError"},
      {"decode([97])", "TypeError"},
      {"decode('text')", "TypeError"},
      {"decode(null)", "TypeError"},
      {"decode(disguised({}, Uint8Array))", "TypeError"},
      {"decode(disguised(new Float64Array(2), Uint8Array))", "TypeError"},
  });
}

TEST_CASE("crypto.getRandomValues fills views of integers and rejects everything else") {
  WebRoom room;
  for (const char* type : integer_types) {
    CAPTURE(type);
    const std::string name = type;
    room.check({
        {"shown(random(new " + name + "(resizable(8))))", "********"},
        {"shown(random(resized(new " + name + "(resizable(40000)), 8)))", "********"},
        {"shown(random(resized(new " + name + "(resizable(8)), 16)))", "****************"},
        {"shown(random(resized(new " + name + "(resizable(40000)), 0)))", ""},
        {"shown(random(resized(new " + name + "(resizable(40000), 8), 16)))", "________********"},
        {"random(resized(new " + name + "(resizable(40000), 8), 7))", "TypeError"},
        {"random(resized(new " + name + "(resizable(40000), 8, 1), 8))", "TypeError"},
        {"random(detached(new " + name + "(8)))", "TypeError"},
        {"random(new " + name + "(65536)) instanceof " + name,
         name.ends_with("8Array") || name == "Uint8ClampedArray" ? "true" : "QuotaExceededError"},
        {"random(resized(new " + name + "(resizable(8)), 65544))", "QuotaExceededError"},
    });
  }
  for (const char* other : {"new Float16Array(4)", "new Float32Array(4)", "new Float64Array(4)",
                            "new DataView(new ArrayBuffer(4))", "new ArrayBuffer(4)", "{}", "[1]", "null"})
    room.check({{"random(" + std::string(other) + ")", "TypeMismatchError"}});
  room.check({
      {"random(disguised({}, Int8Array))", "TypeError"},
      {"random(disguised(new Float64Array(2), Uint8Array))", "TypeError"},
      {"random(new Uint8Array(new ArrayBuffer(8).transferToImmutable()))", "TypeError"},
  });
}

TEST_CASE("a script that replaces Uint8Array does not make the server write beyond a buffer") {
  WebRoom room;
  CHECK(room.run(R"(
    const Bytes = Uint8Array;
    decode(random(new Bytes(1))); // the parts of the Web's functions are loaded
    const buffer = new ArrayBuffer(60000, { maxByteLength: 100000 });
    const stale = new Bytes(buffer);
    buffer.resize(1);
    const others = [];
    for (let i = 0; i < 2000; i++) others.push({ a: i, b: [i, i] });
    globalThis.Uint8Array = function () { return stale; };
    const fake = { __proto__: Int8Array.prototype };
    Object.defineProperty(fake, 'byteLength', { value: 1 });
    Object.defineProperty(fake, 'buffer', { value: buffer });
    Object.defineProperty(fake, 'byteOffset', { value: 0 });
    const found = [];
    try { crypto.getRandomValues(fake); } catch (error) { found.push(error.name); }
    crypto.randomUUID();
    found.push(decode(new Int8Array(buffer)).length);
    globalThis.Uint8Array = Bytes;
    for (const [i, other] of others.entries()) if (other.a !== i || other.b[0] !== i) found.push(i);
    found.join();
  )") == "TypeError,1");
}
