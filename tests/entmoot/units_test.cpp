// SPDX-License-Identifier: MIT

#include "entmoot/units.hpp"

#include <entmoot/base/nearest_name.hpp>

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

using namespace entmoot;
using namespace entmoot_app;
using namespace std::chrono_literals;

TEST_CASE("a size is a number and a unit") {
  CHECK(parse_size("16 MB") == 16u << 20);
  CHECK(parse_size("64KB") == 64u << 10);
  CHECK(parse_size("1.5 GB") == std::uint64_t{3} << 29);
  CHECK(parse_size("100 B") == 100u);
  for (const auto* text : {"", "16", "MB", "16  MB", "16 mb", "-1 MB", "1e3 MB", "16 MB ", " 16 MB", "inf MB", "nan B",
                           "99999999999 GB", "0x10 B"}) {
    CHECK_MESSAGE(!parse_size(text), text);
  }
}

TEST_CASE("a time is a number and a unit") {
  CHECK(parse_time("250ms") == 250ms);
  CHECK(parse_time("5 s") == 5s);
  CHECK(parse_time("1.5h") == 90min);
  CHECK(parse_time("14d") == 14 * 24h);
  for (const auto* text : {"", "5", "s", "5 sec", "-5s", "5M", "9999999d"}) CHECK_MESSAGE(!parse_time(text), text);
}

TEST_CASE("a value that is shown is parsed as the same value") {
  for (const std::uint64_t bytes : {0u, 1u, 1000u, 1024u, 65536u, 1u << 20, 3u << 30}) {
    CHECK(parse_size(show_size(bytes)) == bytes);
  }
  for (const std::chrono::milliseconds time : {0ms, 1ms, 999ms, 1000ms, 90'000ms, 300'000ms}) {
    CHECK(parse_time(show_time(time)) == time);
  }
  CHECK(show_size(16u << 20) == "16 MB");
  CHECK(show_time(5min) == "5m");
  CHECK(show_time(90s) == "90s");
  CHECK(show_time(0s) == "0s");
}

TEST_CASE("a mistyped name has a nearest name, an unrelated one has none") {
  constexpr std::array<std::string_view, 4> names = {"heap", "heapWarn", "history", "idle"};
  CHECK(nearest_name("heep", names) == "heap");
  CHECK(nearest_name("haep", names) == "heap");
  CHECK(nearest_name("HEAP", names) == "heap");
  CHECK(nearest_name("histroy", names) == "history");
  CHECK(nearest_name("heapwarning", names) == "heapWarn");
  CHECK(nearest_name("colour", names).empty());
  CHECK(nearest_name("", names).empty());
}
