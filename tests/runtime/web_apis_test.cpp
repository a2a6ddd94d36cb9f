// SPDX-License-Identifier: MIT

// The Web's APIs as a room's script sees them. Each case is a list of expressions and what they come to: a string, or
// for anything else its JSON.

#include "room_bench.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

struct Scripted {
  RoomBench bench;
  TestRoom& room;

  explicit Scripted(std::string_view source = "")
      : room(bench.open(std::string(source) + R"(
          async function run(code) {
            try { return await (0, eval)(code); } catch (error) { return `${error.name}: ${error.message}`; }
          }
        )")) {}

  std::string run(const std::string& code) {
    const std::string answer = bench.call(room, "run", to_json(boost::json::array{code}));
    if (!answer.starts_with('"')) return answer;
    return parse_json(answer)->as_string().c_str();
  }
  void check(const std::vector<std::pair<std::string, std::string>>& cases) {
    for (const auto& [code, wanted] : cases) {
      CAPTURE(code);
      CHECK(run(code) == wanted);
    }
  }
};

}  // namespace

TEST_CASE("TextEncoder and TextDecoder: characters, broken pairs, broken bytes, pieces of a stream, byte order marks") {
  Scripted script;
  script.check({
      {"[...new TextEncoder().encode('aä€😀')].join()", "97,195,164,226,130,172,240,159,152,128"},
      {"[...new TextEncoder().encode('\\ud800x')].join()", "239,191,189,120"},
      {"new TextEncoder().encode().length", "0"},
      {"JSON.stringify(new TextEncoder().encodeInto('€€', new Uint8Array(5)))", R"({"read":1,"written":3})"},
      {"new TextDecoder().decode(new Uint8Array([97,195,164,226,130,172,240,159,152,128]))", "aä€😀"},
      {"new TextDecoder().decode(new Uint8Array([0xf0,0x9f,0x98,0x41,0xed,0xa0,0x80,0xff]))",
       "\xEF\xBF\xBD"
       "A\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"new TextDecoder('utf-8', {fatal: true}).decode(new Uint8Array([0xff]))",
       "TypeError: the encoded data is not valid UTF-8"},
      {"new TextDecoder().decode(new Uint8Array([0xef,0xbb,0xbf,0x41])).length", "1"},
      {"new TextDecoder('utf8', {ignoreBOM: true}).decode(new Uint8Array([0xef,0xbb,0xbf,0x41])).length", "2"},
      {"const d = new TextDecoder('utf-8', {fatal: true}); [240,159,152,128,65].map((b) => "
       "d.decode(new Uint8Array([b]), {stream: true})).join('') + d.decode()",
       "😀A"},
      {"const f = new TextDecoder(); f.decode(new Uint8Array([240,159]), {stream: true}) + f.decode()", "\xEF\xBF\xBD"},
      {"const g = new TextDecoder(); g.decode(new Uint8Array([0xef]), {stream: true}) + g.decode(new Uint8Array([0xbb, "
       "0xbf, 0x41]), {stream: true}) + g.decode(new Uint8Array([0xef, 0xbb, 0xbf]))",
       "A\xEF\xBB\xBF"},
      {"new TextDecoder().decode(new Uint8Array([65, 66, 67]).buffer)", "ABC"},
      {"new TextDecoder().decode(new DataView(new Uint8Array([65, 66, 67]).buffer, 1, 1))", "B"},
      {"new TextDecoder('latin1')",
       "RangeError: the encoding \"latin1\" is not supported: TextDecoder supports UTF-8 only"},
      {"btoa('hello') + atob('aGVsbG8=')", "aGVsbG8=hello"},
      {"btoa('€').length", "InvalidCharacterError: String contains an invalid character"},
  });
}

TEST_CASE("URLs are parsed as browsers parse them") {
  Scripted script;
  script.check({
      {"new URL('HTTP://User:Pa ss@EXAMPLE.com:80/a/./b/../c?q=1 2#f g').href",
       "http://User:Pa%20ss@example.com/a/c?q=1%202#f%20g"},
      {"new URL('https://example.com').href", "https://example.com/"},
      {"new URL('https:example.com\\\\x\\\\y').href", "https://example.com/x/y"},
      {"new URL('../x?y#z', 'https://example.com:8080/a/b/c?d').href", "https://example.com:8080/a/x?y#z"},
      {"new URL('//other/p', 'https://example.com/a').href", "https://other/p"},
      {"new URL('/p', 'https://example.com/a?b').href", "https://example.com/p"},
      {"new URL('?p', 'https://example.com/a?b').href", "https://example.com/a?p"},
      {"new URL('#p', 'https://example.com/a?b').href", "https://example.com/a?b#p"},
      {"new URL('', 'https://example.com/a?b#c').href", "https://example.com/a?b"},
      {"new URL('..', 'https://example.com/a/b/c').href", "https://example.com/a/"},
      {"new URL('http:x', 'http://example.com/a/b').href", "http://example.com/a/x"},
      {"new URL('https:x', 'http://example.com/a/b').href", "https://x/"},
      {"new URL('http://0x7f.1').hostname", "127.0.0.1"},
      {"new URL('http://2130706433/').hostname", "127.0.0.1"},
      {"new URL('http://017700000001').hostname", "127.0.0.1"},
      {"new URL('http://1.2.3.256')", "TypeError: \"http://1.2.3.256\" is not a valid URL"},
      {"new URL('http://[::FFFF:127.0.0.1]:8080/').host", "[::ffff:7f00:1]:8080"},
      {"new URL('http://[1:0:0:2:0:0:0:3]').hostname", "[1:0:0:2::3]"},
      {"new URL('http://[1:2:3]')", "TypeError: \"http://[1:2:3]\" is not a valid URL"},
      {"new URL('http://ex%41mple.com/%7Efoo/%zz').href", "http://example.com/%7Efoo/%zz"},
      {"new URL('http://a b/')", "TypeError: \"http://a b/\" is not a valid URL"},
      {"new URL('http://bücher.example/')",
       "TypeError: the host \"bücher.example\" is not ASCII: write it in Punycode (xn--…)"},
      {"new URL('http://example.com:99999/')", "TypeError: \"http://example.com:99999/\" is not a valid URL"},
      {"new URL('http://user@/x')", "TypeError: \"http://user@/x\" is not a valid URL"},
      {"new URL('/only')", "TypeError: \"/only\" is not a valid URL"},
      {"new URL('x', 'mailto:a@b')", "TypeError: \"x\" is not a valid URL relative to \"mailto:a@b\""},
      {"new URL('mailto:a@b.c?subject=x y').href", "mailto:a@b.c?subject=x%20y"},
      {"new URL('mailto:a@b.c').pathname", "a@b.c"},
      {"new URL('mailto:a@b.c').origin", "null"},
      {"new URL('data:text/plain,ä').href", "data:text/plain,%C3%A4"},
      {"new URL('foo://Host/%41/../b').href", "foo://Host/b"},
      {"new URL('foo:/a/..//b').href", "foo:/.//b"},
      {"new URL('foo://host').pathname", ""},
      {"new URL('file:///etc/../x').href", "file:///x"},
      {"new URL('file://localhost/x').href", "file:///x"},
      {"new URL(' \\thttp://exa\\nmple.com/ ').href", "http://example.com/"},
      {"new URL('https://example.com/ä?ü=\\'').href", "https://example.com/%C3%A4?%C3%BC=%27"},
      {"new URL('wss://example.com:443/x').port", ""},
      {"new URL('https://example.com:8443/x').origin", "https://example.com:8443"},
      {"JSON.stringify({u: new URL('https://example.com/?a')})", R"({"u":"https://example.com/?a"})"},
      {"[URL.canParse('x:y'), URL.canParse('y'), URL.parse('y')].join()", "true,false,"},
  });
}

TEST_CASE("a URL's parts can be set, and its searchParams are its query") {
  Scripted script("const u = (text, set) => { const url = new URL(text); set(url); return url.href; };");
  script.check({
      {"u('http://a/b', (x) => (x.protocol = 'https'))", "https://a/b"},
      {"u('http://a/b', (x) => (x.protocol = 'foo'))", "http://a/b"},
      {"u('https://a:443/b', (x) => (x.port = '8443'))", "https://a:8443/b"},
      {"u('https://a:8443/b', (x) => (x.port = ''))", "https://a/b"},
      {"u('https://a:8443/b', (x) => (x.host = 'c.d:9'))", "https://c.d:9/b"},
      {"u('https://a:8443/b', (x) => (x.hostname = 'c d'))", "https://a:8443/b"},
      {"u('https://a/b', (x) => (x.username = 'u:'))", "https://u%3A@a/b"},
      {"u('https://a/b?c#d', (x) => (x.pathname = 'x/../y?z'))", "https://a/y%3Fz?c#d"},
      {"u('https://a/b?c#d', (x) => (x.search = '?e f'))", "https://a/b?e%20f#d"},
      {"u('https://a/b?c#d', (x) => (x.search = ''))", "https://a/b#d"},
      {"u('https://a/b?c#d', (x) => (x.hash = 'x y'))", "https://a/b?c#x%20y"},
      {"u('https://a/b?c', (x) => (x.href = 'http://z'))", "http://z/"},
      {"u('https://a/?x=1&y=2', (x) => { x.searchParams.set('x', 'a b'); x.searchParams.append('z', 'ä&'); })",
       "https://a/?x=a+b&y=2&z=%C3%A4%26"},
      {"u('https://a/?x=1', (x) => x.searchParams.delete('x'))", "https://a/"},
      {"const live = new URL('https://a/?x=1'); const p = live.searchParams; live.search = '?y=2'; p.get('y') + p.size",
       "21"},
      {"var q = new URLSearchParams('?a=1&b=%20+c&a=2&d'); JSON.stringify([...q])",
       R"([["a","1"],["b","  c"],["a","2"],["d",""]])"},
      {"JSON.stringify([q.getAll('a'), q.get('z'), q.has('a', '2'), q.has('a', '3'), q.size])",
       R"([["1","2"],null,true,false,4])"},
      {"q.delete('a', '1'); q.sort(); q.toString()", "a=2&b=++c&d="},
      {"new URLSearchParams({ x: 1, y: 'ö' }).toString()", "x=1&y=%C3%B6"},
      {"new URLSearchParams([['x', 1], ['x', 2]]).toString()", "x=1&x=2"},
      {"new URLSearchParams('%ff=%e4%f6').toString()", "%EF%BF%BD=%EF%BF%BD%EF%BF%BD"},
      {"new URLSearchParams([['x']])",
       "TypeError: URLSearchParams constructor: each pair must have a name and a value"},
  });
}

TEST_CASE("Headers lower-case names, join values and reject characters that would break a message") {
  Scripted script("const h = new Headers({ 'Content-Type': ' a ', B: '1' });");
  script.check({
      {"h.append('b', 2); JSON.stringify([...h])", R"([["b","1, 2"],["content-type","a"]])"},
      {"h.append('Set-Cookie', 'x=1'); h.append('set-cookie', 'y=2'); JSON.stringify([...h.keys()])",
       R"(["b","content-type","set-cookie","set-cookie"])"},
      {"h.getSetCookie().join('|')", "x=1|y=2"},
      {"h.set('B', 'only'); h.get('b')", "only"},
      {"h.delete('B'); [h.has('b'), h.get('b')].join()", "false,"},
      {"new Headers(h).get('content-type')", "a"},
      {"h.set('a b', '')", "TypeError: \"a b\" is not a valid header name"},
      {"h.set('a', 'x\\r\\ny: z')", "TypeError: \"x\r\ny: z\" is not a valid header value"},
      {"h.set('a', '€')", "TypeError: \"€\" is not a valid header value"},
  });
}

TEST_CASE("a Response has a status, headers and a body that is read once") {
  Scripted script;
  script.check({
      {"new Response('hä').text()", "hä"},
      {"new Response('hi').headers.get('content-type')", "text/plain;charset=UTF-8"},
      {"new Response(new URLSearchParams('a=b')).headers.get('content-type')",
       "application/x-www-form-urlencoded;charset=UTF-8"},
      {"new Response('{\"a\":[1]}').json().then((x) => x.a[0])", "1"},
      {"new Response('{').json().then(String, (e) => e.name)", "SyntaxError"},
      {"new Response('hä').bytes().then((x) => x.join())", "104,195,164"},
      {"new Response(new Uint8Array([104, 195, 164])).text()", "hä"},
      {"new Response(new Uint8Array([1, 2]).buffer).arrayBuffer().then((x) => x.byteLength)", "2"},
      {"new Response().text()", ""},
      {"new Response().body", "null"},
      {"var r = new Response('x'); r.text().then(() => [r.bodyUsed, r.ok, r.status, r.statusText, r.type].join())",
       "true,true,200,,default"},
      {"r.text()", "TypeError: the body has already been used"},
      {"r.clone()", "TypeError: the body has already been used"},
      {"const s = new Response('x', {status: 418, statusText: 'pot', headers: {a: 'b'}}); const t = s.clone(); "
       "Promise.all([s.text(), t.text()]).then((x) => x.join() + t.status + t.statusText + t.headers.get('a') + t.ok)",
       "x,x418potbfalse"},
      {"Response.json({a: 1}, {status: 201}).text()", R"({"a":1})"},
      {"Response.json([]).headers.get('content-type')", "application/json"},
      {"Response.json(() => {})", "TypeError: Response.json: the value cannot be serialized as JSON"},
      {"Response.redirect('https://a/b', 307).headers.get('location')", "https://a/b"},
      {"Response.redirect('https://a/b', 200)",
       "RangeError: 200 is not a redirect status: use 301, 302, 303, 307 or 308"},
      {"[Response.error().type, Response.error().status].join()", "error,0"},
      {"new Response('x', {status: 204})", "TypeError: a response with status 204 cannot have a body"},
      {"new Response(null, {status: 204}).status", "204"},
      {"new Response('', {status: 99})",
       "RangeError: the status of a Response must be in the range 200 to 599, not 99"},
      {"String(new Response('x').body)", "[object ReadableStream]"},
      {"new Response('x').blob().then((b) => b.size + b.type)", "1text/plain;charset=utf-8"},
  });
}

TEST_CASE("a Request has a method, an absolute URL, and a body unless it is a GET") {
  Scripted script;
  script.check({
      {"new Request('https://a').url", "https://a/"},
      {"new Request(new URL('https://a/b'), {method: 'post', body: 'x'}).method", "POST"},
      {"new Request('https://a', {method: 'patch'}).method", "patch"},
      {"new Request('https://a', {method: 'PUT', body: '{}'}).json().then(JSON.stringify)", "{}"},
      {"new Request('https://a', {body: 'x'})", "TypeError: a request with method GET cannot have a body"},
      {"new Request('/a')", "TypeError: \"/a\" is not a valid URL"},
      {"new Request('https://u:p@a/')",
       "TypeError: the URL of a Request must not contain credentials: use the Authorization header"},
      {"new Request('https://a', {method: 'CONNECT'})", "TypeError: \"CONNECT\" is not an allowed HTTP method"},
      {"var a = new Request('https://a', {method: 'POST', body: 'x', headers: {b: 'c'}}); const b = new Request(a); "
       "b.text().then((x) => [x, b.method, b.headers.get('b'), a.bodyUsed].join())",
       "x,POST,c,true"},
      {"new Request(a)", "TypeError: the body has already been used"},
      {"new Request('https://a').signal.aborted", "false"},
  });
}

TEST_CASE("random bytes and UUIDs are different each time; the clock is the room's") {
  Scripted script;
  const std::string uuid = script.run("crypto.randomUUID()");
  CHECK(uuid.size() == 36);
  CHECK(uuid[14] == '4');
  CHECK(uuid != script.run("crypto.randomUUID()"));
  script.check({
      {"crypto.getRandomValues(new Uint32Array(8)).some((x) => x !== 0)", "true"},
      {"crypto.getRandomValues(new Uint8Array(65536)).length", "65536"},
      {"crypto.getRandomValues(new Uint8Array(65537))",
       "QuotaExceededError: getRandomValues: at most 65536 bytes can be requested"},
      {"crypto.getRandomValues(new Float64Array(1))",
       "TypeMismatchError: getRandomValues: the argument must be a typed array of integers"},
      {"crypto.getRandomValues(new Uint8Array(0)).length", "0"},
      {"const room = new Uint8Array(4); crypto.getRandomValues(room.subarray(1, 1)); room.join()", "0,0,0,0"},
      {"performance.now()", "0"},
      {"Math.abs(performance.timeOrigin - Date.now()) < 60000", "true"},
  });
  script.bench.clock.advance(1500ms);
  CHECK(script.run("performance.now()") == "1500");
}

TEST_CASE("structuredClone copies values that JSON cannot represent, and rejects functions") {
  Scripted script;
  script.check({
      {"const o = {d: new Date(5), m: new Map([[{k: 1}, new Set([1, 2])]]), u: undefined, n: -0, b: 10n, r: /x/gi};"
       "o.self = o; o.twice = [o.d, o.d]; const c = structuredClone(o);"
       "JSON.stringify([c !== o, c.self === c, c.twice[0] === c.d, c.twice[0] === c.twice[1], c.d.getTime(), "
       "[...c.m.keys()][0].k, [...[...c.m.values()][0]], 'u' in c, Object.is(c.n, -0), c.b === 10n, String(c.r)])",
       R"([true,true,true,true,5,1,[1,2],true,true,true,"/x/gi"])"},
      {"const t = structuredClone({a: new Uint8Array([1, 2, 3]).subarray(1), v: new DataView(new ArrayBuffer(4), 1)});"
       "[t.a.join(), t.a.byteOffset, t.v.byteLength].join('|')",
       "2,3|1|3"},
      {"const e = structuredClone(new RangeError('no', {cause: {x: 1}})); [e instanceof RangeError, e.message, "
       "e.cause.x, typeof e.stack].join()",
       "true,no,1,string"},
      {"structuredClone([1, , 3]).length", "3"},
      {"structuredClone({f() {}})", "DataCloneError: the function f cannot be cloned"},
      {"structuredClone(Symbol())", "DataCloneError: a symbol cannot be cloned"},
      {"structuredClone(new WeakMap())", "DataCloneError: a WeakMap cannot be cloned"},
      {"const buffer = new ArrayBuffer(3); const moved = structuredClone({buffer}, {transfer: [buffer]}); "
       "[moved.buffer.byteLength, buffer.detached].join()",
       "3,true"},
      {"structuredClone('x', {transfer: [1]})",
       "DataCloneError: only an ArrayBuffer that is not detached can be transferred"},
  });
}

TEST_CASE("events reach their listeners in order, once, until stopped or removed") {
  Scripted script("const seen = []; const target = new EventTarget();");
  script.check({
      {"target.addEventListener('x', (e) => seen.push(e.detail), {once: true});"
       "target.addEventListener('x', {handleEvent(e) { seen.push(this === undefined, e.target === target); "
       "e.preventDefault(); }});"
       "[target.dispatchEvent(new CustomEvent('x', {detail: 7, cancelable: true})), target.dispatchEvent(new "
       "Event('x')), "
       "seen.join()].join(' ')",
       "false true 7,false,true,false,true"},
      {"var off = () => seen.push('off'); target.addEventListener('y', off); target.addEventListener('y', off);"
       "target.removeEventListener('y', off); seen.length = 0; target.dispatchEvent(new Event('y')); seen.length",
       "0"},
      {"target.addEventListener('z', (e) => e.stopImmediatePropagation()); target.addEventListener('z', off);"
       "target.dispatchEvent(new Event('z')); seen.length",
       "0"},
      {"target.addEventListener('w', () => { throw new Error('loud'); }); target.addEventListener('w', off); "
       "target.dispatchEvent(new Event('w')); seen.join()",
       "off"},
      {"const stop = new AbortController(); target.addEventListener('v', off, {signal: stop.signal}); stop.abort(); "
       "target.dispatchEvent(new Event('v')); seen.length",
       "1"},
      {"target.dispatchEvent('x')", "TypeError: dispatchEvent: the argument must be an Event"},
      {"class Own extends EventTarget {}; new Own().dispatchEvent(new Event('q'))", "true"},
      {"reportError(new Error('told')); reportError({toString() { throw 1; }}); 'on'", "on"},
  });
}

TEST_CASE("an AbortSignal is aborted once: by its controller, by the time, or by one of several") {
  Scripted script;
  script.check({
      {"var c = new AbortController(); let n = 0; c.signal.onabort = () => n++; c.signal.addEventListener('abort', "
       "() => n++);"
       "c.abort(); c.abort('again'); [n, c.signal.aborted, c.signal.reason.name].join()",
       "2,true,AbortError"},
      {"c.signal.throwIfAborted()", "AbortError: signal is aborted without reason"},
      {"AbortSignal.abort('why').reason", "why"},
      {"const a = new AbortController(); const any = AbortSignal.any([a.signal, AbortSignal.any([new "
       "AbortController().signal])]);"
       "a.abort(3); [any.aborted, any.reason].join()",
       "true,3"},
      {"AbortSignal.any([AbortSignal.abort(4)]).reason", "4"},
      {"new AbortSignal()",
       "TypeError: illegal constructor: use AbortController, AbortSignal.abort(), .any() or .timeout()"},
      {"globalThis.late = AbortSignal.timeout(50); late.aborted", "false"},
  });
  script.bench.clock.advance(50ms);
  script.bench.settle();
  CHECK(script.run("late.reason.name + late.aborted") == "TimeoutErrortrue");
}

TEST_CASE("the Web's names are ordinary globals: a script may set them, declare them and delete them") {
  RoomBench bench;
  TestRoom& room = bench.open(R"(
    globalThis.fetch = () => "mine";
    function Request() { return { mine: true }; }
    class URL { mine = true; }
    delete globalThis.Headers;
    function f() {
      const shown = Object.getOwnPropertyDescriptor(globalThis, "TextEncoder").get !== undefined;
      new TextEncoder();
      const { value, writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(globalThis, "TextEncoder");
      return [fetch(), new Request().mine, new URL().mine, typeof Headers, shown, value === TextEncoder, writable, enumerable,
        configurable, self === globalThis, Object.keys(globalThis).includes("crypto"), new Response("x").headers.has("content-type")].join();
    }
  )");
  CHECK(bench.call(room, "f") == R"("mine,true,true,undefined,true,true,true,false,true,true,false,true")");
}

TEST_CASE("a script that breaks the globals breaks what it uses itself, nothing else") {
  RoomBench bench;
  TestRoom& room = bench.open(R"(
    function f() {
      for (const name of ["Object", "Array", "String", "Reflect", "TypeError", "Uint8Array", "Map", "DOMException"]) globalThis[name] = null;
      Array.prototype = null;
      try { return new URL("https://a").href; } catch (error) { return "broken"; }
    }
    function g() { return "alive"; }
  )");
  bench.call(room, "f");
  CHECK(bench.call(room, "g") == R"("alive")");
  CHECK_FALSE(room.exit);
}

TEST_CASE("the memory of a Web API is charged to the room that uses it") {
  RoomBench bench;
  TestRoom& room = bench.open("function f() { return typeof Response; } function g() { return 1; }");
  bench.call(room, "g");
  const auto before = room.server->usage().heap_bytes;
  CHECK(bench.call(room, "f") == R"("function")");
  CHECK(room.server->usage().heap_bytes > before + 10'000);
}

TEST_CASE("the body of a Request or Response is a stream, and may be one") {
  Scripted script;
  script.check({
      {"(async () => { const a = Response.json({a: 1}), b = new Response(a.body, a); b.headers.set('x', 'y'); return "
       "[await b.json(), b.headers.get('x'), b.headers.get('content-type'), a.bodyUsed] })()",
       R"([{"a":1},"y","application/json",true])"},
      {"(async () => { const out = []; for await (const c of new Response('hä').body) out.push(...c); return "
       "out.join() })()",
       "104,195,164"},
      {"new Response(new ReadableStream({ start(c) { c.enqueue(new Uint8Array([104])); c.enqueue(new "
       "Uint8Array([105])); c.close(); } })).text()",
       "hi"},
      {"new Response((async function* () { yield new Uint8Array([97]); yield new Uint8Array([98]); })()).text()", "ab"},
      {"new Response(new ReadableStream({ start(c) { c.enqueue('text'); c.close(); } })).text()",
       "TypeError: the stream of a body must consist of Uint8Arrays"},
      {"(async () => { const a = new Response(new Response('x').body), b = a.clone(); return await a.text() + await "
       "b.text() + a.bodyUsed })()",
       "xxtrue"},
      {"(async () => { const a = new Response('x'); a.body.getReader(); return a.text() })()",
       "TypeError: the body has already been used"},
      {"(async () => { const a = new Response('x'); await a.text(); return [a.bodyUsed, a.body.locked] })()",
       "[true,false]"},
      {"(async () => { const a = new Request('http://a/', {method: 'POST', body: 'z'}), b = new Request(a); return "
       "[a.bodyUsed, await b.text()] })()",
       R"([true,"z"])"},
      {"(() => { const a = new Response('x'); a.body.getReader(); return new Response(a.body) })()",
       "TypeError: the stream of a body must not be locked or read before"},
      {"new Response(null).body", "null"},
      {"(async () => { const t = new TransformStream({ transform(x, c) { c.enqueue(x * 2) } }); const w = "
       "t.writable.getWriter(); w.write(1); w.write(2); w.close(); const out = []; for await (const x of t.readable) "
       "out.push(x); return out })()",
       "[2,4]"},
      {"(async () => { let text = ''; for await (const t of new Response('€'.repeat(3)).body.pipeThrough(new "
       "TextDecoderStream())) text += t; return text })()",
       "€€€"},
      {"new Response(ReadableStream.from(['a\\ud83d', '\\ude00b']).pipeThrough(new TextEncoderStream())).text()",
       "a😀b"},
  });
}

TEST_CASE("Blob, File and FormData") {
  Scripted script;
  script.check({
      {"(async () => { const b = new Blob(['ab', new Uint8Array([99]), new Blob(['d'])], {type: 'Text/Plain'}); return "
       "[b.size, b.type, await b.text(), await b.slice(1, -1).text(), await b.slice(-2).text()] })()",
       R"([4,"text/plain","abcd","bc","cd"])"},
      {"(() => { const f = new File(['x'], 'a.txt', {type: 'text/plain', lastModified: 5}); return [f.name, f.size, "
       "f.type, f.lastModified, f instanceof Blob] })()",
       R"(["a.txt",1,"text/plain",5,true])"},
      {"(async () => new TextDecoder().decode(await new Response(new Blob(['ä']).stream()).bytes()))()", "ä"},
      {"(() => { const f = new FormData(); f.append('a', 1); f.append('a', '2'); f.append('b', '3'); f.set('a', 'x'); "
       "f.delete('b'); return [[...f], f.get('a'), f.getAll('a'), f.has('b'), f.get('c')] })()",
       R"([[["a","x"]],"x",["x"],false,null])"},
      {"(async () => { const f = new FormData(); f.append('ü', 'a\\nb'); f.append('f', new Blob(['\\r\\n--x'], {type: "
       "'text/x'}), 'q\"r.txt'); const back = await new Response(f).formData(); const file = back.get('f'); return "
       "[back.get('ü'), file.name, file.type, await file.text()] })()",
       R"(["a\r\nb","q\"r.txt","text/x","\r\n--x"])"},
      {"(async () => [...await new Response('a=1&b=%C3%A4', {headers: {'content-type': "
       "'application/x-www-form-urlencoded'}}).formData()])()",
       R"([["a","1"],["b","ä"]])"},
      {"new Response('x').formData()",
       "TypeError: formData: the content type \"text/plain;charset=UTF-8\" is not one of a form"},
      {"new Response('--b\\r\\nno', {headers: {'content-type': 'multipart/form-data; boundary=b'}}).formData()",
       "TypeError: the body is not valid multipart/form-data"},
      {"new Request('http://a/', {method: 'POST', body: new Blob(['x'], {type: "
       "'image/png'})}).headers.get('content-type')",
       "image/png"},
  });
}

TEST_CASE("CompressionStream and DecompressionStream") {
  Scripted script(R"(
    const through = async (bytes, stream) => new Response(new Response(bytes).body.pipeThrough(stream)).bytes();
  )");
  script.check({
      {"(async () => { const out = []; for (const f of ['gzip', 'deflate', 'deflate-raw']) { const small = await "
       "through('hello '.repeat(20000), new CompressionStream(f)); out.push(small.length < 1000, (await new "
       "Response(await through(small, new DecompressionStream(f))).text()).length) } return out })()",
       "[true,120000,true,120000,true,120000]"},
      {"(async () => { const bytes = crypto.getRandomValues(new Uint8Array(60000)); const back = await through(await "
       "through(bytes, new CompressionStream('gzip')), new DecompressionStream('gzip')); return back.length === "
       "bytes.length && back.every((b, i) => b === bytes[i]) })()",
       "true"},
      {"(async () => (await through(await through('', new CompressionStream('gzip')), new "
       "DecompressionStream('gzip'))).length)()",
       "0"},
      {"through(Uint8Array.fromHex('1f8b080000000000000303cb48cdc9c95728cf2fca49e1020000'), new "
       "DecompressionStream('gzip'))",
       "TypeError: the data is not a complete stream in the format \"gzip\""},
      {"through('not compressed', new DecompressionStream('deflate'))",
       "TypeError: the data is not a complete stream in the format \"deflate\""},
      {"(async () => { const whole = await through('abc', new CompressionStream('gzip')); return through(new "
       "Uint8Array([...whole, 0]), new DecompressionStream('gzip')) })()",
       "TypeError: the data is not a complete stream in the format \"gzip\""},
      {"(async () => { const whole = await through('abc', new CompressionStream('gzip')); return "
       "through(whole.slice(0, -1), new DecompressionStream('gzip')) })()",
       "TypeError: the data is not a complete stream in the format \"gzip\""},
      {"new CompressionStream('br')",
       "TypeError: CompressionStream: \"br\" is not a format: use \"gzip\", \"deflate\" or \"deflate-raw\""},
  });
}

TEST_CASE("MessageChannel, URLPattern, performance and navigator") {
  Scripted script;
  script.check({
      {"new Promise((done) => { const { port1, port2 } = new MessageChannel(); const got = []; port1.onmessage = (e) "
       "=> { got.push(e.data); if (got.length === 2) done(got) }; port2.postMessage({a: [1]}); port2.postMessage('b') "
       "})",
       R"([{"a":[1]},"b"])"},
      {"new Promise((done) => { const { port1, port2 } = new MessageChannel(); port2.postMessage(1); "
       "port1.addEventListener('message', (e) => done([e instanceof MessageEvent, e.data, e.ports.length])); "
       "port1.start() })",
       "[true,1,0]"},
      {"new MessageChannel().port1.postMessage(() => 1)", "DataCloneError: the function (anonymous) cannot be cloned"},
      {"new MessagePort()", "TypeError: Illegal constructor"},
      {"new URLPattern({ pathname: '/api/:id/*' }).exec('https://a.example/api/7/x/y').pathname.groups",
       R"({"0":"x/y","id":"7"})"},
      {"new URLPattern('https://*.example/a').test('https://b.example/a')", "true"},
      {"(() => { performance.mark('a', {startTime: 1}); performance.mark('b', {startTime: 4, detail: {x: 1}}); const m "
       "= performance.measure('m', 'a', 'b'); return [m.duration, performance.getEntriesByType('mark').length, "
       "performance.getEntriesByName('b')[0].detail] })()",
       R"([3,2,{"x":1}])"},
      {"performance.measure('m', 'absent')", "SyntaxError: there is no mark \"absent\""},
      {"navigator.userAgent", "Entmoot"},
      {"self === globalThis", "true"},
      {"new ErrorEvent('error', {message: 'm', error: 5}).error", "5"},
  });
}
