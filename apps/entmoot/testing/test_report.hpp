// SPDX-License-Identifier: MIT

#pragma once

// The output of `entmoot test`, as tests finish: a line for each test, below a failed one what went wrong, where, and
// what the rooms printed; at the end the counts.
//
// What scripts print to the console is always shown. What the server logs of a room (an exception with its stack) is
// shown where a test has failed: a test may want a room to refuse something.

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
  void failed(std::string_view test, const TestFailure& failure, const std::vector<CapturedLog::Line>& log);
  /// Not one of its tests could be run. `why` may have several lines.
  void broken(std::string_view why, const std::vector<CapturedLog::Line>& log);
  void end();

  [[nodiscard]] bool all_is_well() const noexcept { return failed_ == 0; }
  [[nodiscard]] std::size_t count() const noexcept { return passed_ + failed_; }

 private:
  void explain(std::string_view label, std::string_view text);
  void say(const std::vector<CapturedLog::Line>& log, bool all);

  const Colours colours_;
  const Print print_;
  std::string file_;
  std::size_t passed_ = 0;
  std::size_t failed_ = 0;
};

}  // namespace entmoot_app
