// SPDX-License-Identifier: MIT
//
// HTTP requests to rooms: routing, the arguments of handleRequest, and its responses.

#include "app_bench.hpp"

#include <entmoot/phoenix/token.hpp>
#include <entmoot/web/http_request.hpp>
#include <entmoot/web/http_response.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

using namespace entmoot;
using namespace entmoot_app;
using namespace std::chrono_literals;

namespace {

HttpRequest request(std::string method, std::string path, std::string body = {}, std::vector<HttpHeader> headers = {}) {
  HttpRequest made;
  made.method = std::move(method);
  made.path = std::move(path);
  made.body = std::move(body);
  made.headers = std::move(headers);
  return made;
}

std::string header(const HttpResponse& response, std::string_view name) {
  std::string all;
  for (const auto& field : response.headers) {
    if (same_name(field.name, name)) all += (all.empty() ? "" : " + ") + field.value;
  }
  return all;
}

}  // namespace

TEST_CASE("a request whose URL is not UTF-8 is refused before it reaches the room") {
  AppBench bench("export const handleRequest = (request) => new Response(request.url);");
  CHECK(bench.http(request("GET", "/room/\xc3\xa4/\xc3\xb6")).status == 200);
  const auto refused = [&](HttpRequest odd) {
    const auto response = bench.http(odd);
    return response.status == 400 && response.body.view() == R"({"error":"the URL is not UTF-8"})";
  };
  HttpRequest query = request("GET", "/room/a");
  query.query = "x=\xff";
  HttpRequest host = request("GET", "/room/a");
  host.host = "\xe4.example";
  CHECK(refused(std::move(query)));
  CHECK(refused(std::move(host)));
  CHECK(refused(request("GET", "/room/a/\xed\xa0\x80")));
}

TEST_CASE("a request's token is passed to the room if it is valid and the app verifies tokens") {
  const std::string room = "export const handleRequest = (request, {token}) => Response.json({token});";
  const std::string secret = "twenty characters at least";
  const auto key = TokenKey::derive(secret, "user socket").value();
  const auto says = [](AppBench& bench, const std::string& authorization) {
    std::vector<HttpHeader> headers;
    if (!authorization.empty()) headers.push_back({"authorization", authorization});
    return std::string(bench.http(request("GET", "/room/a", {}, std::move(headers))).body.view());
  };
  AppBench verifies(room, "{tokens: {secret: '" + secret + "'}}");
  CHECK(says(verifies, "Bearer " + key.sign(Json{{"user", 7}})) == R"({"token":{"user":7}})");
  CHECK(says(verifies, "bearer " + key.sign(Json(7))) == R"({"token":7})");
  for (const std::string bad : {"", "Bearer", "Bearer ", "Bearer x.y.z", "Basic eA=="}) {
    CAPTURE(bad);
    CHECK(says(verifies, bad) == R"({"token":null})");
  }
  AppBench asks_nobody(room);
  CHECK(says(asks_nobody, "Bearer " + key.sign(Json(7))) == R"({"token":null})");
}

TEST_CASE("a path is routed to its room, which receives the rest of the path") {
  AppBench bench(Files{
      {"rooms/room.ts", R"(export const path = "/api/rooms/:id";
                           export const handleRequest = ({method, url}, {path, local}) => Response.json({id: room.id, method, url, path, local});)"},
      {"rooms/hall.ts", "export const topic = \"hall\"; export const handleRequest = () => new Response(room.topic);"},
      {"rooms/game.ts", "export const handleRequest = () => new Response(room.topic);"},
      {"rooms/mute.ts", "export {};"},
      {"public/index.html", "<h1>hello</h1>"}});
  CHECK(bench.http("GET", "/api/rooms/lobby") ==
        R"(200 {"id":"lobby","method":"GET","url":"http://localhost:4001/api/rooms/lobby","path":"","local":true})");
  CHECK(
      bench.http("GET", "/api/rooms/caf%C3%A9%2F1/a/b?x=1&y=%20")
          .find(
              R"("id":"café/1","method":"GET","url":"http://localhost:4001/api/rooms/caf%C3%A9%2F1/a/b?x=1&y=%20","path":"/a/b")") !=
      std::string::npos);
  CHECK(bench.http("GET", "/hall") == "200 hall");
  CHECK(bench.http("GET", "/hall/anything") == "200 hall");
  CHECK(bench.http("GET", "/game/7") == "200 game:7");
  CHECK(bench.http("GET", "/") == "200 <h1>hello</h1>");
  for (const std::string path : {"/api/rooms", "/api/rooms/", "/api/rooms//x", "/api/room/a", "/mute/a", "/game",
                                 "/halls", "/api/rooms/%zz", "/api/rooms/%00", "/api/rooms/%ff"}) {
    CAPTURE(path);
    CHECK(bench.http("GET", path).starts_with("404 "));
  }
  CHECK(bench.http("GET", "/game/" + std::string(251, 'x')).starts_with("404 "));
  CHECK(bench.rooms().size() == 4);
}

TEST_CASE("requests from the server's own machine are marked as local") {
  AppBench bench(
      "export const path = \"/r/:id\"; export const handleRequest = (r, {local}) => new Response(`${local}`);");
  const auto asks = [&](std::string peer, std::string host, std::vector<HttpHeader> headers = {}) {
    HttpRequest made = request("GET", "/r/a", "", std::move(headers));
    made.peer = std::move(peer);
    made.host = std::move(host);
    return std::string(bench.http(std::move(made)).body.view());
  };
  CHECK(asks("127.0.0.1", "localhost:4000") == "true");
  CHECK(asks("::1", "[::1]:4000") == "true");
  CHECK(asks("10.0.0.1", "localhost:4000") == "false");
  CHECK(asks("127.0.0.1", "evil.example:4000") == "false");
  CHECK(asks("127.0.0.1", "localhost:4000", {{"x-forwarded-for", "10.0.0.1"}}) == "false");
}

TEST_CASE("a request's method, headers and body reach the room, and its response's are sent back") {
  AppBench bench(R"(
    export const path = "/r/:id";
    export async function handleRequest(request) {
      const bytes = new Uint8Array(await request.arrayBuffer());
      return new Response(bytes.toReversed(), {
        status: 201,
        headers: [["x-got", request.headers.get("x-said") + " " + request.method + " " + bytes.length],
                  ["set-cookie", "a=1"], ["set-cookie", "b=2"], ["content-type", "application/x-thing"],
                  ["content-length", "99"], ["Connection", "upgrade"], ["date", "never"]],
      });
    }
  )");
  const auto response = bench.http(request("PUT", "/r/a",
                                           std::string("\0\xff"
                                                       "ab",
                                                       4),
                                           {{"X-Said", "hi"}, {"x-said", "there"}}));
  CHECK(response.status == 201);
  CHECK(response.body.view() == std::string_view("ba\xff\0", 4));
  CHECK(header(response, "x-got") == "hi, there PUT 4");
  CHECK(header(response, "set-cookie") == "a=1 + b=2");
  CHECK(header(response, "content-type") == "application/x-thing");
  CHECK(header(response, "content-length").empty());
  CHECK(header(response, "connection").empty());
  CHECK(header(response, "date").empty());
}

TEST_CASE("the bytes of a header are isomorphic-decoded, as in a browser") {
  AppBench bench(R"(
    export const path = "/:id";
    export function handleRequest({headers}) {
      const cookie = headers.get("cookie");
      return Response.json([...cookie].map((c) => c.codePointAt(0)), {headers: {"x-cookie": cookie}});
    }
  )");
  for (const std::string bytes : {"a", "\xc3\xa9", "\xf0\x9f\x98\x80", "\xff"}) {
    std::string codes;
    for (const char byte : bytes)
      codes += (codes.empty() ? "" : ",") + std::to_string(static_cast<unsigned char>(byte));
    const auto response = bench.http(request("GET", "/a", "", {{"cookie", bytes}}));
    CHECK(response.status == 200);
    CHECK(response.body.view() == "[" + codes + "]");
    CHECK(header(response, "x-cookie") == bytes);
  }
}

TEST_CASE("a response can have no body") {
  AppBench bench(R"(
    export const path = "/r/:id";
    export const handleRequest = (request, {path}) => new Response(null, {status: +path.slice(1), headers: {etag: '"1"'}});
  )");
  for (const std::string status : {"204", "304", "200", "404", "302"}) {
    CHECK(bench.http("GET", "/r/a/" + status) == status + " ");
    CHECK(bench.http("HEAD", "/r/a/" + status) == status + " ");
  }
}

TEST_CASE("an exception of handleRequest is a 500 with its message, and its effects are dropped") {
  AppBench bench(R"(
    export const path = "/r/:id";
    export const handleRequest = (request, {path}) => answers[path.slice(1)]();
    const answers = {
      now() { room.broadcast("x", {}); throw new Error("no"); },
      later: () => Promise.reject(new Error("not now")),
      text: () => { throw "a text"; },
      string: () => "hi",
      nothing: () => {},
      object: () => ({status: 200}),
      used: async () => { const r = new Response("x"); await r.text(); return r; },
    };
  )");
  Person ann(bench);
  (void)ann.join("room:a");
  CHECK(bench.http("GET", "/r/a/now") == R"(500 {"error":"no"})");
  CHECK(bench.http("GET", "/r/a/later") == R"(500 {"error":"not now"})");
  CHECK(bench.http("GET", "/r/a/text") == R"(500 {"error":"a text"})");
  CHECK(bench.http("GET", "/r/a/string") == R"(500 {"error":"handleRequest returned a string, not a Response"})");
  CHECK(bench.http("GET", "/r/a/nothing") == R"(500 {"error":"handleRequest returned undefined, not a Response"})");
  CHECK(bench.http("GET", "/r/a/object") == R"(500 {"error":"handleRequest returned an object, not a Response"})");
  CHECK(bench.http("GET", "/r/a/used").starts_with("500 "));
  CHECK(bench.http("GET", "/r/a/missing").starts_with("500 "));
  CHECK(ann.news().empty());
}

TEST_CASE("a response object with invalid status, headers or body is a 500") {
  AppBench bench(R"(
    export const path = "/r/:id";
    class Odd extends Response {
      constructor(own) { super("x"); this.own = own; }
      get status() { return this.own.status ?? 200; }
      get headers() { return this.own.headers ?? super.headers; }
      bytes() { return this.own.bytes ?? super.bytes(); }
    }
    const pairs = (...list) => ({forEach: (f) => list.forEach(([n, v]) => f(v, n))});
    const answers = {
      status_text: {status: "x"}, status_low: {status: 101}, status_high: {status: 1000}, status_big: {status: 1e300},
      name: {headers: pairs(["a\r\nb: c", "x"])}, value: {headers: pairs(["a", "x\r\nb: c"])},
      number: {headers: pairs(["a", 7])}, bytes: {bytes: Promise.resolve("text")}, fine: {},
    };
    export const handleRequest = (request, {path}) =>
      path === "/error" ? Response.error() : path === "/json" ? (Array.prototype.toJSON = () => 7, new Response("x")) : new Odd(answers[path.slice(1)]);
  )");
  CHECK(bench.http("GET", "/r/a/fine") == "200 x");
  for (const std::string path : {"status_text", "status_low", "status_high", "status_big", "name", "value", "number",
                                 "bytes", "error", "json"}) {
    CAPTURE(path);
    CHECK(bench.http("GET", "/r/a/" + path).starts_with("500 "));
  }
}

TEST_CASE("a room that cannot answer is a 503 with the reason") {
  AppBench bench(R"(
    export const path = "/r/:id";
    if (room.id === "bad") throw new Error("at the start");
    export const handleRequest = () => { if (room.id === "loop") for (;;); return new Promise(() => {}); };
  )",
                 R"({limits: {replyTimeout: "2s", turn: "5ms", clients: 1}, node: {roomsPerIp: 3}})");
  CHECK(bench.http("GET", "/r/bad") == R"(503 {"error":"the room failed to start: at the start"})");
  CHECK(bench.http("GET", "/r/loop") == R"(503 {"error":"out of time"})");
  CHECK(bench.http("GET", "/r/never") == "0 (no answer)");
  bench.advance(2s);
  CHECK(bench.late_http().status == 503);
  CHECK(bench.late_http().body.view() == R"({"error":"timeout"})");
  CHECK(bench.http("GET", "/r/more") == R"(503 {"error":"too many rooms have been started from your address"})");
}

TEST_CASE("pages of other origins can send GET requests but no others") {
  AppBench bench("export const path = \"/r/:id\"; export const handleRequest = (r) => new Response(r.method);");
  const std::vector<HttpHeader> foreign = {{"origin", "https://evil.example"}};
  const std::vector<HttpHeader> own = {{"origin", "http://localhost:4001"}};
  CHECK(bench.http(request("GET", "/r/a", "", foreign)).status == 200);
  CHECK(bench.http(request("POST", "/r/a", "", foreign)).status == 403);
  CHECK(bench.http(request("DELETE", "/r/a", "", foreign)).status == 403);
  CHECK(bench.http(request("POST", "/r/a", "", own)).status == 200);
  CHECK(bench.http(request("POST", "/r/a")).status == 200);  // no browser
}

TEST_CASE("pages of the origins in http.cors may call rooms and read the response") {
  AppBench bench(R"(
    export const handleRequest = (request) => request.url.endsWith("own")
      ? new Response("own", {headers: {"access-control-allow-origin": "https://mine.example"}}) : new Response(request.method);
  )",
                 R"({http: {cors: ["https://app.example", "//*.ex.test"]}})");
  const auto from = [&](const std::string& origin, const std::string& method = "POST",
                        std::vector<HttpHeader> more = {}) {
    more.push_back({"origin", origin});
    return bench.http(request(method, "/room/a", {}, std::move(more)));
  };
  const auto allowed = from("https://app.example");
  CHECK(allowed.status == 200);
  CHECK(header(allowed, "access-control-allow-origin") == "https://app.example");
  CHECK(header(allowed, "vary") == "origin");
  CHECK(header(from("http://a.ex.test:8080", "GET"), "access-control-allow-origin") == "http://a.ex.test:8080");
  CHECK(from("https://evil.example").status == 403);
  CHECK(bench.logged("the origin is not allowed").size() == 1);
  CHECK(header(from("https://evil.example", "GET"), "access-control-allow-origin").empty());
  CHECK(header(bench.http(request("GET", "/room/a")), "access-control-allow-origin").empty());
  const auto preflight =
      from("https://app.example", "OPTIONS",
           {{"access-control-request-method", "PUT"}, {"access-control-request-headers", "x-a, authorization"}});
  CHECK(preflight.status == 204);
  CHECK(header(preflight, "access-control-allow-methods") == "PUT");
  CHECK(header(preflight, "access-control-allow-headers") == "x-a, authorization");
  CHECK(header(preflight, "access-control-allow-origin") == "https://app.example");
  CHECK(from("https://app.example", "OPTIONS").body.view() == "OPTIONS");  // no preflight: for the room
  CHECK(from("https://evil.example", "OPTIONS", {{"access-control-request-method", "PUT"}}).body.view() == "OPTIONS");
  const auto own = bench.http(request("GET", "/room/own", {}, {{"origin", "https://app.example"}}));
  CHECK(header(own, "access-control-allow-origin") == "https://mine.example");
  AppBench any("export const handleRequest = () => new Response();", R"({http: {cors: "*"}})");
  CHECK(header(any.http(request("GET", "/room/a", {}, {{"origin", "null"}})), "access-control-allow-origin") == "null");
}

TEST_CASE("files of public/ have the headers of the configuration, and a page's path leads to the fallback") {
  AppBench bench(Files{{"rooms/room.ts", "export const handleRequest = () => new Response('room');"},
                       {"public/index.html", "the app"},
                       {"public/game/a.wasm", "wasm"},
                       {"public/help/index.html", "help"},
                       {"entmoot.config.ts", R"(export default { public: {
                          csp: { "script-src": "'wasm-unsafe-eval'", "img-src": ["blob:"] },
                          headers: { "/game/*": { "cross-origin-opener-policy": "same-origin", "cache-control": false } },
                          fallback: "index.html" } };)"}});
  const auto page = bench.http(request("GET", "/"));
  CHECK(header(page, "content-security-policy").find("img-src 'self' data: blob:;") != std::string::npos);
  CHECK(header(page, "content-security-policy").ends_with("; script-src 'self' 'wasm-unsafe-eval'"));
  const auto wasm = bench.http(request("GET", "/game/a.wasm"));
  CHECK(header(wasm, "content-type") == "application/wasm");
  CHECK(header(wasm, "cross-origin-opener-policy") == "same-origin");
  CHECK(header(wasm, "cache-control").empty());
  CHECK(header(bench.http(request("GET", "/help")), "location") == "/help/");
  const std::vector<HttpHeader> browser = {{"accept", "text/html"}};
  CHECK(bench.http(request("GET", "/profile/7", {}, browser)).body.view() == "the app");
  CHECK(bench.http(request("GET", "/room/7", {}, browser)).body.view() == "room");
  CHECK(bench.http(request("GET", "/missing.js")).status == 404);
  CHECK(bench.reload({{"public/index.html", ""}}).find("there is no \"index.html\"") != std::string::npos);
}

TEST_CASE("a room signs and verifies the app's tokens without its key") {
  const char* const room = R"(
    export function handleIn(event, {data, token, maxAge}) {
      if (event === "sign") return {token: tokens.sign(data, {maxAge})};
      if (event === "verify") return {data: tokens.verify(token)};
      globalThis.tokens = null;
    }
    export const join = (params, {assigns}) => ({who: assigns.token ?? null});
  )";
  AppBench bench(room, "{tokens: {secret: 'twenty characters at least', required: false}}");
  Person ann(bench);
  REQUIRE(ann.join("room:a") == R"(ok {"who":null})");
  std::string token = ann.push("room:a", "sign", R"({"data":{"id":7}})");
  REQUIRE(token.starts_with(R"(ok {"token":")"));
  token = token.substr(13, token.size() - 13 - 2);
  CHECK(ann.push("room:a", "verify", R"({"token":")" + token + "\"}") == R"(ok {"data":{"id":7}})");
  CHECK(ann.push("room:a", "verify", R"({"token":")" + token + "x\"}") == R"(ok {"data":null})");
  CHECK(ann.push("room:a", "verify", R"({"token":""})") == R"(ok {"data":null})");
  CHECK(ann.push("room:a", "verify", R"({"token":7})") == R"(ok {"data":null})");
  Person bob(bench, 0, {.token = token});
  CHECK(bob.join("room:a") == R"(ok {"who":{"id":7}})");
  CHECK(ann.push("room:a", "sign", R"({"data":1,"maxAge":0.5})").find("whole number of seconds") != std::string::npos);
  CHECK(ann.push("room:a", "sign", R"({"data":")" + std::string(20'000, 'x') + "\"}").find("16 KB") !=
        std::string::npos);

  AppBench without(room);
  Person cid(without);
  (void)cid.join("room:a");
  CHECK(cid.push("room:a", "sign", R"({"data":1})") ==
        R"(error {"reason":"tokens.sign needs `tokens.secret` in entmoot.config.ts"})");
  CHECK(cid.push("room:a", "verify", R"({"token":"x"})") ==
        R"(error {"reason":"tokens.verify needs `tokens` in entmoot.config.ts"})");
}
