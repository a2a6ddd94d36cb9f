// SPDX-License-Identifier: MIT

#include <entmoot/web/http_parser.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace entmoot;
using namespace std::string_literals;

namespace {

struct Outcome {
  std::vector<HttpRequest> served;
  int refused = 0;  // status, 0 if nothing was
  bool idle = true;
};

Outcome parse(const std::string& input, std::size_t piece_size = 0, HttpLimits limits = {}) {
  HttpParser parser(limits);
  Outcome out;
  const auto step = piece_size == 0 ? std::max<std::size_t>(input.size(), 1) : piece_size;
  for (std::size_t at = 0; at < input.size() && out.refused == 0; at += step) {
    auto piece = std::string_view(input).substr(at, step);
    for (;;) {
      const auto progress = parser.feed(piece);
      if (progress == HttpParser::Progress::more) break;
      if (progress == HttpParser::Progress::refused) {
        out.refused = parser.refusal().status;
        CHECK_FALSE(parser.refusal().reason.empty());
        break;
      }
      out.served.push_back(parser.take());
    }
  }
  out.idle = parser.is_idle();
  return out;
}

/// `expected` is the status of the refusal, or 200 times the requests served.
struct Row {
  std::string name;
  std::string input;
  int refused;
  std::size_t served = 0;
};

std::string get(const std::string& lines) { return "GET / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n"; }
std::string post(const std::string& lines, const std::string& body = "") {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n" + body;
}
std::string line(const std::string& request_line) { return request_line + "\r\nHost: a\r\n\r\n"; }
std::string host(const std::string& lines) { return "GET / HTTP/1.1\r\n" + lines + "\r\n"; }

const std::vector<Row>& abuse() {
  static const std::vector<Row> rows = [] {
    std::vector<Row> out;
    const auto ok = [&](std::string name, std::string input, std::size_t served = 1) {
      out.push_back({std::move(name), std::move(input), 0, served});
    };
    const auto bad = [&](std::string name, std::string input, int status = 400, std::size_t served = 0) {
      out.push_back({std::move(name), std::move(input), status, served});
    };
    const std::string next = get("");  // a second request that must not be served after a refusal

    // --- Content-Length
    ok("a body", post("Content-Length: 5\r\n", "hello"));
    ok("an empty body", post("Content-Length: 0\r\n"));
    ok("a body, then the next request", post("Content-Length: 5\r\n", "hello") + next, 2);
    ok("no Content-Length: no body", post("") + next, 2);
    ok("spaces and tabs around the number", post("Content-Length: \t 5 \t\r\n", "hello"));
    ok("the name in any case", post("cOnTeNt-lEnGtH: 5\r\n", "hello"));
    ok("a body that looks like a request is a body", post(fmt::format("Content-Length: {}\r\n", next.size()), next));
    for (const std::string value : {"+1",
                                    "-1",
                                    "-0",
                                    "0x10",
                                    "1_0",
                                    "1 0",
                                    "01",
                                    "00",
                                    "000005",
                                    "",
                                    " ",
                                    "5,5",
                                    "5, 5",
                                    "5, 6",
                                    ",5",
                                    "5,",
                                    "5;a",
                                    "five",
                                    "1.0",
                                    "1e1",
                                    "\"5\"",
                                    "5\t5",
                                    "\xd9\xa5",
                                    "9223372036854775808",
                                    "18446744073709551615",
                                    "18446744073709551616",
                                    "18446744073709551621",
                                    "99999999999999999999999",
                                    "5 chunked"}) {
      bad("Content-Length: '" + value + "'", post("Content-Length: " + value + "\r\n", "hello") + next);
    }
    bad("two equal lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"));
    bad("two different lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"));
    bad("two lengths in different case", post("Content-Length: 5\r\ncontent-length: 5\r\n", "hello"));
    bad("an underscore in the name", post("Content_Length: 5\r\n", "hello"));
    bad("space before the colon", post("Content-Length : 5\r\n", "hello"));
    bad("tab before the colon", post("Content-Length\t: 5\r\n", "hello"));
    bad("a folded length", post("Content-Length:\r\n 5\r\n", "hello"));
    bad("vertical tab before the number", post("Content-Length: \v5\r\n", "hello"));
    bad("form feed after the number", post("Content-Length: 5\f\r\n", "hello"));
    bad("NUL after the number", post("Content-Length: 5\0\r\n"s, "hello"));
    bad("one byte too big", post("Content-Length: 65537\r\n"), 413);
    bad("the largest number", post("Content-Length: 9223372036854775807\r\n"), 413);
    ok("the largest body", post("Content-Length: 65536\r\n", std::string(65536, 'x')));
    bad("GET with a body", get("Content-Length: 5\r\n") + "hello");
    bad("HEAD with a body", "HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    bad("OPTIONS with a body", "OPTIONS / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    ok("GET with an empty body", get("Content-Length: 0\r\n"));
    bad("a length that is too short: what is left is judged as a request", post("Content-Length: 3\r\n", "hello\r\n"),
        400, 1);

    // --- Transfer-Encoding
    const auto chunked = [](const std::string& body) { return post("Transfer-Encoding: chunked\r\n", body); };
    ok("chunked", chunked("5\r\nhello\r\n0\r\n\r\n") + next, 2);
    ok("chunked in any case", post("transfer-encoding: CHUNKED\r\n", "0\r\n\r\n"));
    ok("chunked, empty", chunked("0\r\n\r\n") + next, 2);
    ok("several chunks", chunked("1\r\na\r\n2\r\nbc\r\n0\r\n\r\n") + next, 2);
    ok("a size in upper case", chunked("A\r\n0123456789\r\n0\r\n\r\n"));
    ok("a size with zeros in front", chunked("0005\r\nhello\r\n00\r\n\r\n"));
    ok("a chunk's content may look like the end", chunked("5\r\n0\r\n\r\n\r\n0\r\n\r\n") + next, 2);
    ok("an extension", chunked("5;a=b\r\nhello\r\n0;c\r\n\r\n") + next, 2);
    ok("an extension in quotes", chunked("5;a=\"b;\\\"c\"\r\nhello\r\n0\r\n\r\n"));
    ok("a trailer", chunked("5\r\nhello\r\n0\r\nX: a\r\n\r\n") + next, 2);
    ok("a trailer does not frame the next request", chunked("0\r\nContent-Length: 50\r\n\r\n") + next, 2);
    ok("nor does a coding in a trailer", chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n") + next, 2);
    ok("the largest chunked body", chunked("10000\r\n" + std::string(65536, 'x') + "\r\n0\r\n\r\n"));
    bad("a chunked body too large by one", chunked("10000\r\n" + std::string(65536, 'x') + "\r\n1\r\n"), 413);
    bad("a chunk too large, before its bytes", chunked("10001\r\n"), 413);
    for (const std::string size : {"",
                                   " 5",
                                   "5 ",
                                   "\t5",
                                   "5\t",
                                   "0x5",
                                   "0X5",
                                   "5h",
                                   "g",
                                   "-5",
                                   "-0",
                                   "+5",
                                   "5_0",
                                   "_5",
                                   "5,5",
                                   "5 ;a=b",
                                   "5; a=b",
                                   "5;",
                                   "5;;a",
                                   "5;a=",
                                   "5;=b",
                                   "5;a =b",
                                   "5;a= b",
                                   "5;a=\"b",
                                   "5;a=\"b\"c",
                                   "5;a\x01",
                                   "5;\xc3\xa9",
                                   "5\"a\"",
                                   "10000000000000000",
                                   "ffffffffffffffff0",
                                   "fffffffffffffffff",
                                   "\xd9\xa5"}) {
      bad("chunk size '" + size + "'", chunked(size + "\r\nhello\r\n0\r\n\r\n") + next);
    }
    bad("the largest chunk size", chunked("ffffffffffffffff\r\n"), 413);
    bad("a NUL after the size", chunked("5\0\r\nhello\r\n0\r\n\r\n"s));
    bad("LF after the size", chunked("5\nhello\r\n0\r\n\r\n"));
    bad("CR after the size", chunked("5\rhello\r\n0\r\n\r\n"));
    bad("LF in an extension", chunked("5;a\nb\r\nhello\r\n0\r\n\r\n"));
    bad("CR in an extension", chunked("5;a\rb\r\nhello\r\n0\r\n\r\n"));
    bad("LF after the content", chunked("5\r\nhello\n0\r\n\r\n"));
    bad("CR after the content", chunked("5\r\nhello\r0\r\n\r\n"));
    bad("nothing after the content", chunked("5\r\nhello0\r\n\r\n"));
    bad("content that is longer than its size", chunked("5\r\nhello!\r\n0\r\n\r\n"));
    bad("content that is shorter than its size", chunked("5\r\nhell\r\n0\r\n\r\n"));
    bad("LF at the end", chunked("0\r\n\n"));
    bad("LF after the last size", chunked("0\n\r\n"));
    bad("LF after a trailer", chunked("0\r\nX: a\n\r\n"));
    bad("a trailer without a colon", chunked("0\r\nX\r\n\r\n"));
    bad("a folded trailer", chunked("0\r\nX: a\r\n b\r\n\r\n"));
    bad("a trailer with space before the colon", chunked("0\r\nX : a\r\n\r\n"));
    bad("an endless size line", chunked("5;a=" + std::string(100'000, 'a')));
    bad("an endless trailer", chunked("0\r\nX: " + std::string(100'000, 'a')));
    std::string extended, trailers;
    for (int i = 0; i < 30; ++i) extended += "1;a=" + std::string(1000, 'b') + "\r\nx\r\n";
    for (int i = 0; i < 30; ++i) trailers += "X: " + std::string(1000, 'b') + "\r\n";
    bad("more extensions than content", chunked(extended));
    bad("too many trailers", chunked("0\r\n" + trailers));
    ok("a chunked body that has not ended is no request", chunked("5\r\nhello\r\n"), 0);
    bad("chunked on GET", get("Transfer-Encoding: chunked\r\n") + "0\r\n\r\n");
    bad("chunked on HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    bad("chunked and a length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"));
    bad("a length and chunked", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));
    bad("identity and a length", post("Content-Length: 5\r\nTransfer-Encoding: identity\r\n", "hello"));
    for (const std::string value : {"identity", "xchunked", "chunkedchunked", "gzip", "deflate", "cow", "chunke"}) {
      bad("Transfer-Encoding: " + value, post("Transfer-Encoding: " + value + "\r\n"), 501);
    }
    for (const std::string value :
         {"", "chunked, chunked", "chunked, identity", "gzip, chunked", "chunked,", ",chunked", ", chunked",
          "chunked;a=b", "\"chunked\"", "chunked chunked", "chunked\tx", "chunk ed", "chunked;", "\xc3\xa9"}) {
      bad("Transfer-Encoding: '" + value + "'", post("Transfer-Encoding: " + value + "\r\n"));
    }
    ok("chunked with a tab around it", post("Transfer-Encoding: \tchunked\t\r\n", "0\r\n\r\n"));
    bad("chunked after a vertical tab", post("Transfer-Encoding: \vchunked\r\n"));
    bad("chunked before a form feed", post("Transfer-Encoding: chunked\f\r\n"));
    bad("chunked before a NUL", post("Transfer-Encoding: chunked\0\r\n"s));
    bad("chunked on a folded line", post("Transfer-Encoding:\r\n chunked\r\n"));
    bad("chunked twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"));
    bad("chunked and identity in two lines", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"));
    bad("space before the colon of Transfer-Encoding", post("Transfer-Encoding : chunked\r\n"));
    bad("an underscore in Transfer_Encoding", post("Transfer_Encoding: chunked\r\n"));
    bad("Transfer-Encoding in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");

    // --- the ends of lines
    bad("LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n");
    bad("LF after a header", "GET / HTTP/1.1\r\nHost: a\n\r\n");
    bad("LF for the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n");
    bad("LF throughout", "GET / HTTP/1.1\nHost: a\n\n");
    bad("CR throughout", "GET / HTTP/1.1\rHost: a\r\r");
    bad("CR inside the request line", "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n");
    bad("CR inside a value", get("X: a\rb\r\n"));
    bad("LF inside a value", get("X: a\nb\r\n"));
    bad("CR CR LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n");
    bad("LF CR", "GET / HTTP/1.1\n\rHost: a\r\n\r\n");
    ok("one empty line before a request", "\r\n" + next);
    ok("one empty line between requests", next + "\r\n" + next, 2);
    bad("two empty lines before a request", "\r\n\r\n" + next);
    bad("LF before a request", "\n" + next);
    bad("CR before a request", "\r" + next);
    bad("space before a request", " " + next);

    // --- the request line
    ok("a query", line("GET /a?b=c HTTP/1.1"));
    ok("escapes", line("GET /%20%C3%A9?%zz HTTP/1.1"));
    ok("an unknown method is for the router", line("BREW / HTTP/1.1"));
    ok("a lower-case method is another method", line("get / HTTP/1.1"));
    ok("HTTP/1.0", line("GET / HTTP/1.0"));
    ok("HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n");
    ok("absolute form", line("GET http://a/x HTTP/1.1"));
    ok("absolute form without a path", line("GET http://a HTTP/1.1"));
    ok("absolute form in another case", line("GET HTTP://A/x HTTP/1.1"));
    for (const std::string bad_line : {"GET",
                                       "GET /",
                                       "GET  / HTTP/1.1",
                                       "GET /  HTTP/1.1",
                                       "GET / HTTP/1.1 ",
                                       "GET\t/\tHTTP/1.1",
                                       "GET /\tHTTP/1.1",
                                       " GET / HTTP/1.1",
                                       "GET / a HTTP/1.1",
                                       "GET HTTP/1.1",
                                       "G@T / HTTP/1.1",
                                       "GET: / HTTP/1.1",
                                       "\"GET\" / HTTP/1.1",
                                       "G\xc3\x89T / HTTP/1.1",
                                       "GET / HTTP/1",
                                       "GET / HTTP/1.",
                                       "GET / HTTP/.1",
                                       "GET / HTTP/01.1",
                                       "GET / HTTP/1.01",
                                       "GET / HTTP/1.1.1",
                                       "GET / HTTP/11",
                                       "GET / HTTP 1.1",
                                       "GET / http/1.1",
                                       "GET / Http/1.1",
                                       "GET / HTTPS/1.1",
                                       "GET / HTTP/1.1x",
                                       "GET / HTTP/a.b",
                                       "GET / HTTP/-1.1",
                                       "GET / HTTP/1,1",
                                       "GET / ICY/1.1",
                                       "GET /# HTTP/1.1",
                                       "GET /a#b HTTP/1.1",
                                       "GET /a\\b HTTP/1.1",
                                       "GET /\xc3\xa9 HTTP/1.1",
                                       "GET /<a> HTTP/1.1",
                                       "GET /\"a\" HTTP/1.1",
                                       "GET /\x7f HTTP/1.1",
                                       "GET a HTTP/1.1",
                                       "GET * HTTP/1.1",
                                       "OPTIONS * HTTP/1.1",
                                       "CONNECT a:80 HTTP/1.1",
                                       "GET ftp://a/ HTTP/1.1",
                                       "GET http:/a HTTP/1.1",
                                       "GET http:///x HTTP/1.1",
                                       "GET http://b/ HTTP/1.1",
                                       "GET http://u@a/ HTTP/1.1",
                                       "GET http://a:81/ HTTP/1.1",
                                       "GET //a HTTP/1.1x",
                                       "GET ?a HTTP/1.1"}) {
      bad(bad_line, line(bad_line));
    }
    bad("NUL in the target", line("GET /\0a HTTP/1.1"s));
    bad("ESC in the target", line("GET /\x1b[31m HTTP/1.1"));
    for (const std::string version : {"0.9", "1.2", "1.9", "2.0", "3.0", "9.9"}) {
      bad("HTTP/" + version, line("GET / HTTP/" + version), 505);
    }
    bad("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
    bad("a TLS client hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s);
    bad("the longest request line and one more", line("GET /" + std::string(8 * KiB - 13, 'a') + " HTTP/1.1"), 414);
    ok("the longest request line", line("GET /" + std::string(8 * KiB - 14, 'a') + " HTTP/1.1"));
    bad("an endless request line", std::string(100'000, 'a'), 414);

    // --- Host
    for (const std::string good : {"a", "a:80", "example.com", "EXAMPLE.com:65535", "127.0.0.1:4000", "[::1]",
                                   "[::1]:4000", "[::ffff:127.0.0.1]", "a_b.example", "xn--bcher-kva.example", "a."}) {
      ok("Host: " + good, host("Host: " + good + "\r\n"));
    }
    for (const std::string odd :
         {"",     " ",        "a b",  "a,b", "a, a",      "user@a",   "user:pass@a", "a/b",  "a?b", "a#b",
          "a\\b", "http://a", "a:",   "a:x", "a:80:80",   "a:123456", ":80",         "[::1", "::1", "[]",
          "[x]",  "[::1]x",   "a\tb", "<a>", "a\xc3\xa9", "a%00",     "a;b",         "\"a\""}) {
      bad("Host: '" + odd + "'", host("Host: " + odd + "\r\n"));
    }
    bad("no Host", "GET / HTTP/1.1\r\n\r\n");
    bad("two Hosts", host("Host: a\r\nHost: b\r\n"));
    bad("the same Host twice", host("Host: a\r\nHost: a\r\n"));
    bad("Host with space before the colon", host("Host : a\r\n"));
    bad("Host on a folded line", host("Host:\r\n a\r\n"));
    bad("HTTP/1.0 with an odd Host", "GET / HTTP/1.0\r\nHost: a b\r\n\r\n");

    // --- headers
    ok("an empty value", get("X:\r\n"));
    ok("no space after the colon", get("X:a\r\n"));
    ok("a colon in the value", get("X: a:b\r\n"));
    ok("bytes above ASCII in a value", get("X: \xc3\xa9\xff\r\n"));
    ok("every character of a token in a name", get("!#$%&'*+-.^_`|~09azAZ: a\r\n"));
    ok("the same header twice", get("X: a\r\nX: b\r\n"));
    for (const std::string odd : {"no colon", ": no name", " X: a", "\tX: a", "X : a", "X\t: a", "X Y: a", "(X): a",
                                  "X@: a", "X\xc3\xa9: a", "X\\: a", "{X}: a", "X;: a", " ", "\t", "X"}) {
      bad("header '" + odd + "'", get(odd + "\r\n"));
      bad("first header '" + odd + "'", "GET / HTTP/1.1\r\n" + odd + "\r\nHost: a\r\n\r\n");
    }
    bad("a folded header", get("X: a\r\n b\r\n"));
    bad("a folded header with a tab", get("X: a\r\n\tb\r\n"));
    for (const char control : {'\0', '\x01', '\x07', '\b', '\v', '\f', '\x1b', '\x1f', '\x7f'}) {
      bad(fmt::format("control {:#04x} in a value", static_cast<int>(control)), get("X: a"s + control + "b\r\n"));
      bad(fmt::format("control {:#04x} in a name", static_cast<int>(control)), get("X"s + control + ": a\r\n"));
    }
    std::string many;
    for (int i = 0; i < 63; ++i) many += "X: a\r\n";
    ok("64 headers", get(many));
    bad("65 headers, all of one name", get(many + "X: a\r\n"), 431);
    ok("the longest header", get("X: " + std::string(8 * KiB - 3, 'a') + "\r\n"));
    bad("a header too long by one", get("X: " + std::string(8 * KiB - 2, 'a') + "\r\n"), 431);
    bad("an endless header", get("X: " + std::string(100'000, 'a') + "\r\n"), 431);
    bad("an endless name", get(std::string(100'000, 'a')), 431);
    std::string heavy;
    for (int i = 0; i < 5; ++i) heavy += "X: " + std::string(7 * KiB, 'a') + "\r\n";
    bad("a heavy head", get(heavy), 431);
    ok("Expect: 100-continue", post("Expect: 100-continue\r\nContent-Length: 5\r\n", "hello") + next, 2);
    ok("Expect in any case", post("expect: 100-Continue\r\nContent-Length: 5\r\n", "hello"));
    ok("Expect with a chunked body", post("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));
    ok("Expect without a body", post("Expect: 100-continue\r\n") + next, 2);
    ok("Expect in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx");
    bad("Expect and a body that is too large", post("Expect: 100-continue\r\nContent-Length: 65537\r\n"), 413);
    bad("an expectation in a list", post("Expect: 100-continue, miracles\r\n"), 417);
    bad("another expectation", post("Expect: miracles\r\n"), 417);

    // --- one after the other
    ok("three requests", next + next + next, 3);
    bad("a refusal ends it", next + get("Bad Name: a\r\n") + next, 400, 1);
    bad("rubbish after a request", next + "\x01", 400, 1);
    bad("a body without a length is the next request", post("", "hello\r\n"), 400, 1);
    return out;
  }();
  return rows;
}

}  // namespace

TEST_CASE("every abuse of HTTP has one outcome however its bytes are chopped") {
  for (const auto& row : abuse()) {
    for (const std::size_t size : {0, 1, 2, 3, 997}) {
      const auto out = parse(row.input, size);
      CHECK_MESSAGE(out.refused == row.refused, row.name << ", in pieces of " << size);
      CHECK_MESSAGE(out.served.size() == row.served, row.name << ", in pieces of " << size);
    }
  }
  MESSAGE(abuse().size() << " rows");
}

TEST_CASE("a request's parts are what was sent") {
  const auto out = parse(
      "POST /a%20b/c?x=1&y=?2 HTTP/1.1\r\nhost: example.com:4000\r\nX-One:  a b \r\nx-one:c\r\n"
      "Content-Length: 5\r\n\r\nhello");
  REQUIRE(out.served.size() == 1);
  const auto& request = out.served[0];
  CHECK(request.method == "POST");
  CHECK(request.path == "/a%20b/c");
  CHECK(request.query == "x=1&y=?2");
  CHECK(request.host == "example.com:4000");
  CHECK(request.keep_alive);
  CHECK(request.body == "hello");
  CHECK(*request.header("X-ONE") == "a b");
  CHECK(request.joined_header("x-one") == "a b, c");
  CHECK(request.header("x-two") == nullptr);
  CHECK(out.idle);
}

TEST_CASE("a connection is kept unless one side says otherwise") {
  CHECK(parse(get("")).served.at(0).keep_alive);
  CHECK(parse(get("Connection: keep-alive\r\n")).served.at(0).keep_alive);
  CHECK_FALSE(parse(get("Connection: close\r\n")).served.at(0).keep_alive);
  CHECK_FALSE(parse(get("Connection: foo, Close\r\n")).served.at(0).keep_alive);
  CHECK_FALSE(parse(get("Connection: foo\r\nConnection: close\r\n")).served.at(0).keep_alive);
  CHECK_FALSE(parse("GET / HTTP/1.0\r\nHost: a\r\n\r\n").served.at(0).keep_alive);
}

TEST_CASE("a chunked body is its content, and the client that waits to send it is known once") {
  HttpParser parser;
  const std::string head = post("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n");
  std::string_view input = head;
  CHECK(parser.feed(input) == HttpParser::Progress::more);
  CHECK(parser.in_body());
  CHECK(parser.take_expects_continue());
  CHECK_FALSE(parser.take_expects_continue());
  const std::string body = "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
  input = body;
  CHECK(parser.feed(input) == HttpParser::Progress::request);
  CHECK(parser.take().body == "hello");
  CHECK(parser.is_idle());
  HttpParser early;
  const std::string both = post("Expect: 100-continue\r\nContent-Length: 5\r\n", "he");
  input = both;
  CHECK(early.feed(input) == HttpParser::Progress::more);
  CHECK_FALSE(early.take_expects_continue());  // the body is on its way
}

TEST_CASE("the absolute form gives the same parts as the path alone") {
  const auto out = parse("GET http://a:80?q HTTP/1.1\r\nHost: A:80\r\n\r\n");
  REQUIRE(out.served.size() == 1);
  CHECK(out.served[0].path == "/");
  CHECK(out.served[0].query == "q");
}

TEST_CASE("a parser that has begun a request is not idle") {
  CHECK_FALSE(parse("G").idle);
  CHECK_FALSE(parse("GET / HTTP/1.1\r\n").idle);
  CHECK_FALSE(parse("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell").idle);
  CHECK(parse(get("")).idle);
}

TEST_CASE("percent escapes are decoded once and give text or nothing") {
  std::string out;
  CHECK(percent_decode("a%20b%2Fc", out));
  CHECK(out == "a b/c");
  CHECK(percent_decode("%2520", out));
  CHECK(out == "%20");
  CHECK(percent_decode("%C3%a9", out));
  CHECK(out == "é");
  for (const char* bad : {"%", "%2", "%zz", "a%g0", "%00", "%0a", "%7f", "%ff", "%c0%af", "%ed%a0%80"}) {
    CHECK_MESSAGE(!percent_decode(bad, out), bad);
  }
}

TEST_CASE("members of a comma list are trimmed, and empty ones do not count") {
  CHECK(list_members(" a ,\tb,, c d ,") == std::vector<std::string_view>{"a", "b", "c d"});
  CHECK(list_members("").empty());
}
