// SPDX-License-Identifier: MIT

#include "test_file.hpp"

#include <entmoot/core/shards.hpp>

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <thread>
#include <utility>

namespace entmoot_app {

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

constexpr Duration idle_pause = 200us;  // between two polls

/// A test is trusted code, so its limits only guard against mistakes: its timeout and a large heap.
Budget test_budget(Duration timeout) {
  Budget budget;
  budget.heap = {.hard = 60 * MiB, .soft = 52 * MiB};
  budget.turn_cpu = timeout;
  budget.cpu_share = 1;
  budget.start_timeout = timeout;
  budget.effects_bytes_max = 64 * MiB;
  return budget;
}

std::optional<std::string> text_in(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::optional(std::string(value->as_string())) : std::nullopt;
}

}  // namespace

TestFile::TestFile(std::string name, Program program, Stage& stage, Duration timeout)
    : name_(std::move(name)), program_(std::move(program)), stage_(stage), timeout_(timeout) {}

TestFile::~TestFile() { end(); }

void TestFile::end() {
  if (!server_) return;
  const Shard::Scope scope(shard());
  server_->exit(ExitReason::shutdown());
  shard().poll();
  server_.reset();
}

Result<JsonText> TestFile::call(std::string_view function, JsonText args) {
  const Shard::Scope scope(shard());
  if (!server_) {
    server_ = std::make_unique<JsServer>(shard(), node_.js().on(shard()),
                                         JsServerOptions{.name = name_,
                                                         .noun = "",
                                                         .program = program_,
                                                         .handlers = stage_.handlers(),
                                                         .budget = test_budget(timeout_),
                                                         .console = stage_.console()});
  }
  // Shared, because the answer may arrive after this call has timed out.
  const auto answer = std::make_shared<std::optional<Result<JsonText>>>();
  server_->ref().mailbox().push({.name = std::string(function),
                                 .args = std::move(args),
                                 .reply = ReplyTo([answer](Result<JsonText> result) { *answer = std::move(result); })});
  const TimePoint end_at = shard().clock().now() + timeout_;
  while (!*answer && shard().clock().now() < end_at) {
    const bool stage_did = stage_.poll();
    if (!shard().poll() && !stage_did) std::this_thread::sleep_for(idle_pause);
  }
  if (std::optional<Result<JsonText>>& result = *answer) {
    if (!*result) end();
    return *std::move(result);
  }
  end();
  return fail(ErrorCode::timeout,
              fmt::format("did not finish within {:g} s", std::chrono::duration<double>(timeout_).count()));
}

/// Runs what the test started but did not await, so that a failure there is reported for this test.
void TestFile::settle() {
  const TimePoint end_at = shard().clock().now() + timeout_;
  const auto until_quiet = [&] {
    const Shard::Scope here(shard());
    while (shard().clock().now() < end_at) {
      const bool stage_did = stage_.poll();
      if (!shard().poll() && !stage_did) return;
    }
  };
  if (!server_) return;
  until_quiet();
  stage_.clear();  // fails the requests that are still waiting
  until_quiet();
}

/// The number of uncaught exceptions in the current heap.
std::uint64_t TestFile::uncaught() const {
  if (!server_) return 0;
  return server_->usage().uncaught.total();
}

Result<std::vector<ListedTest>> TestFile::tests() {
  const auto listed = call("entmoot:test.list", JsonText::trusted(std::string_view("[]")));
  if (!listed) return listed.error();
  const auto names = listed->parse();
  if (!names) return names.error();
  std::vector<ListedTest> tests;
  for (const Json& test : names->as_array()) {
    tests.push_back({std::string(test.at("name").as_string()), test.at("skipped").as_bool()});
  }
  return tests;
}

std::optional<TestFailure> TestFile::run(std::size_t test) {
  stage_.clear();
  const std::uint64_t uncaught_before = uncaught();
  const auto outcome = call("entmoot:test.run", JsonText::trusted(fmt::format("[{}]", test)));
  settle();
  if (!outcome) return TestFailure{.message = outcome.error().reason};
  const auto parsed = outcome->parse();
  if (!parsed) return TestFailure{.message = parsed.error().reason};
  const auto& object = parsed->as_object();
  if (object.at("ok").as_bool()) {
    if (uncaught() == uncaught_before) return std::nullopt;
    return TestFailure{.message = "uncaught exception; an `await` may be missing"};
  }
  TestFailure failure{.message = std::string(object.at("message").as_string()),
                      .actual = text_in(object, "actual"),
                      .expected = text_in(object, "expected")};
  for (const Json& frame : object.at("stack").as_array()) failure.stack.emplace_back(frame.as_string());
  return failure;
}

}  // namespace entmoot_app
