// SPDX-License-Identifier: MIT

#pragma once

// One tests/*.test.ts as it runs: a program with a heap of its own, in which the file's top level registers the tests,
// and which then runs them by number. It lives on a stepped node of its own, in turn with the stage's.
//
// A test that does not come to its end takes the heap with it: what it still does must not meddle with the tests after
// it. They get a fresh one, in which the top level has run again.

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

/// What went wrong in a test.
struct TestFailure {
  std::string message;
  std::vector<std::string> stack = {};  ///< "at ask (tests/chat.test.ts:8:21)": the test's own frames, innermost first.
  std::optional<std::string> actual = {};  ///< Of equal(): JSON texts, of several lines maybe.
  std::optional<std::string> expected = {};
};

class TestFile {
 public:
  /// `stage` outlives it. `timeout`: how long one test may take.
  TestFile(std::string name, entmoot::Program program, Stage& stage, entmoot::Duration timeout);
  ~TestFile();
  TestFile(const TestFile&) = delete;
  TestFile& operator=(const TestFile&) = delete;

  /// The names of its tests; or why its top level did not come to its end.
  [[nodiscard]] entmoot::Result<std::vector<std::string>> tests();
  /// Runs one of them, with an empty stage. Nothing: it has passed.
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
  std::unique_ptr<entmoot::JsServer> server_;  // none: the next call starts one
};

}  // namespace entmoot_app
