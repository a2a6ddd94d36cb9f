// SPDX-License-Identifier: MIT

#pragma once

// Prints the output of `entmoot test` as tests finish: one line for each test; below a failed test its error, stack and
// the lines that its rooms printed; at the end the counts.
//
// Console output of scripts is always shown. Warnings that the server logs about a room (an exception with its stack)
// are shown for failed tests only, because a test may expect a room to reject something.

#include "../colour.hpp"
#include "captured_log.hpp"
#include "test_file.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot_app {

class TestReport {
 public:
  using Print = std::function<void(std::string_view)>;
  TestReport(Colours colours, Print print) : colours_(colours), print_(std::move(print)) {}

  void file(std::string name);
  void passed(std::string_view test, const std::vector<CapturedLog::Line>& log);
  void skipped(std::string_view test);
  void failed(std::string_view test, const TestFailure& failure, const std::vector<CapturedLog::Line>& log);
  /// The file could not be run at all. `why` may have several lines.
  void broken(std::string_view why, const std::vector<CapturedLog::Line>& log);
  void end();

  [[nodiscard]] bool all_passed() const noexcept { return failed_ == 0; }
  [[nodiscard]] std::size_t count() const noexcept { return passed_ + failed_ + skipped_; }

 private:
  void print_value(std::string_view label, std::string_view text);
  void print_log(const std::vector<CapturedLog::Line>& log, bool all);

  const Colours colours_;
  const Print print_;
  std::string file_;
  std::size_t passed_ = 0;
  std::size_t failed_ = 0;
  std::size_t skipped_ = 0;
};

}  // namespace entmoot_app
