// SPDX-License-Identifier: MIT

#pragma once

// An actor: state that only its own turns access, a mailbox as the only input, and an exit that others can monitor. It
// lives on the shard on which it was made. Its owner, a supervisor or a test, destroys it some time after it has ended.
//
// A subclass implements a slice of work (slice) and the release of its resources (ended). A slice that throws ends its
// actor with a crash (base/guarded.hpp).
//
// Invariants
// (1) exit() takes effect once; the first reason counts;
// (2) after exit() no slice runs, the mailbox is closed and every waiting caller has been answered;
// (3) each monitor is called once, by a task of the shard, never from within exit().

#include <entmoot/base/unique_function.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/otp/exit_reason.hpp>
#include <entmoot/otp/mailbox.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace entmoot {

class Actor : public MailboxOwner {
 public:
  using Monitor = UniqueFunction<void(const ExitReason&)>;

  /// Call all functions on the shard's thread; an ActorRef may be used on any thread.
  /// `account`: what its messages are charged to; null: nothing.
  explicit Actor(Shard& shard, MailboxLimits limits = {}, std::shared_ptr<MemoryAccount> account = {});
  /// Ends the actor with `shutdown` if it is alive.
  ~Actor() override;

  [[nodiscard]] Shard& shard() const noexcept { return shard_; }
  [[nodiscard]] ActorRef ref() const noexcept { return ActorRef(mailbox_); }
  [[nodiscard]] bool alive() const noexcept { return !exit_reason_.has_value(); }

  /// The exit reason; nullopt while the actor is alive.
  [[nodiscard]] const std::optional<ExitReason>& exit_reason() const noexcept { return exit_reason_; }

  /// Calls `monitor` when this actor ends, or in a later step if it has ended (Process.monitor/1 and its DOWN message).
  void monitor(Monitor monitor);
  /// Ends the actor at once and drops its work in progress (Process.exit/2). Within a turn, takes effect after the
  /// slice.
  void exit(ExitReason reason) final;

  bool run_slice() final;

 protected:
  /// Runs one time slice of work. Returns whether there is more to do (Runnable::run_slice).
  virtual bool slice() = 0;
  [[nodiscard]] Mailbox& mailbox() const noexcept { return *mailbox_; }
  /// Releases all resources except the actor's own memory. Called once, from exit(); the destructor of the subclass
  /// must call exit(), so that ended() runs before the members are destroyed.
  virtual void ended(const ExitReason&) {}

 private:
  void end(ExitReason reason);

  Shard& shard_;
  std::shared_ptr<Mailbox> mailbox_;
  std::optional<ExitReason> exit_reason_;
  std::vector<Monitor> monitors_;
};

}  // namespace entmoot
