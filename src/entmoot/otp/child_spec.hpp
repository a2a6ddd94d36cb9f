// SPDX-License-Identifier: MIT

#pragma once

// How a supervisor starts a child and what it does when the child ends. A value, made anywhere, used on the
// supervisor's shard.
//
// `start` is run again for each restart, inside the crash boundary, on the supervisor's thread: it makes the actor and
// returns. What takes long (reading a history, waiting for anything) is the first work of the actor itself, while its
// messages wait in its mailbox. OTP's init blocks its supervisor, and with it every other start; here that cannot be
// told apart from blocking the shard, so it is not done.
//
// OTP's `shutdown` has no counterpart: Actor::exit() is carried out at once, and nobody can ignore it.

#include <entmoot/base/result.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/otp/actor.hpp>
#include <entmoot/otp/restart.hpp>

#include <functional>
#include <memory>
#include <string>

namespace entmoot {

struct ChildSpec {
  /// The actor; or an Error (OTP: {error, Reason}; an exception counts as one); or nullptr: nothing to supervise after
  /// all (OTP: ignore).
  using Start = std::function<Result<std::unique_ptr<Actor>>(Shard&)>;

  std::string id;  ///< Unique in its supervisor.
  Start start;
  Restart restart = Restart::permanent;
  /// The child's own budget; a static Supervisor counts for all its children together instead.
  RestartIntensity intensity = {};
};

/// Runs `spec.start` inside the crash boundary.
[[nodiscard]] Result<std::unique_ptr<Actor>> start(const ChildSpec& spec, Shard& shard);

}  // namespace entmoot
