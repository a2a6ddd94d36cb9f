// SPDX-License-Identifier: MIT

#pragma once

// `entmoot test`: runs the tests of an app, one after the other, each with its own rooms. Nothing listens on a port.

#include "../command_line.hpp"
#include "test_report.hpp"

#include <entmoot/base/clock.hpp>
#include <entmoot/base/result.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace entmoot_app {

/// The tests to run.
struct TestChoice {
  std::filesystem::path folder;                         ///< The app's folder.
  std::vector<std::filesystem::path> files = {};        ///< In the order in which they run.
  std::string only = {};                                ///< Run tests whose name contains this; empty: all.
  entmoot::Duration timeout = std::chrono::seconds(5);  ///< How long one test may take.
};

/// `target` is an app's folder, which selects all its tests/*.test.ts, or one such file. An error if there is no test.
[[nodiscard]] entmoot::Result<TestChoice> choose_tests(const std::filesystem::path& target);

/// Runs the tests and reports each. An error if no test could run: a room does not compile, no test name matches.
[[nodiscard]] entmoot::Result<void> run_tests(const TestChoice& choice, TestReport& report);

/// The command `entmoot test`.
[[nodiscard]] ExitCode test_app(const command::Test& test);

}  // namespace entmoot_app
