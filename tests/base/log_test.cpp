// SPDX-License-Identifier: MIT

#include <entmoot/base/log.hpp>

#include <doctest/doctest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <memory>
#include <sstream>
#include <string>

using namespace entmoot;

TEST_CASE("quoted text is one line of printable ASCII, cut at 200 bytes") {
  CHECK(log::quoted("plain") == R"("plain")");
  CHECK(log::quoted("a\"b\\c") == R"("a\"b\\c")");
  CHECK(log::quoted("line\nnext\t\x1b[31m") == R"("line\x0anext\x09\x1b[31m")");
  CHECK(log::quoted("\xc3\xa4") == R"("\xc3\xa4")");
  CHECK(log::quoted(std::string(200, 'a')) == '"' + std::string(200, 'a') + '"');
  CHECK(log::quoted(std::string(201, 'a')) == '"' + std::string(200, 'a') + "…\"");
}

TEST_CASE("indented text keeps its lines behind a mark that no log line begins with, at most 20") {
  CHECK(log::indented("").empty());
  CHECK(log::indented("one\ntwo\x1b") == "\n  | one\n  | two\\x1b");
  std::string many;
  for (int i = 0; i < 30; ++i) many += "line\n";
  const std::string shown = log::indented(many);
  CHECK(std::count(shown.begin(), shown.end(), '\n') == 20);
}

TEST_CASE("a line is written at its level") {
  std::ostringstream out;
  const auto before = spdlog::default_logger();
  auto logger = std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_st>(out));
  logger->set_pattern("%l %v");
  logger->set_level(spdlog::level::debug);
  spdlog::set_default_logger(logger);
  log::write(log::Level::debug, "{} a");  // no format string
  log::write(log::Level::info, "b");
  log::write(log::Level::warning, "c");
  log::write(log::Level::error, "d");
  spdlog::set_default_logger(before);
  CHECK(out.str() == "debug {} a\ninfo b\nwarning c\nerror d\n");
}
