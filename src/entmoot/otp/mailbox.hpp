// SPDX-License-Identifier: MIT

#pragma once

// The messages that an actor has been sent and has not taken yet. The mailbox outlives its actor: senders own the
// mailbox together with the actor, so a late sender finds a closed mailbox and its caller gets an error.
//
// Lives on the actor's shard and is used there only; code on other threads sends through ActorRef, which posts.
//
// Bounds: messages and bytes. A message that exceeds the bytes alone is accepted into an empty mailbox, because its
// sender limits its size (a room's saved state, for example). The bytes are also held on the actor's memory account, if
// it has one. When the mailbox or the account is full the message is rejected and its caller is answered "overloaded".
// Invariant: each accepted message is taken exactly once, or its caller is answered
// with the exit reason when the mailbox closes.

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/clock.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/base/memory_account.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/otp/exit_reason.hpp>
#include <entmoot/otp/reply_to.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace entmoot {

/// `[]`, without an allocation.
[[nodiscard]] inline const JsonText& no_arguments() {
  static const JsonText none = JsonText::trusted(std::string_view("[]"));
  return none;
}

/// One message to an actor: both GenServer.call and cast.
struct Envelope {
  enum class Kind : std::uint8_t {
    call,     ///< Of the function `name` with the elements of `args`, a JSON array; `bytes` is an argument after them.
    message,  ///< Event `name` of `sender`; its payload is `bytes` or else `args`.
  };
  Kind kind = Kind::call;
  std::string name;
  JsonText args = no_arguments();
  std::optional<SharedBytes> bytes = {};
  std::uint64_t sender = 0;  ///< Distinguishes the clients that send to the actor; 0: no client.
  ReplyTo reply = {};
  /// A call without an answer by then is answered "timeout" (GenServer's default is 5 s after the call).
  TimePoint deadline = TimePoint::max();
  /// When it was sent, for TurnCounters::queue; TimePoint(): it is not measured.
  TimePoint sent = {};

  [[nodiscard]] std::size_t size() const noexcept {
    return sizeof(Envelope) + name.size() + args.view().size() + (bytes ? bytes->size() : 0);
  }
};

struct MailboxLimits {
  std::size_t messages_max = 1000;
  std::size_t bytes_max = 4 * MiB;
  friend bool operator==(const MailboxLimits&, const MailboxLimits&) = default;
};

/// The owner of a mailbox: an actor.
class MailboxOwner : public Runnable {
 public:
  /// Process.exit/2.
  virtual void exit(ExitReason reason) = 0;
};

class Mailbox {
 public:
  Mailbox(Shard& shard, MailboxOwner& owner, MailboxLimits limits, std::shared_ptr<MemoryAccount> account = {})
      : shard_(shard), owner_(&owner), limits_(limits), held_(std::move(account)) {}
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  [[nodiscard]] Shard& shard() const noexcept { return shard_; }

  // --- this shard only

  /// Queues the message and makes the actor runnable, or answers it "overloaded" or, if closed, with the exit reason.
  void push(Envelope envelope);
  [[nodiscard]] std::optional<Envelope> take();
  [[nodiscard]] bool empty() const noexcept { return queue_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return queue_.size(); }
  /// Ends the actor if it is alive.
  void exit_owner(ExitReason reason) {
    if (owner_) owner_->exit(std::move(reason));
  }
  /// Makes the actor runnable, if it is alive, although there may be no message.
  void wake_owner() {
    if (owner_) shard_.make_runnable(*owner_);
  }
  /// Closes the mailbox: nothing is accepted or taken any more, and every waiting caller is answered with `reason`, if
  /// there are many in later tasks. Then calls `answered`.
  void close(const ExitReason& reason, UniqueFunction<void()> answered = {});
  [[nodiscard]] bool closed() const noexcept { return owner_ == nullptr; }

 private:
  Shard& shard_;
  MailboxOwner* owner_;  // null once closed
  const MailboxLimits limits_;
  std::deque<Envelope> queue_;
  std::size_t bytes_ = 0;
  MemoryCharge held_;  // the same bytes
  ExitReason closed_because_;
};

/// A reference to an actor (a pid) that may be kept and used on any thread. Copies are cheap.
class ActorRef {
 public:
  ActorRef() = default;
  explicit ActorRef(std::shared_ptr<Mailbox> mailbox) : mailbox_(std::move(mailbox)) {}

  /// Sends from any thread; messages from one thread keep their order.
  void send(Envelope envelope) const {
    mailbox_->shard().post(
        [mailbox = mailbox_, envelope = std::move(envelope)]() mutable { mailbox->push(std::move(envelope)); });
  }
  /// Ends the actor, after the messages that this thread has sent it before (Process.exit/2).
  void exit(ExitReason reason) const {
    mailbox_->shard().post(
        [mailbox = mailbox_, reason = std::move(reason)]() mutable { mailbox->exit_owner(std::move(reason)); });
  }
  /// Gives the actor a slice, although there may be no message.
  void wake() const {
    mailbox_->shard().post([mailbox = mailbox_] { mailbox->wake_owner(); });
  }
  /// For code on the actor's shard.
  [[nodiscard]] Mailbox& mailbox() const noexcept { return *mailbox_; }
  explicit operator bool() const noexcept { return mailbox_ != nullptr; }
  friend bool operator==(const ActorRef&, const ActorRef&) = default;

 private:
  std::shared_ptr<Mailbox> mailbox_;  // shared: senders may outlive the actor, and the actor its senders
};

}  // namespace entmoot
