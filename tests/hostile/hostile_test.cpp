// SPDX-License-Identifier: MIT

// Every script of the corpus ends as its header expects, its neighbour is served throughout, and no resources leak.
//
//   ENTMOOT_HOSTILE_ONLY=regexp         only the scripts whose names begin so
//   ENTMOOT_HOSTILE_TABLE=file          writes what happened as a table (docs/hostile-scripts.md)

#include "corpus.hpp"
#include "world.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>

using namespace entmoot;
using namespace entmoot::hostile;

namespace {

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string end_of(const Outcome& outcome) {
  if (outcome.exit) return "dropped: " + outcome.exit->why.reason;
  if (!outcome.answer) return "no answer";
  const std::string said =
      *outcome.answer ? std::string((*outcome.answer)->view()) : std::string(outcome.answer->error().reason);
  return fmt::format("{}{:.60}{}", *outcome.answer ? "" : "error: ", said, said.size() > 60 ? "…" : "");
}

void check_end(const Script& script, const Outcome& outcome) {
  CAPTURE(end_of(outcome));
  const auto reason = outcome.answer && !*outcome.answer ? outcome.answer->error().reason : std::string();
  const auto expected = [&](std::string_view what) {
    return std::ranges::any_of(script.what, [&](const std::string& one) { return fits(one, what); });
  };
  CHECK(outcome.answer.has_value());  // the caller was answered in any case
  CHECK(outcome.answers_afterwards == (script.family() != "start"));
  switch (script.ends) {
    case Script::Ends::dropped:
      CHECK(outcome.exit.has_value());
      if (outcome.exit) CHECK(expected(outcome.exit->why.reason));
      CHECK((reason.empty() || expected(reason)));
      break;
    case Script::Ends::stopped: CHECK(expected(reason)); break;
    case Script::Ends::failed:
      CHECK_FALSE(outcome.exit.has_value());
      CHECK(expected(reason));
      break;
    case Script::Ends::bounded:
      CHECK_FALSE(outcome.exit.has_value());
      if (outcome.answer && *outcome.answer) CHECK(expected((*outcome.answer)->view()));
      CHECK((outcome.answer && *outcome.answer));
      break;
    case Script::Ends::lives:
      CHECK_FALSE(outcome.exit.has_value());
      CHECK((outcome.answer && *outcome.answer));
      break;
  }
}

// A message waits for the current slice and for one more, and so may the answer to a neighbour that is never idle, and
// so is as busy as the script. In real time the machine may take the thread away from the neighbour itself: its own
// slice is then over, and it waits for its turn once more. The first slices of a room are short: five of them take less
// than two milliseconds.
void check_neighbour(const Outcome& outcome) {
  REQUIRE_FALSE(outcome.waits.empty());
  constexpr std::uint64_t first_slices = 5;
  std::uint64_t turns = 0;
  for (const Outcome::Wait& wait : outcome.waits) {
    CHECK(wait.slices <= 3 + first_slices + wait.own_slices);
    turns += 1 + wait.own_slices;
  }
  CHECK(turns * 2 + first_slices >= outcome.slices);  // it was asked all the while
}

// Text in a table of Markdown.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '<' || c == '*' || c == '_' || c == '`') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out;
}

std::string row(const Script& script, const Outcome& outcome) {
  const auto ms = [](Duration d) { return static_cast<double>(d.count()) / 1e6; };
  return fmt::format("| `{}` | {} | {} | {:.0f} | {} | {:.3f} | {:.1f} |\n", script.name, cell(script.tries),
                     cell(end_of(outcome)), ms(outcome.usage.cpu), outcome.slices, ms(outcome.median_wait()),
                     ms(outcome.longest_wait()));
}

/// Runs the scripts of some families, each in a room of its own beside the same neighbour.
void run_families(const std::set<std::string_view>& families) {
  const std::string only = setting("ENTMOOT_HOSTILE_ONLY");
  const std::string table = setting("ENTMOOT_HOSTILE_TABLE");
  World world;
  const auto before = world.held();
  for (const Script& script : corpus()) {
    if (!families.contains(script.family()) || !script.name.starts_with(only)) continue;
    if (script.only_force && !with_force) continue;
    CAPTURE(script.name);
    const Outcome outcome = world.run(script);
    check_end(script, outcome);
    check_neighbour(outcome);
    CHECK(world.held() == before);
    if (!table.empty()) std::ofstream(table, std::ios::app) << row(script, outcome);
  }
}

const std::set<std::string_view> native{"builtin", "bigint", "atomics", "date"};
const std::set<std::string_view> memory{"memory", "oom"};
const std::set<std::string_view> stacks{"stack"};
const std::set<std::string_view> jobs{"microtask", "timer", "time"};
const std::set<std::string_view> expressions{"regexp", "sort", "proxy"};
const std::set<std::string_view> messages{"keys", "string", "reply"};
const std::set<std::string_view> server{"console", "channel", "beam"};
const std::set<std::string_view> language{"global", "weak", "generator", "error", "eval", "start"};

}  // namespace

TEST_CASE("builtins that never poll are preempted, and end at their room's limit") { run_families(native); }
TEST_CASE("a room that exhausts its memory ends alone") { run_families(memory); }
TEST_CASE("recursion, nesting and deep structures meet the room's own stack limit") { run_families(stacks); }
TEST_CASE("microtasks and timers without an end are sliced like any computation") { run_families(jobs); }
TEST_CASE("regular expressions, comparators and proxies run on their room's time") { run_families(expressions); }
TEST_CASE("malicious messages and answers cost their own room only") { run_families(messages); }
TEST_CASE("a flood of requests to the server is bounded") { run_families(server); }
TEST_CASE("a room that breaks the language's built-ins affects only itself") { run_families(language); }

TEST_CASE("every script of the corpus belongs to a test, and there are at least sixty") {
  CHECK(corpus().size() >= 60);
  for (const Script& script : corpus()) {
    int tests = 0;
    for (const auto* families : {&native, &memory, &stacks, &jobs, &expressions, &messages, &server, &language}) {
      tests += families->contains(script.family());
    }
    CHECK_MESSAGE(tests == 1, script.name);
  }
}
