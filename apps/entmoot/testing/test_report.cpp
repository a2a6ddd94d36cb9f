// SPDX-License-Identifier: MIT

#include "test_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace entmoot_app {

using namespace entmoot;

namespace {

constexpr std::string_view margin = "         ";  // as wide as "  not ok "
constexpr std::size_t stack_lines_max = 5;

/// `text` with `before` at the start of each line.
std::string indented(std::string_view text, std::string_view before) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    out.append(before).append(text.substr(0, end)).append("\n");
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

/// Console output with control characters escaped, because a terminal would interpret them.
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n') || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

/// A log line, with the stack frames in the app's files only.
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
  print_log(log, false);
}

void TestReport::skipped(std::string_view test) {
  ++skipped_;
  print_(fmt::format("  {}   {}\n", colours_.yellow("skip"), colours_.dim(test)));
}

void TestReport::failed(std::string_view test, const TestFailure& failure, const std::vector<CapturedLog::Line>& log) {
  ++failed_;
  print_(fmt::format("  {} {}\n", colours_.red("not ok"), test));
  print_(indented(failure.message, margin));
  if (failure.actual && failure.expected) {
    print_value("actual", *failure.actual);
    print_value("expected", *failure.expected);
  }
  for (std::size_t i = 0; i < std::min(failure.stack.size(), stack_lines_max); ++i)
    print_(fmt::format("{}{}\n", margin, i == 0 ? colours_.yellow(failure.stack[i]) : colours_.dim(failure.stack[i])));
  print_log(log, true);
}

void TestReport::broken(std::string_view why, const std::vector<CapturedLog::Line>& log) {
  ++failed_;
  print_(fmt::format("  {} the file could not be run\n", colours_.red("not ok")));
  print_(indented(why, margin));
  print_log(log, true);
}

void TestReport::end() {
  const std::string passed = fmt::format("{} passed", passed_);
  const std::string failed = fmt::format("{} failed", failed_);
  const std::string skipped = skipped_ > 0 ? fmt::format(", {} skipped", skipped_) : "";
  print_(fmt::format("\n{}, {}{}\n", passed_ > 0 ? colours_.green(passed) : passed,
                     failed_ > 0 ? colours_.red(failed) : failed, skipped));
}

void TestReport::print_value(std::string_view label, std::string_view text) {
  if (text.find('\n') == std::string_view::npos) {
    print_(fmt::format("{}{:<10}{}\n", margin, label, text));
  } else {
    print_(fmt::format("{}{}\n{}", margin, label, indented(text, std::string(margin) + "  ")));
  }
}

void TestReport::print_log(const std::vector<CapturedLog::Line>& log, bool all) {
  for (const auto& line : log) {
    if (!line.is_console && !(all && line.is_warning)) continue;
    const std::string text =
        line.is_console ? fmt::format("{} console: {}", line.subject, printable(line.text)) : own_lines(line.text);
    print_(indented(text, fmt::format("{}{} ", margin, colours_.dim("|"))));
  }
}

}  // namespace entmoot_app
