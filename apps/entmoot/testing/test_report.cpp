// SPDX-License-Identifier: MIT

#include "test_report.hpp"

#include <entmoot/base/log.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace entmoot_app {

using namespace entmoot;

namespace {

constexpr std::string_view margin = "         ";  // as wide as "  not ok "
constexpr std::size_t stack_lines_max = 5;

/// Each line of `text` with `before` in front.
std::string indented(std::string_view text, std::string_view before) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    out.append(before).append(text.substr(0, end)).append("\n");
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

/// A script's own console, as opposed to what the server has to say about it (runtime/js_server.cpp).
bool is_console(std::string_view line) { return line.starts_with("room \"") && line.find("\" says \"") != line.npos; }

/// What a script has printed, without the escapes that keep a log line a line (base/log.hpp). Control characters stay
/// escaped: a terminal would obey them.
std::string printed(std::string_view quoted) {
  std::string out;
  for (std::size_t at = 0; at < quoted.size(); ++at) {
    const std::string_view escape = quoted[at] == '\\' ? quoted.substr(at, 4) : std::string_view();
    unsigned code = 0;
    if (escape.size() > 1 && escape[1] != 'x') {
      ++at;
    } else if (escape.size() > 1 &&
               std::from_chars(escape.data() + 2, escape.data() + escape.size(), code, 16).ec == std::errc() &&
               (code == '\n' || code >= 0x80)) {
      out += static_cast<char>(code);
      at += 3;
      continue;
    }
    out += quoted[at];
  }
  return out;
}

/// A log line and of its stack what lies in the app's files.
std::string own_lines(std::string_view text) {
  constexpr std::string_view mark = "  | ";
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with(mark)) line.remove_prefix(mark.size());
    if (line.ends_with("(native)") || line.find("(<null>:") != line.npos) continue;
    out.append(line).append("\n");
  }
  return out;
}

}  // namespace

void TestReport::file(std::string name) {
  file_ = std::move(name);
  print_(fmt::format("{}\n", colours_.bold(file_)));
}

void TestReport::passed(std::string_view test, const std::vector<CapturedLog::Line>& log) {
  ++passed_;
  print_(fmt::format("  {}     {}\n", colours_.green("ok"), test));
  say(log, false);
}

void TestReport::failed(std::string_view test, const TestFailure& failure, const std::vector<CapturedLog::Line>& log) {
  ++failed_;
  print_(fmt::format("  {} {}\n", colours_.red("not ok"), test));
  print_(indented(failure.message, margin));
  if (failure.actual && failure.expected) {
    explain("actual", *failure.actual);
    explain("expected", *failure.expected);
  }
  for (std::size_t i = 0; i < std::min(failure.stack.size(), stack_lines_max); ++i)
    print_(fmt::format("{}{}\n", margin, i == 0 ? colours_.yellow(failure.stack[i]) : colours_.dim(failure.stack[i])));
  say(log, true);
}

void TestReport::broken(std::string_view why, const std::vector<CapturedLog::Line>& log) {
  ++failed_;
  print_(fmt::format("  {} the file cannot be run\n", colours_.red("not ok")));
  print_(indented(why, margin));
  say(log, true);
}

void TestReport::end() {
  const std::string passed = fmt::format("{} passed", passed_);
  const std::string failed = fmt::format("{} failed", failed_);
  print_(fmt::format("\n{}, {}\n", passed_ > 0 ? colours_.green(passed) : passed,
                     failed_ > 0 ? colours_.red(failed) : failed));
}

void TestReport::explain(std::string_view label, std::string_view text) {
  if (text.find('\n') == std::string_view::npos) {
    print_(fmt::format("{}{:<10}{}\n", margin, label, text));
  } else {
    print_(fmt::format("{}{}\n{}", margin, label, indented(text, std::string(margin) + "  ")));
  }
}

void TestReport::say(const std::vector<CapturedLog::Line>& log, bool all) {
  const std::string of_test = "room " + log::quoted(file_);
  for (const auto& line : log) {
    if (!is_console(line.text) && (!all || line.level < spdlog::level::warn)) continue;
    const std::string text = own_lines(is_console(line.text) ? printed(line.text) : line.text);
    // The server takes the test's own program for a room.
    const bool is_test = text.starts_with(of_test);
    print_(indented(is_test ? "the test" + text.substr(of_test.size()) : text,
                    fmt::format("{}{} ", margin, colours_.dim("|"))));
  }
}

}  // namespace entmoot_app
