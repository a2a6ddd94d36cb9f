// SPDX-License-Identifier: MIT

// Runs the app in tests/payloads: what is sent arrives, in every way that a room has.

#include <entmoot/testing/run_tests.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace entmoot_app;

TEST_CASE("a payload means the same in every direction") {
  auto choice = choose_tests(ENTMOOT_SOURCE_DIR "/tests/payloads");
  REQUIRE(choice.has_value());
  choice->timeout = std::chrono::minutes(5);  // under sanitizers
  std::string text;
  TestReport report(Colours(false), [&](std::string_view line) { text += line; });
  REQUIRE(run_tests(*choice, report).has_value());
  CHECK_MESSAGE(report.all_passed(), text);
}
