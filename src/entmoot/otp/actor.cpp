// SPDX-License-Identifier: MIT

#include <entmoot/otp/actor.hpp>

#include <entmoot/base/guarded.hpp>
#include <entmoot/core/fiber.hpp>

#include <utility>

namespace entmoot {

Actor::Actor(Shard& shard, MailboxLimits limits, std::shared_ptr<MemoryAccount> account)
    : shard_(shard), mailbox_(std::make_shared<Mailbox>(shard, *this, limits, std::move(account))) {}

Actor::~Actor() {
  if (alive()) end(ExitReason::shutdown());  // also on a fiber, where exit() would be deferred
  shard_.make_idle(*this);
}

void Actor::monitor(Monitor monitor) {
  shard_.assert_here();
  if (exit_reason_) {
    shard_.post([monitor = std::move(monitor), reason = *exit_reason_]() mutable { monitor(reason); });
  } else {
    monitors_.push_back(std::move(monitor));
  }
}

bool Actor::run_slice() {
  bool more = false;
  if (auto done = guarded([&] { more = slice(); }); !done) exit(ExitReason::crash(done.error()));
  return more && alive();  // a slice that ended its own actor has nothing more to do
}

void Actor::exit(ExitReason reason) {
  shard_.assert_here();
  if (!alive()) return;
  if (Fiber::current()) {
    // Called within a turn, possibly this actor's own: exit after the running frames have returned.
    shard_.post([this, box = mailbox_, reason = std::move(reason)]() mutable {
      if (!box->closed()) exit(std::move(reason));
    });
    return;
  }
  end(std::move(reason));
}

void Actor::end(ExitReason reason) {
  exit_reason_ = std::move(reason);
  shard_.make_idle(*this);
  ended(*exit_reason_);
  // Those who monitor it, and may close the channels of its callers, learn of the end after the callers.
  mailbox_->close(*exit_reason_,
                  [&shard = shard_, monitors = std::exchange(monitors_, {}), why = *exit_reason_]() mutable {
                    for (Monitor& monitor : monitors) {
                      shard.post([monitor = std::move(monitor), why]() mutable { monitor(why); });
                    }
                  });
}

}  // namespace entmoot
