// SPDX-License-Identifier: MIT

#pragma once

// Runs one tests/*.test.ts: a program with its own heap, whose top level registers the tests and which then runs them
// by index. It runs on a stepped node of its own, alternating with the stage's node.
//
// The heap of a test that does not finish is discarded, so that it cannot disturb later tests; they run in a new heap,
// in which the top level has run again.

#include "stage.hpp"

#include <entmoot/base/result.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/node/node.hpp>
#include <entmoot/runtime/js_server.hpp>
#include <entmoot/runtime/program.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot_app {

/// The failure of a test.
struct TestFailure {
  std::string message;
  std::vector<std::string> stack = {};  ///< The test's own frames, innermost first: "at ask (tests/chat.test.ts:8:21)".
  std::optional<std::string> actual = {};  ///< Of equal(), and `expected` too: JSON, possibly of several lines.
  std::optional<std::string> expected = {};
};

/// A test as its file has registered it.
struct ListedTest {
  std::string name;
  bool skipped = false;  ///< By test.skip, or because others are test.only.
};

class TestFile {
 public:
  /// `stage` outlives the object. `timeout` applies to each test.
  TestFile(std::string name, entmoot::Program program, Stage& stage, entmoot::Duration timeout);
  ~TestFile();
  TestFile(const TestFile&) = delete;
  TestFile& operator=(const TestFile&) = delete;

  /// The file's tests, or the error of its top level.
  [[nodiscard]] entmoot::Result<std::vector<ListedTest>> tests();
  /// Runs one test on an empty stage. Nothing if it passes.
  [[nodiscard]] std::optional<TestFailure> run(std::size_t test);

 private:
  [[nodiscard]] entmoot::Result<entmoot::JsonText> call(std::string_view function, entmoot::JsonText args);
  void settle();
  [[nodiscard]] std::uint64_t uncaught() const;
  void end();
  [[nodiscard]] entmoot::Shard& shard() { return node_.shards()[0]; }

  const std::string name_;
  const entmoot::Program program_;
  Stage& stage_;
  const entmoot::Duration timeout_;
  entmoot::Node node_{{.shards = 1}};
  std::unique_ptr<entmoot::JsServer> server_;  // if null, the next call starts one
};

}  // namespace entmoot_app
