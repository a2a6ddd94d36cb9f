// SPDX-License-Identifier: MIT

// The DynamicSupervisor against a second description of it, written from the manual and our two deviations and sharing
// no code with it. How it works:
//
// 1. a seed makes a list of commands: start, exit, let starts fail, let time pass, terminate, a storm over all;
// 2. each is carried out on the supervisor and on the model, and both must give the same answer and the same picture;
// 3. on a difference, commands are left out as long as it stays, and the shortest list is printed with the seed.
//
// ENTMOOT_MODEL_SEEDS=100000 runs longer.

#include "probe.hpp"

#include <entmoot/otp/dynamic_supervisor.hpp>

#include <fmt/format.h>

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <map>
#include <random>
#include <ranges>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t max_children = 4;
constexpr int ids = 5;
constexpr std::size_t commands_per_seed = 400;

enum class Outcome { up, error, ignore };

struct Command {
  enum class Kind { start, exit, exit_and_start, storm, outcome, advance, terminate } kind;
  int id;
  Restart restart;
  ExitReason::Kind reason;
  Outcome outcome;
  int times;
  Duration by;
};

std::string to_string(const Command& command) {
  constexpr std::array names{"start", "exit", "exit_and_start", "storm", "outcome", "advance", "terminate"};
  return fmt::format("{} id={} {} {} outcome={}x{} by={}ns", names[static_cast<std::size_t>(command.kind)], command.id,
                     entmoot::to_string(command.restart), entmoot::to_string(command.reason),
                     static_cast<int>(command.outcome), command.times, command.by.count());
}

std::vector<Command> commands_of(std::uint32_t seed) {
  std::mt19937 random(seed);
  const auto below = [&](unsigned n) { return random() % n; };
  constexpr std::array<Duration, 12> steps{0s, 1ns, 1s - 1ns, 1s, 1s, 2s, 4s, 5s, 5s + 1ns, 6s, 32s, 61s};
  constexpr std::array kinds{Command::Kind::start,          Command::Kind::start,  Command::Kind::exit,
                             Command::Kind::exit,           Command::Kind::exit,   Command::Kind::exit_and_start,
                             Command::Kind::exit_and_start, Command::Kind::storm,  Command::Kind::outcome,
                             Command::Kind::advance,        Command::Kind::advance};
  std::vector<Command> commands;
  for (std::size_t i = 0; i < commands_per_seed; ++i) {
    commands.push_back({.kind = below(40) == 0 ? Command::Kind::terminate : kinds[below(kinds.size())],
                        .id = static_cast<int>(below(ids)),
                        .restart = static_cast<Restart>(below(8) < 6 ? below(2) : 2),
                        .reason = static_cast<ExitReason::Kind>(below(8) == 0 ? below(2) : 2 + below(2)),
                        .outcome = below(8) == 0 ? Outcome::ignore : Outcome::error,
                        .times = static_cast<int>(1 + below(6)),
                        .by = steps[below(steps.size())]});
  }
  return commands;
}

/// What the next starts of each id come to; one for the supervisor's children and one for the model's.
struct Fate {
  std::map<int, std::pair<Outcome, int>> next;
  Outcome take(int id) {
    auto& [outcome, times] = next[id];
    return times > 0 ? (--times, outcome) : Outcome::up;
  }
};

/// Lines like "3 quarantined 1000000000 failures=4", by id.
using Picture = std::map<int, std::string>;

std::string line(std::string_view state, Duration left, std::size_t failures) {
  return fmt::format("{} {} failures={}", state, left.count(), failures);
}

std::string refusal(std::string_view state, Duration left) {
  const auto seconds = std::max<std::int64_t>(1, (left.count() + 999'999'999) / 1'000'000'000);
  return fmt::format("child is {}, try again in {} s", state, seconds);
}

/// The rules once more, as a table of facts about each child. Time is in nanoseconds since the start.
class Model {
 public:
  Fate fate;

  std::string start(int id, Restart restart) {
    if (const auto known = children_.find(id); known != children_.end()) {
      const Child& child = known->second;
      return child.up ? "ok" : refusal(child.backoffs ? "quarantined" : "restarting", child.due - now_);
    }
    if (children_.size() >= max_children) return "max_children";
    switch (fate.take(id)) {
      case Outcome::error: return "start failed";
      case Outcome::ignore: return "ignore";
      case Outcome::up: break;
    }
    children_[id] = {.restart = restart, .up = true, .up_since = now_};
    return "ok";
  }

  /// One attempt at a restart is made in the same step if the budget allows.
  void exit(int id, ExitReason::Kind reason) {
    const auto found = children_.find(id);
    if (found == children_.end() || !found->second.up) return;
    Child& child = found->second;
    const bool abnormal = reason != ExitReason::Kind::normal && reason != ExitReason::Kind::shutdown;
    if (child.restart == Restart::temporary || (child.restart == Restart::transient && !abnormal)) {
      children_.erase(found);
      return;
    }
    const Duration calm = std::max<Duration>(5s, child.backoffs ? backoff(child.backoffs) : 0s);
    if (now_ - child.up_since > calm) {
      child.restarts.clear();
      child.backoffs = 0;
    }
    fail(child);
    if (child.backoffs == 0) attempt(id);
  }

  /// Everything that is due now is tried, until it is up or waits.
  void settle() {
    for (int id = 0; id < ids; ++id) {
      for (;;) {
        const auto found = children_.find(id);
        if (found == children_.end() || found->second.up || found->second.due > now_) break;
        attempt(id);
      }
    }
  }

  void advance(Duration by) { now_ += by; }
  std::string terminate(int id) { return children_.erase(id) ? "ok" : "not_found"; }
  [[nodiscard]] bool up(int id) const { return children_.contains(id) && children_.at(id).up; }

  [[nodiscard]] Picture picture() const {
    Picture all;
    for (const auto& [id, child] : children_) {
      const auto state = child.up ? "running" : child.backoffs ? "quarantined" : "restarting";
      all[id] = line(state, child.up ? Duration() : child.due - now_, child.failures);
    }
    return all;
  }

 private:
  struct Child {
    Restart restart = Restart::permanent;
    bool up = false;
    Duration up_since{};
    Duration due{};
    std::vector<std::int64_t> restarts = {};  // whole seconds, since the child's history began
    int backoffs = 0;                         // since the child's history began
    std::size_t failures = 0;
  };

  static Duration backoff(int nth) { return nth > 6 ? 60s : Duration(1s) * (1 << (nth - 1)); }

  void fail(Child& child) {
    child.up = false;
    ++child.failures;
    child.due = now_;
    if (child.backoffs == 0) {
      const auto second = now_.count() / 1'000'000'000;
      child.restarts.push_back(second);
      const auto in_window = std::ranges::count_if(child.restarts, [&](auto then) { return second - then <= 5; });
      if (in_window <= 3) return;
    }
    child.due = now_ + backoff(++child.backoffs);
  }

  void attempt(int id) {
    Child& child = children_.at(id);
    switch (fate.take(id)) {
      case Outcome::up:
        child.up = true;
        child.up_since = now_;
        break;
      case Outcome::error: fail(child); break;
      case Outcome::ignore: children_.erase(id); break;
    }
  }

  Duration now_{};
  std::map<int, Child> children_;
};

/// The supervisor with the same verbs.
class Real : OtpFixture {
 public:
  Fate fate;

  std::string start(int id, Restart restart) {
    auto result = supervisor_.start_child(
        {.id = std::to_string(id), .start = [this, id](Shard& on) { return make(id, on); }, .restart = restart});
    return result ? "ok" : result.error().reason;
  }
  void exit(int id, ExitReason::Kind reason) {
    const auto found = actors_.find(id);
    if (found != actors_.end() && found->second->alive())
      found->second->exit({reason, fail(ErrorCode::failed, "because")});
  }
  std::string terminate(int id) {
    auto result = supervisor_.terminate_child(std::to_string(id));
    return result ? "ok" : result.error().reason;
  }
  using OtpFixture::settle;
  void advance(Duration by) { clock.advance(by); }

  [[nodiscard]] Picture picture() const {
    Picture all;
    for (const auto& child : supervisor_.which_children()) {
      all[std::stoi(child.id)] = line(entmoot::to_string(child.state), child.time_left, child.failures);
    }
    return all;
  }
  /// Actors that exist, alive or not.
  [[nodiscard]] std::size_t actors() const { return actors_.size(); }
  [[nodiscard]] std::size_t active() const { return supervisor_.count_children().active; }

 private:
  struct Tracked final : Probe {
    Tracked(Shard& on, int name, std::map<int, Actor*>& all) : Probe(on), id(name), actors(all) { actors[id] = this; }
    ~Tracked() override {
      if (actors[id] == this) actors.erase(id);
    }
    int id;
    std::map<int, Actor*>& actors;
  };

  Result<std::unique_ptr<Actor>> make(int id, Shard& on) {
    switch (fate.take(id)) {
      case Outcome::error: return fail(ErrorCode::failed, "start failed");
      case Outcome::ignore: return std::unique_ptr<Actor>();
      case Outcome::up: break;
    }
    return std::make_unique<Tracked>(on, id, actors_);
  }

  std::map<int, Actor*> actors_;  // the latest of each id
  DynamicSupervisor supervisor_{shard, {.max_children = max_children, .backoff = {.jitter = 0}}};
};

/// Carries out one command; the answers that it got.
template <class World>
std::string carry_out(World& world, const Command& command) {
  std::string answer;
  switch (command.kind) {
    case Command::Kind::start: answer = world.start(command.id, command.restart); break;
    case Command::Kind::exit: world.exit(command.id, command.reason); break;
    case Command::Kind::exit_and_start:  // nothing is stepped in between
      world.exit(command.id, command.reason);
      answer = world.start(command.id, command.restart);
      break;
    case Command::Kind::storm:
      for (int time = 0; time < command.times; ++time) {
        for (int id = 0; id < ids; ++id) world.exit(id, command.reason);
        world.settle();
      }
      break;
    case Command::Kind::outcome: world.fate.next[command.id] = {command.outcome, command.times}; break;
    case Command::Kind::advance: world.advance(command.by); break;
    case Command::Kind::terminate: answer = world.terminate(command.id); break;
  }
  world.settle();
  return answer;
}

std::string to_string(const Picture& picture) {
  std::string text;
  for (const auto& [id, what] : picture) text += fmt::format("  {}: {}\n", id, what);
  return text;
}

/// The first difference, or nothing.
std::optional<std::string> difference(const std::vector<Command>& commands) {
  Model model;
  Real real;
  for (const Command& command : commands) {
    const std::string expected = carry_out(model, command);
    const std::string answer = carry_out(real, command);
    if (answer != expected) return fmt::format("answered \"{}\", expected \"{}\"", answer, expected);
    if (real.picture() != model.picture()) {
      return fmt::format("it is\n{}and should be\n{}", to_string(real.picture()), to_string(model.picture()));
    }
    if (real.actors() != real.active()) return "an actor was left over";
  }
  return std::nullopt;
}

/// Leaves out commands as long as there is a difference.
std::vector<Command> shrunk(std::vector<Command> commands) {
  for (std::size_t chunk = commands.size() / 2; chunk > 0; chunk /= 2) {
    for (std::size_t at = 0; at + chunk <= commands.size();) {
      auto fewer = commands;
      const auto begin = fewer.begin() + static_cast<std::ptrdiff_t>(at);
      fewer.erase(begin, begin + static_cast<std::ptrdiff_t>(chunk));
      if (difference(fewer)) {
        commands = std::move(fewer);
      } else {
        at += chunk;
      }
    }
  }
  return commands;
}

}  // namespace

TEST_CASE("after random commands and failures the supervisor is in the state of the model") {
  const char* asked = std::getenv("ENTMOOT_MODEL_SEEDS");
  const auto seeds = static_cast<std::uint32_t>(asked ? std::atoi(asked) : 100);
  for (std::uint32_t seed = 1; seed <= seeds; ++seed) {
    const auto commands = commands_of(seed);
    if (!difference(commands)) continue;
    const auto fewest = shrunk(commands);
    std::string story;
    for (const Command& command : fewest) story += to_string(command) + "\n";
    FAIL("seed " << seed << ":\n" << story << *difference(fewest));
  }
}
