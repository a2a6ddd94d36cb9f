// SPDX-License-Identifier: MIT

#include <entmoot/web/deflate.hpp>

#include "deflate_streams.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace entmoot;
using namespace entmoot::wire;
using namespace std::string_literals;

namespace {

bool same(const std::string& a, const std::string& b) { return a == b; }  // unseen by doctest, which would print them

struct Outcome {
  Inflated result = Inflated::done;
  std::string out = {};
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome inflated(std::string_view compressed, std::size_t bytes_max = 64 * KiB, bool text = false) {
  Outcome outcome;
  outcome.result = inflate_message(compressed, {.bytes_max = bytes_max, .text = text}, outcome.out);
  return outcome;
}

std::string round_trip(std::string_view plain, int window_bits = 15) {
  const auto compressed = deflate_message(plain, window_bits);
  REQUIRE_FALSE(compressed.empty());
  CHECK(compressed.size() < plain.size());
  return inflated(compressed.view(), plain.size()).out;
}

const std::string hello = "\xf2\x48\xcd\xc9\xc9\x07\x00"s;  // RFC 7692 §7.2.3.1
constexpr Inflated broken = Inflated::broken;

}  // namespace

TEST_CASE("what is deflated is inflated to the same, at every size and window") {
  for (const std::size_t size : {300u, 4096u, 16383u, 16384u, 16385u, 65536u, 300'000u}) {
    for (int bits = 9; bits <= 15; ++bits) CHECK(same(round_trip(chatter(size), bits), chatter(size)));
  }
}

TEST_CASE("a message that does not get smaller is not deflated") {
  CHECK(deflate_message(noise(1000), 15).empty());
  CHECK(deflate_message("", 15).empty());
  CHECK(deflate_message("a", 15).empty());
  CHECK(deflate_message("ab", 9).empty());
}

TEST_CASE("messages are independent: equal ones give equal bytes, whatever came between") {
  const auto first = deflate_message(chatter(1000), 15);
  (void)deflate_message(noise(5000), 15);  // given up in the middle
  (void)deflate_message(chatter(3000), 15);
  CHECK(deflate_message(chatter(1000), 15) == first);
}

TEST_CASE("the examples of RFC 7692 are understood") {
  CHECK(inflated(hello) == Outcome{Inflated::done, "Hello"});
  CHECK(inflated("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s).out == "Hello");          // not compressed, §7.2.3.3
  CHECK(inflated("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s).out == "Hello");                      // BFINAL, §7.2.3.4
  CHECK(inflated("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s).out == "Hello");  // two blocks, §7.2.3.5
  CHECK(inflated("\x00"s) == Outcome{Inflated::done, ""});                                  // §7.2.3.6
}

TEST_CASE("every way of zlib to write a message is understood") {
  for (const std::size_t size : {0u, 1u, 100u, 20'000u, 65'536u}) {
    for (const std::string& plain : {chatter(size), noise(size)}) {
      for (const int strategy : {Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED}) {
        for (const int level : {0, 1, 6, 9}) {
          CHECK(same(inflated(deflated_message(plain, {.level = level, .strategy = strategy})).out, plain));
        }
      }
      CHECK(same(inflated(deflated_message(plain, {.flush = Z_FULL_FLUSH})).out, plain));
      CHECK(same(inflated(deflated(plain)).out, plain));  // the tail not left out
      CHECK(same(inflated(deflated(plain, {.flush = Z_FINISH})).out, plain));
      CHECK(same(inflated(deflated(plain, {.flush = Z_FINISH}) + '\0').out, plain));
      CHECK(deflated_message(plain, {.level = 0}).size() <= deflate_bound(size));
    }
  }
}

TEST_CASE("behind a final block another stream may begin, and it does not see the one before") {
  const auto one = deflated(chatter(20'000), {.flush = Z_FINISH});
  const auto twice = inflated(one + one);
  CHECK(twice.result == Inflated::done);
  CHECK(same(twice.out, chatter(20'000) + chatter(20'000)));
  CHECK(same(inflated(one + deflated_message("end")).out, chatter(20'000) + "end"));
  CHECK(inflated(one + "garbage").result == broken);
}

TEST_CASE("an invalid or truncated stream is refused and yields nothing") {
  CHECK(inflated("\xff\xff\xff\xff"s) == Outcome{broken, ""});
  CHECK(inflated("") == Outcome{broken, ""});
  CHECK(inflated("\x02\x00\x00"s).result == broken);  // a reference to before the beginning
  const auto whole = deflated_message(chatter(5000));
  for (std::size_t cut = 1; cut + 1 < whole.size(); cut += 7) {
    CHECK(inflated(std::string_view(whole).substr(0, cut)) == Outcome{broken, ""});
  }
  std::string out = "as it was";
  CHECK(inflate_message("\xff", {.bytes_max = 100, .text = false}, out) == broken);
  CHECK(out == "as it was");
  CHECK(inflated(hello).out == "Hello");  // and the next message is unaffected
}

TEST_CASE("the limit is exact, on both sides of the chunk") {
  for (const std::size_t size : {0u, 1u, 1000u, 16383u, 16384u, 16385u, 32768u, 40'000u}) {
    const auto stream = deflated_message(std::string(size, 'x'));
    CHECK(inflated(stream, size) == Outcome{Inflated::done, std::string(size, 'x')});
    if (size > 0) CHECK(inflated(stream, size - 1) == Outcome{Inflated::too_big, ""});
  }
}

TEST_CASE("a bomb of any ratio is stopped at the limit") {
  const auto bomb = deflated_message(std::string(64 * MiB, '\0'));
  CHECK(bomb.size() < 70 * KiB);
  CHECK(inflated(bomb).result == Inflated::too_big);
  std::string streams;
  const auto one = deflated(std::string(1 * MiB, '\0'), {.flush = Z_FINISH});
  for (int i = 0; i < 60; ++i) streams += one;
  CHECK(inflated(streams).result == Inflated::too_big);
  CHECK(inflated(deflated_message(bomb)).result == Inflated::done);  // a bomb in a bomb is a message
}

TEST_CASE("streams of nothing end") {
  std::string empty_blocks, empty_streams;
  for (int i = 0; i < 10'000; ++i) empty_blocks += "\x00\x00\x00\xff\xff"s;
  for (int i = 0; i < 30'000; ++i) empty_streams += "\x03\x00"s;
  CHECK(inflated(empty_blocks) == Outcome{Inflated::done, ""});
  CHECK(inflated(empty_streams) == Outcome{Inflated::done, ""});
}

TEST_CASE("a text is judged by what it inflates to") {
  CHECK(inflated(deflated_message("größer"), 100, true).result == Inflated::done);
  CHECK(inflated(deflated_message("gr\xf6\xdf"), 100, true).result == Inflated::not_utf8);
  CHECK(inflated(deflated_message("cut \xc3"), 100, true).result == Inflated::not_utf8);
  CHECK(inflated(deflated_message("gr\xf6\xdf"), 100, false).result == Inflated::done);
  const auto long_text = std::string(16383, 'x') + "ü" + std::string(50, 'y');  // across two chunks
  CHECK(same(inflated(deflated_message(long_text), 64 * KiB, true).out, long_text));
  CHECK(inflated(deflated_message("\xff" + std::string(1 * MiB, 'x')), 1000, true).result != Inflated::done);
}
