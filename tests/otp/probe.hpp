// SPDX-License-Identifier: MIT

#pragma once

// The shared fixture of this floor's tests: an actor controlled by its messages, and a shard that is stepped by hand.

#include <entmoot/core/shard.hpp>
#include <entmoot/otp/actor.hpp>
#include <entmoot/otp/child_spec.hpp>
#include <entmoot/testing/manual_clock.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace entmoot {

/// echo: answers its arguments. keep: keeps the ReplyTo and never answers. drop: destroys the ReplyTo. throw: throws.
/// stop: ends normally. Any other message is only counted.
class Probe : public Actor {
 public:
  explicit Probe(Shard& shard, MailboxLimits limits = {}) : Actor(shard, limits) {}
  ~Probe() override { exit(ExitReason::shutdown()); }

  std::vector<std::string> taken;
  int ends = 0;
  int* ends_seen = nullptr;  // outlives the actor

 private:
  bool slice() override {
    auto envelope = mailbox().take();
    if (!envelope) return false;
    taken.push_back(envelope->name);
    if (envelope->name == "echo") std::move(envelope->reply)(envelope->args);
    if (envelope->name == "keep") kept_.push_back(std::move(envelope->reply));
    if (envelope->name == "throw") throw std::runtime_error("thrown in a turn");
    if (envelope->name == "stop") exit(ExitReason::normal());
    return true;
  }
  void ended(const ExitReason&) override {
    ++ends;
    if (ends_seen) ++*ends_seen;
    kept_.clear();
  }

  std::vector<ReplyTo> kept_;
};

struct OtpFixture {
  ManualClock clock;
  Shard shard{0, clock};
  Shard::Scope presence{shard};

  /// Steps until nothing is left to do.
  void settle() {
    for (int round = 0; shard.poll(); ++round) REQUIRE(round < 10'000);
  }
  void advance(Duration by) {
    clock.advance(by);
    settle();
  }
  /// A ReplyTo that records its answer here.
  ReplyTo noting(std::vector<std::string>& answers) {
    return ReplyTo(shard, [&answers](Result<JsonText> answer) {
      answers.push_back(answer ? std::string(answer->view()) : "error: " + answer.error().reason);
    });
  }
};

inline Envelope call(std::string name, ReplyTo reply = {}) {
  return {.name = std::move(name), .args = JsonText::trusted(std::string_view("[1]")), .reply = std::move(reply)};
}

}  // namespace entmoot
