// SPDX-License-Identifier: MIT

#pragma once

// What an actor has been sent and has not taken yet. The mailbox outlives its actor: senders hold the mailbox, so a
// late one finds a closed box and its caller gets an error, never a dead object.
//
// Lives on the actor's shard and is touched there only; who is elsewhere sends through ActorRef, which posts.
//
// Bound: messages and bytes; a message larger than all of them is taken if it waits alone (its sender limits its size,
// a room's own state say). Policy when full: the message is refused and its caller is answered "overloaded". Invariant:
// each message that was accepted is taken exactly once, or its caller is told why not when the box closes.

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/clock.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/otp/exit_reason.hpp>
#include <entmoot/otp/reply_to.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace entmoot {

/// One message to an actor: GenServer.call/cast in one shape. `args` is a JSON array, `bytes` come behind its elements.
struct Envelope {
  std::string name;
  JsonText args = JsonText::trusted(std::string_view("[]"));
  std::optional<SharedBytes> bytes = {};
  ReplyTo reply = {};
  /// A call that was not answered by then is answered "timeout" (GenServer's default is 5 s after the call).
  TimePoint deadline = TimePoint::max();

  [[nodiscard]] std::size_t size() const noexcept {
    return sizeof(Envelope) + name.size() + args.view().size() + (bytes ? bytes->size() : 0);
  }
};

struct MailboxLimits {
  std::size_t messages_max = 1000;
  std::size_t bytes_max = 4 * MiB;
  friend bool operator==(const MailboxLimits&, const MailboxLimits&) = default;
};

/// Whose mailbox it is: an actor, seen from below.
class MailboxOwner : public Runnable {
 public:
  /// Process.exit/2.
  virtual void exit(ExitReason reason) = 0;
};

class Mailbox {
 public:
  Mailbox(Shard& shard, MailboxOwner& owner, MailboxLimits limits) : shard_(shard), owner_(&owner), limits_(limits) {}
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  [[nodiscard]] Shard& shard() const noexcept { return shard_; }

  // --- this shard only

  /// Queues the message and makes the actor runnable; or answers it "overloaded" or with the reason of the closed box.
  void push(Envelope envelope);
  [[nodiscard]] std::optional<Envelope> take();
  [[nodiscard]] bool empty() const noexcept { return queue_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return queue_.size(); }
  /// Ends the actor, if it still lives.
  void exit_owner(ExitReason reason) {
    if (owner_) owner_->exit(std::move(reason));
  }
  /// Nothing is accepted or handed out any more; every waiting caller is told `reason`.
  void close(const ExitReason& reason);
  [[nodiscard]] bool closed() const noexcept { return owner_ == nullptr; }

 private:
  Shard& shard_;
  MailboxOwner* owner_;  // null once closed
  const MailboxLimits limits_;
  std::deque<Envelope> queue_;
  std::size_t bytes_ = 0;
  ExitReason closed_because_;
};

/// A name for an actor that may be kept and used from any thread (a pid). Copies are cheap.
class ActorRef {
 public:
  ActorRef() = default;
  explicit ActorRef(std::shared_ptr<Mailbox> mailbox) : mailbox_(std::move(mailbox)) {}

  /// Sends from any thread; order per sender is kept.
  void send(Envelope envelope) const {
    mailbox_->shard().post(
        [mailbox = mailbox_, envelope = std::move(envelope)]() mutable { mailbox->push(std::move(envelope)); });
  }
  /// Ends the actor, behind what this thread has sent it before (Process.exit/2).
  void exit(ExitReason reason) const {
    mailbox_->shard().post(
        [mailbox = mailbox_, reason = std::move(reason)]() mutable { mailbox->exit_owner(std::move(reason)); });
  }
  /// The box itself, for code that is on the actor's shard already.
  [[nodiscard]] Mailbox& mailbox() const noexcept { return *mailbox_; }
  explicit operator bool() const noexcept { return mailbox_ != nullptr; }
  friend bool operator==(const ActorRef&, const ActorRef&) = default;

 private:
  std::shared_ptr<Mailbox> mailbox_;  // shared: senders may outlive the actor, and the actor its senders
};

}  // namespace entmoot
