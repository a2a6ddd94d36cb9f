// SPDX-License-Identifier: MIT

#pragma once

// An actor: state that only its own turns touch, a mailbox as the only way in, and an end that others can watch. It
// lives on the shard it was made on. Its owner is a supervisor (or a test), which destroys it some time after it has
// ended.
//
// A subclass says what a slice of work is (slice) and what it lets go of when it ends (ended). A slice that throws
// ends its actor with a crash (base/guarded.hpp).
//
// Invariants
// (1) exit() is carried out once; the first reason counts;
// (2) after it no slice runs, the mailbox is closed and every waiting caller has been told;
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

  /// On the shard's thread, like everything here but what ref() gives out.
  explicit Actor(Shard& shard, MailboxLimits limits = {});
  /// Ends it with `shutdown` if it still lives.
  ~Actor() override;

  [[nodiscard]] Shard& shard() const noexcept { return shard_; }
  [[nodiscard]] ActorRef ref() const noexcept { return ActorRef(mailbox_); }
  [[nodiscard]] bool alive() const noexcept { return !exit_reason_.has_value(); }

  /// Why it has ended; nothing while it is alive.
  [[nodiscard]] const std::optional<ExitReason>& exit_reason() const noexcept { return exit_reason_; }

  /// Calls `monitor` when this actor ends, or soon if it has ended (Process.monitor/1 and its DOWN).
  void monitor(Monitor monitor);
  /// Ends it now: whatever it is doing is dropped (Process.exit/2). From within a turn, when that slice is over.
  void exit(ExitReason reason) final;

  bool run_slice() final;

 protected:
  /// One time slice of work; whether there is more to do now (Runnable::run_slice).
  virtual bool slice() = 0;
  [[nodiscard]] Mailbox& mailbox() const noexcept { return *mailbox_; }
  /// Lets go of everything but memory of its own: called once, from exit() or the destructor of the subclass, which
  /// must call exit() itself before its members go.
  virtual void ended(const ExitReason&) {}

 private:
  void end(ExitReason reason);

  Shard& shard_;
  std::shared_ptr<Mailbox> mailbox_;
  std::optional<ExitReason> exit_reason_;
  std::vector<Monitor> monitors_;
};

}  // namespace entmoot
