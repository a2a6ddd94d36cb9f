// SPDX-License-Identifier: MIT

#include "websocket_cases.hpp"

#include "client_frames.hpp"

#include <fmt/format.h>

#include <initializer_list>
#include <utility>

namespace entmoot {

namespace {

using namespace wire;
using namespace std::string_literals;

Heard heard_text(std::string payload) { return {Heard::Kind::text, std::move(payload)}; }
Heard heard_binary(std::string payload) { return {Heard::Kind::binary, std::move(payload)}; }
Heard heard_ping(std::string payload = {}) { return {Heard::Kind::ping, std::move(payload)}; }
Heard heard_pong(std::string payload = {}) { return {Heard::Kind::pong, std::move(payload)}; }
Heard heard_close(std::uint16_t code, std::string reason = {}) { return {Heard::Kind::close, std::move(reason), code}; }
Heard error(std::uint16_t code) { return {Heard::Kind::error, {}, code}; }

std::string text_frame(std::string_view payload) { return frame(fin | text, payload); }
std::string ping_frame(std::string_view payload = {}) { return frame(fin | ping, payload); }

/// One frame for each byte.
std::string bytewise(unsigned opcode, std::string_view payload) {
  std::string out;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    out += frame((i + 1 == payload.size() ? fin : 0) | (i == 0 ? opcode : continuation), payload.substr(i, 1));
  }
  return out;
}

class Table {
 public:
  void add(std::string name, std::string input, std::vector<Heard> heard) {
    rows.push_back({std::move(name), std::move(input), std::move(heard)});
  }

  void framing() {
    for (const std::size_t size : {0u, 125u, 126u, 127u, 128u, 65535u, 65536u}) {
      const std::string payload(size, '*');
      add(fmt::format("1.1 text of {} bytes", size), text_frame(payload) + close_frame(1000),
          {heard_text(payload), heard_close(1000)});
      const std::string bytes(size, '\xfe');
      add(fmt::format("1.2 binary of {} bytes", size), frame(fin | binary, bytes) + close_frame(1000),
          {heard_binary(bytes), heard_close(1000)});
    }
    add("a mask of zeros", frame(fin | text, "plain", "\0\0\0\0"s), {heard_text("plain")});
    add("an unmasked frame", unmasked(fin | text, "hello"), {error(1002)});
    add("an unmasked empty frame", unmasked(fin | text), {error(1002)});
    add("an unmasked ping", unmasked(fin | ping), {error(1002)});
    add("a good message, then an unmasked one", text_frame("a") + unmasked(fin | text, "b"),
        {heard_text("a"), error(1002)});
    add("length 125 in two bytes", header(fin | text, 125, 2) + std::string(125, 'x'), {error(1002)});
    add("length 0 in two bytes", header(fin | text, 0, 2), {error(1002)});
    add("length 126 in eight bytes", header(fin | text, 126, 8) + std::string(126, 'x'), {error(1002)});
    add("length 65535 in eight bytes", header(fin | binary, 65535, 8), {error(1002)});
    add("length 0 in eight bytes", header(fin | text, 0, 8), {error(1002)});
    add("length with its top bit set", header(fin | text, std::uint64_t{1} << 63, 8), {error(1002)});
    add("length of all ones", header(fin | text, ~std::uint64_t{0}, 8), {error(1002)});
    add("length 2^63 - 1", header(fin | text, (std::uint64_t{1} << 63) - 1, 8), {error(1009)});
    add("one byte over the limit, header only", header(fin | binary, 65537, 8), {error(1009)});
    add("fragments over the limit by one byte", frame(text, std::string(65536, 'a')) + header(fin | continuation, 1, 0),
        {error(1009)});
    add("an endless message in small fragments",
        [] {
          std::string out = frame(text, std::string(1024, 'a'));
          for (int i = 0; i < 64; ++i) out += frame(continuation, std::string(1024, 'a'));
          return out;
        }(),
        {error(1009)});
    add("10.1.1 64 KiB in fragments of 1300 bytes",
        [] {
          std::string out;
          for (std::size_t at = 0; at < 65536; at += 1300) {
            const auto size = std::min<std::size_t>(1300, 65536 - at);
            out += frame((at + size == 65536 ? fin : 0) | (at == 0 ? text : continuation), std::string(size, '*'));
          }
          return out;
        }(),
        {heard_text(std::string(65536, '*'))});
    add("empty fragments up to the limit",
        [] {
          std::string out = frame(text);
          for (int i = 1; i < 64; ++i) out += frame(continuation);
          return out + frame(fin | continuation, "x");
        }(),
        {heard_text("x")});
    add("one empty fragment too many",
        [] {
          std::string out = frame(text);
          for (int i = 0; i < 64; ++i) out += frame(continuation);
          return out;
        }(),
        {error(1008)});
    add("the count of empty fragments starts anew with each message",
        [] {
          std::string out;
          for (int n = 0; n < 2; ++n) {
            out += frame(text);
            for (int i = 1; i < 40; ++i) out += frame(continuation);
            out += frame(fin | continuation);
          }
          return out;
        }(),
        {heard_text(""), heard_text("")});
  }

  void pings() {
    const std::string odd = "\x00\xff\xfe\xfd\xfc\xfb\x00\xff"s;
    const std::string longest(125, '\xfe');
    add("2.1 empty ping", ping_frame(), {heard_ping()});
    add("2.2 ping with text", ping_frame("Hello, world!"), {heard_ping("Hello, world!")});
    add("2.3 ping with bytes that are not UTF-8", ping_frame(odd), {heard_ping(odd)});
    add("2.4 ping of 125 bytes", ping_frame(longest), {heard_ping(longest)});
    add("2.5 ping of 126 bytes", ping_frame(std::string(126, 'x')), {error(1002)});
    add("2.7 unsolicited empty pong", frame(fin | pong), {heard_pong()});
    add("2.8 unsolicited pong", frame(fin | pong, "x"), {heard_pong("x")});
    add("2.9 unsolicited pong, then ping", frame(fin | pong, "x") + ping_frame("y"),
        {heard_pong("x"), heard_ping("y")});
    std::string ten;
    std::vector<Heard> heard;
    for (int i = 0; i < 10; ++i) {
      ten += ping_frame(fmt::format("payload-{}", i));
      heard.push_back(heard_ping(fmt::format("payload-{}", i)));
    }
    add("2.10 ten pings", ten, heard);
    add("pong of 126 bytes", frame(fin | pong, std::string(126, 'x')), {error(1002)});
    add("ping whose length is written in two bytes", header(fin | ping, 5, 2), {error(1002)});
  }

  void reserved_bits() {
    const std::string hello = text_frame("Hello");
    add("3.1 text, RSV 1", frame(fin | rsv3 | text, "x"), {error(1002)});
    add("3.2 text, then RSV 2, then ping", hello + frame(fin | rsv2 | text, "x") + ping_frame(),
        {heard_text("Hello"), error(1002)});
    add("3.3 RSV 3", hello + frame(fin | rsv2 | rsv3 | text, "x") + ping_frame(), {heard_text("Hello"), error(1002)});
    add("3.4 RSV 4", hello + frame(fin | rsv1 | text, "x") + ping_frame(), {heard_text("Hello"), error(1002)});
    add("3.5 binary, RSV 5", frame(fin | rsv1 | rsv3 | binary, "x"), {error(1002)});
    add("3.6 ping, RSV 6", frame(fin | rsv1 | rsv2 | ping, "x"), {error(1002)});
    add("3.7 close, RSV 7", frame(fin | rsv1 | rsv2 | rsv3 | close, "\x03\xe8"), {error(1002)});
    add("continuation, RSV 4", frame(text, "a") + frame(fin | rsv1 | continuation, "b"), {error(1002)});
  }

  void opcodes() {
    const std::string hello = text_frame("Hello");
    for (const unsigned opcode : {3u, 4u, 5u, 6u, 7u, 11u, 12u, 13u, 14u, 15u}) {
      for (const std::string payload : {"", "payload"}) {
        const auto bad = frame(fin | opcode, payload);
        add(fmt::format("4 opcode {}, payload '{}'", opcode, payload), bad, {error(1002)});
        add(fmt::format("4 text, opcode {}, payload '{}', ping", opcode, payload), hello + bad + ping_frame(),
            {heard_text("Hello"), error(1002)});
      }
    }
  }

  void fragments() {
    add("5.1 ping in two fragments", frame(ping, "frag") + frame(fin | continuation, "ment"), {error(1002)});
    add("5.2 pong in two fragments", frame(pong, "frag") + frame(fin | continuation, "ment"), {error(1002)});
    add("close in two fragments", frame(close, "\x03") + frame(fin | continuation, "\xe8"), {error(1002)});
    add("5.3 text in two fragments", frame(text, "frag") + frame(fin | continuation, "ment"), {heard_text("fragment")});
    add("binary in two fragments", frame(binary, "\xff") + frame(fin | continuation, "\xfe"),
        {heard_binary("\xff\xfe")});
    add("5.6 text, ping between, text", frame(text, "frag") + ping_frame("p") + frame(fin | continuation, "ment"),
        {heard_ping("p"), heard_text("fragment")});
    for (const unsigned end : {fin, 0u}) {
      add(fmt::format("5.9-5.14 continuation of nothing, FIN={}", end != 0),
          frame(end | continuation, "no") + text_frame("Hello"), {error(1002)});
      add(fmt::format("5.15 a whole message, then a continuation, FIN={}", end != 0),
          frame(text, "frag") + frame(fin | continuation, "ment") + frame(end | continuation, "no") +
              text_frame("Hello"),
          {heard_text("fragment"), error(1002)});
      add(fmt::format("5.16-5.17 continuation, text, continuation, FIN={}", end != 0),
          frame(end | continuation, "a") + frame(text, "b") + frame(fin | continuation, "c"), {error(1002)});
      add(fmt::format("binary inside a text, FIN={}", end != 0), frame(text, "a") + frame(end | binary, "b"),
          {error(1002)});
    }
    add("5.18 text inside a text", frame(text, "frag") + text_frame("ment"), {error(1002)});
    add("5.19 five fragments with pings between",
        frame(text, "1") + frame(continuation, "2") + ping_frame("ping 1") + frame(continuation, "3") +
            frame(continuation, "4") + ping_frame("ping 2") + frame(fin | continuation, "5"),
        {heard_ping("ping 1"), heard_ping("ping 2"), heard_text("12345")});
    add("empty first, middle and last fragment",
        frame(text) + frame(continuation, "a") + frame(continuation) + frame(continuation, "b") +
            frame(fin | continuation),
        {heard_text("ab")});
  }

  void valid_text(const std::string& name, std::string_view bytes) {
    add("6 valid: " + name, text_frame(bytes), {heard_text(std::string(bytes))});
    if (bytes.size() > 1) {
      add("6 valid, a fragment for each byte: " + name, bytewise(text, bytes), {heard_text(std::string(bytes))});
    }
  }

  void invalid_text(const std::string& name, std::string_view bytes) {
    add("6 invalid: " + name, text_frame(bytes), {error(1007)});
    if (bytes.size() > 1) {
      add("6 invalid, a fragment for each byte: " + name, bytewise(text, bytes), {error(1007)});
    }
    add("6 invalid as text, fine as binary: " + name, frame(fin | binary, bytes), {heard_binary(std::string(bytes))});
  }

  void utf8() {
    add("6.1.1 empty text", text_frame(""), {heard_text("")});
    add("6.1.2 three empty fragments", frame(text) + frame(continuation) + frame(fin | continuation), {heard_text("")});
    add("6.1.3 empty, middle, empty", frame(text) + frame(continuation, "middle") + frame(fin | continuation),
        {heard_text("middle")});
    valid_text("6.2 umlauts", "Hello-µ@ßöäüàá-UTF-8!!");
    add("6.2.2 cut between code points", frame(text, "Hello-µ@ßöä") + frame(fin | continuation, "üàá-UTF-8!!"),
        {heard_text("Hello-µ@ßöäüàá-UTF-8!!")});
    const std::string kosme = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";
    invalid_text("6.3 surrogate in the middle", kosme + "\xed\xa0\x80" + "edited");
    invalid_text("6.4 above U+10FFFF in the middle", kosme + "\xf4\x90\x80\x80" + "edited");
    add("6.4.1 in three fragments",
        frame(text, kosme) + frame(continuation, "\xf4\x90\x80\x80") + frame(fin | continuation, "edited"),
        {error(1007)});
    for (const char* good : {"hello$world", "hello\xc2\xa2world", "hello\xe2\x82\xacworld",
                             "hello\xf0\xa4\xad\xa2world", "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5"}) {
      valid_text(fmt::format("6.5 {}", good), good);
    }
    for (std::size_t n = 1; n <= kosme.size(); ++n) {
      const bool ends_well = n == 2 || n == 5 || n == 7 || n == 9 || n == 11;
      const auto name = fmt::format("6.6 the first {} bytes of a word", n);
      ends_well ? valid_text(name, kosme.substr(0, n)) : invalid_text(name, kosme.substr(0, n));
    }
    int number = 0;
    const auto good = [&](std::initializer_list<std::string> all) {
      for (const auto& bytes : all) valid_text(fmt::format("sequence {}", ++number), bytes);
    };
    const auto bad = [&](std::initializer_list<std::string> all) {
      for (const auto& bytes : all) invalid_text(fmt::format("sequence {}", ++number), bytes);
    };
    const auto repeated = [](std::string first, std::size_t n, char byte) { return first + std::string(n, byte); };
    // 6.7, 6.9, 6.11: first and last of each length, and around the gaps.
    good({"\0"s, "\xc2\x80", "\xe0\xa0\x80", "\xf0\x90\x80\x80"s, "\x7f", "\xdf\xbf", "\xef\xbf\xbf",
          "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbd"});
    // 6.8, 6.10: five and six bytes, and four bytes too high.
    bad({"\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80", "\xf7\xbf\xbf\xbf", repeated("\xfb", 4, '\xbf'),
         repeated("\xfd", 5, '\xbf'), "\xf4\x90\x80\x80"});
    // 6.12: continuations alone.
    bad({"\x80", "\xbf"});
    for (std::size_t n = 2; n <= 6; ++n) {
      std::string alternating;
      for (std::size_t i = 0; i < n; ++i) alternating += i % 2 ? '\xbf' : '\x80';
      bad({alternating});
    }
    std::string all_continuations;
    for (int byte = 0x80; byte <= 0xbe; ++byte) all_continuations += static_cast<char>(byte);
    bad({all_continuations});
    // 6.13: starts alone, each followed by a space.
    for (const auto& [from, to] : {std::pair{0xc0, 0xde}, {0xe0, 0xee}, {0xf0, 0xf6}, {0xf8, 0xfa}, {0xfc, 0xfc}}) {
      std::string starts;
      for (int byte = from; byte <= to; ++byte) starts += {static_cast<char>(byte), ' '};
      bad({starts});
    }
    // 6.14 and 6.15: the last continuation is missing.
    const std::vector<std::string> cut = {
        "\xc0", "\xe0\x80", "\xf0\x80\x80", repeated("\xf8", 3, '\x80'), repeated("\xfc", 4, '\x80'),
        "\xdf", "\xef\xbf", "\xf7\xbf\xbf", repeated("\xfb", 3, '\xbf'), repeated("\xfd", 4, '\xbf')};
    std::string together;
    for (const auto& bytes : cut) {
      bad({bytes});
      together += bytes;
    }
    bad({together});
    // 6.16: bytes that never occur.
    bad({"\xfe", "\xff", "\xfe\xfe\xff\xff"});
    // 6.17, 6.18, 6.19: overlong.
    bad({"\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", repeated("\xf8", 3, '\x80') + "\xaf",
         repeated("\xfc", 4, '\x80') + "\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf8\x87\xbf\xbf\xbf",
         "\xfc\x83\xbf\xbf\xbf\xbf", "\xc0\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80", repeated("\xf8", 4, '\x80'),
         repeated("\xfc", 5, '\x80')});
    // 6.20, 6.21: surrogates, single and in pairs.
    bad({"\xed\xa0\x80", "\xed\xad\xbf", "\xed\xae\x80", "\xed\xaf\xbf", "\xed\xb0\x80", "\xed\xbe\x80",
         "\xed\xbf\xbf"});
    for (const std::string high : {"\xed\xa0\x80", "\xed\xad\xbf", "\xed\xae\x80", "\xed\xaf\xbf"}) {
      for (const std::string low : {"\xed\xb0\x80", "\xed\xbf\xbf"}) bad({high + low});
    }
    // 6.22, 6.23: non-characters are characters enough.
    good({"\xef\xbf\xbe"});
    for (int plane = 1; plane <= 16; ++plane) {
      const auto first = static_cast<char>(0xf0 + plane / 4);
      const auto second = static_cast<char>(0x80 + plane % 4 * 16 + 15);
      good({std::string{first, second, '\xbf', '\xbe'}, std::string{first, second, '\xbf', '\xbf'}});
    }
    for (int byte = 0xb9; byte <= 0xbf; ++byte) good({"\xef\xbf"s + static_cast<char>(byte)});
    add("a text may not end inside a code point although the next begins with the rest",
        text_frame("\xce") + text_frame("\xba"), {error(1007)});
    add("a ping does not disturb a code point cut in two",
        frame(text, "\xce") + ping_frame("\xff") + frame(fin | continuation, "\xba"),
        {heard_ping("\xff"), heard_text("\xce\xba")});
  }

  void closes() {
    add("7.1.1 message, then close", text_frame("Hello") + close_frame(1000), {heard_text("Hello"), heard_close(1000)});
    add("7.1.2 two closes", close_frame(1000) + close_frame(1000), {heard_close(1000)});
    add("7.1.3 ping after close", close_frame(1000) + ping_frame(), {heard_close(1000)});
    add("7.1.4 text after close", close_frame(1000) + text_frame("Hello"), {heard_close(1000)});
    add("7.1.5 fragment, close, fragment",
        frame(text, "fragment1") + close_frame(1000) + frame(fin | continuation, "fragment2"), {heard_close(1000)});
    add("rubbish after close", close_frame(1001) + unmasked(0x7f, "x"), {heard_close(1001)});
    add("7.3.1 close without a code", frame(fin | close), {heard_close(0)});
    add("7.3.2 close with one byte", frame(fin | close, "a"), {error(1002)});
    add("7.3.3 close with a code", close_frame(1000), {heard_close(1000)});
    add("7.3.4 close with a reason", close_frame(1000, "Hello World!"), {heard_close(1000, "Hello World!")});
    add("7.3.5 close with the longest reason", close_frame(1000, std::string(123, '*')),
        {heard_close(1000, std::string(123, '*'))});
    add("7.3.6 close with a reason too long", close_frame(1000, std::string(124, '*')), {error(1002)});
    add("7.5.1 close with a reason that is not UTF-8", close_frame(1000, "\xce\xba\xed\xa0\x80x"), {error(1007)});
    add("close with a reason that is cut off", close_frame(1000, "\xce"), {error(1007)});
    for (const std::uint16_t code : std::initializer_list<std::uint16_t>{
             1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999}) {
      add(fmt::format("7.7 close code {}", code), close_frame(code), {heard_close(code)});
    }
    for (const unsigned code :
         {0u, 1u, 999u, 1004u, 1005u, 1006u, 1015u, 1016u, 1100u, 1999u, 2000u, 2999u, 5000u, 65535u}) {
      add(fmt::format("7.9 close code {}", code), close_frame(code), {error(1002)});
      add(fmt::format("7.9 close code {} with a reason", code), close_frame(code, "x"), {error(1002)});
    }
  }

  std::vector<WebSocketCase> rows;
};

}  // namespace

const std::vector<WebSocketCase>& websocket_cases() {
  static const std::vector<WebSocketCase> rows = [] {
    Table table;
    table.framing();
    table.pings();
    table.reserved_bits();
    table.opcodes();
    table.fragments();
    table.utf8();
    table.closes();
    return std::move(table.rows);
  }();
  return rows;
}

std::vector<std::string> chopped(const std::string& input, std::size_t size) {
  if (size == 0) return {input};
  std::vector<std::string> pieces;
  for (std::size_t at = 0; at < input.size(); at += size) pieces.push_back(input.substr(at, size));
  return pieces;
}

}  // namespace entmoot
