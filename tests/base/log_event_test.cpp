// SPDX-License-Identifier: MIT

#include <entmoot/base/log_event.hpp>

#include <entmoot/base/json.hpp>
#include <entmoot/base/log_format.hpp>

#include <doctest/doctest.h>

#include <spdlog/sinks/ostream_sink.h>
#include <boost/json/object.hpp>

#include <memory>
#include <sstream>
#include <string>

using namespace entmoot;

namespace {

/// The log as JSON, into a text.
class JsonLog {
 public:
  JsonLog() : before_(spdlog::default_logger()) {
    log::use(log::Format::json);
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text_);
    sink->set_formatter(log::json_formatter());
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", sink));
  }
  ~JsonLog() {
    log::use(log::Format::text);
    spdlog::set_default_logger(before_);
  }
  /// The fields of the one line.
  boost::json::object line() {
    const std::string text = text_.str();
    text_.str("");
    CHECK(text.find('\n') == text.size() - 1);
    return parse_json(text).value().as_object();
  }

 private:
  std::ostringstream text_;
  std::shared_ptr<spdlog::logger> before_;
};

}  // namespace

TEST_CASE("a line is an object with time, level and message") {
  JsonLog json;
  log::warn("say \"{}\"\n\t\x01", 5);
  const auto line = json.line();
  CHECK(line.at("level").as_string() == "warning");
  CHECK(line.at("message").as_string() == "say \"5\"\n\t\x01");
  const std::string time(line.at("time").as_string());
  CHECK(time.size() == std::string("2026-11-22T09:19:53.443Z").size());
  CHECK(time.back() == 'Z');
}

TEST_CASE("what a script has thrown has its room, its text as it is, and its position") {
  JsonLog json;
  log::write(log::ScriptEvent{.level = log::Level::error,
                              .event = "uncaught",
                              .topic = "chat:\"lobby\"",
                              .text = "two\nlines and ünicode",
                              .stack = "    at <anonymous>\n    at later (rooms/chat.ts:8:34)\n",
                              .line = "room \"chat:lobby\": uncaught\n  | a stack"});
  const auto line = json.line();
  CHECK(line.at("level").as_string() == "error");
  CHECK(line.at("event").as_string() == "uncaught");
  CHECK(line.at("topic").as_string() == "chat:\"lobby\"");
  CHECK(line.at("text").as_string() == "two\nlines and ünicode");
  CHECK(line.at("position").as_string() == "rooms/chat.ts:8:34");
  CHECK(line.at("message").as_string() == "room \"chat:lobby\": uncaught");
}

TEST_CASE("a text cannot forge a field or a line") {
  JsonLog json;
  log::write(
      log::ScriptEvent{.event = "console", .topic = "a", .text = "x\",\"level\":\"error\"}\n{\x1f", .line = "line"});
  const auto line = json.line();
  CHECK(line.at("level").as_string() == "info");
  CHECK(line.at("text").as_string() == "x\",\"level\":\"error\"}\n{\x1f");
  CHECK_FALSE(line.contains("position"));
}

TEST_CASE("the position is that of the first frame that has one") {
  CHECK(log::position_in("    at f (rooms/a.ts:1:2)\n    at g (b.ts:3:4)") == "rooms/a.ts:1:2");
  CHECK(log::position_in("    at rooms/a.ts:10:20") == "rooms/a.ts:10:20");
  CHECK(log::position_in("    at call (native)\n    at g (b.ts:3:4)\n") == "b.ts:3:4");
  for (const auto* none : {"", "at x", "::", ":1:2", "a:b:c", "a:1", "(a:1:)"}) CHECK(log::position_in(none).empty());
}
