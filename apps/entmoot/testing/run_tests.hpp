// SPDX-License-Identifier: MIT

#pragma once

// `entmoot test`: the tests of an app, one after the other, each with rooms of its own; nothing listens anywhere.

#include "../command_line.hpp"
#include "test_report.hpp"

#include <entmoot/base/clock.hpp>
#include <entmoot/base/result.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace entmoot_app {

/// What is to be run.
struct TestChoice {
  std::filesystem::path folder;                         ///< The app's.
  std::vector<std::filesystem::path> files = {};        ///< In their order.
  std::string only = {};                                ///< Tests whose name has this in it; empty: all.
  entmoot::Duration timeout = std::chrono::seconds(5);  ///< How long one test may take.
};

/// `target` is an app's folder, then all tests/*.test.ts are chosen, or one such file. An error if there is none.
[[nodiscard]] entmoot::Result<TestChoice> choose_tests(const std::filesystem::path& target);

/// Runs them and reports each; an error if that could not even begin (a room does not compile, no test has the name).
[[nodiscard]] entmoot::Result<void> run_tests(const TestChoice& choice, TestReport& report);

/// The command.
[[nodiscard]] ExitCode test_app(const command::Test& test);

}  // namespace entmoot_app
