// SPDX-License-Identifier: MIT

#pragma once

// How a supervisor starts a child, and its reaction when the child ends. A value, made on any thread, used on the
// supervisor's shard.
//
// `start` runs again for each restart, inside the crash boundary, on the supervisor's thread: it makes the actor and
// returns. Slow initialization (reading a history, waiting) is the first work of the actor itself; its messages wait in
// its mailbox. OTP's init blocks the supervisor and all its other starts; here it would also block the shard.
//
// OTP's `shutdown` option has no counterpart: Actor::exit() takes effect at once, and an actor cannot ignore it.

#include <entmoot/base/result.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/otp/actor.hpp>
#include <entmoot/otp/restart.hpp>

#include <functional>
#include <memory>
#include <string>

namespace entmoot {

struct ChildSpec {
  /// Returns the actor, or an Error (OTP: {error, Reason}; an exception counts as one), or nullptr (OTP: ignore): there
  /// is nothing to supervise.
  using Start = std::function<Result<std::unique_ptr<Actor>>(Shard&)>;

  std::string id;  ///< Unique within its supervisor.
  Start start;
  Restart restart = Restart::permanent;
  /// Counted for this child alone; a static Supervisor has one intensity for all its children instead.
  RestartIntensity intensity = {};
};

/// Runs `spec.start` inside the crash boundary.
[[nodiscard]] Result<std::unique_ptr<Actor>> start(const ChildSpec& spec, Shard& shard);

}  // namespace entmoot
