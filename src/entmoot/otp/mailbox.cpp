// SPDX-License-Identifier: MIT

#include <entmoot/otp/mailbox.hpp>

#include <entmoot/core/in_tasks.hpp>

#include <utility>

namespace entmoot {

void Mailbox::push(Envelope envelope) {
  shard_.assert_here();
  if (!owner_) return std::move(envelope.reply)(closed_because_.error());
  const std::size_t bytes = envelope.size();
  const bool fits = queue_.size() < limits_.messages_max && bytes_ + bytes <= limits_.bytes_max && held_.add(bytes);
  if (!fits && !queue_.empty()) return std::move(envelope.reply)(fail(ErrorCode::overloaded, "overloaded"));
  if (!fits) held_.add_anyway(bytes);
  bytes_ += bytes;
  queue_.push_back(std::move(envelope));
  shard_.make_runnable(*owner_);
}

std::optional<Envelope> Mailbox::take() {
  shard_.assert_here();
  if (queue_.empty()) return std::nullopt;
  std::optional<Envelope> first(std::move(queue_.front()));
  queue_.pop_front();
  const std::size_t bytes = first->size();
  bytes_ -= bytes;
  held_.remove(bytes);
  return first;
}

void Mailbox::close(const ExitReason& reason, UniqueFunction<void()> answered) {
  shard_.assert_here();
  owner_ = nullptr;
  closed_because_ = reason;
  bytes_ = 0;
  held_.clear();
  in_tasks(shard_, [queue = std::exchange(queue_, {}), why = reason.error(), answered = std::move(answered)]() mutable {
    if (queue.empty()) {
      if (answered) answered();
      return false;
    }
    std::move(queue.front().reply)(why);
    queue.pop_front();
    return true;
  });
}

}  // namespace entmoot
