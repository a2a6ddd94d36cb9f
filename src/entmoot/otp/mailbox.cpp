// SPDX-License-Identifier: MIT

#include <entmoot/otp/mailbox.hpp>

#include <utility>

namespace entmoot {

namespace {
Error ended(const ExitReason& reason) {
  return fail(reason.what.empty() ? std::string(to_string(reason.kind)) : reason.what);
}
}  // namespace

void Mailbox::push(Envelope envelope) {
  shard_.assert_here();
  if (!owner_) return std::move(envelope.reply)(ended(closed_because_));
  const std::size_t bytes = envelope.bytes();
  const bool fits = queue_.empty() || bytes_ + bytes <= limits_.bytes_max;
  if (queue_.size() >= limits_.messages_max || !fits) {
    return std::move(envelope.reply)(fail("overloaded"));
  }
  bytes_ += bytes;
  queue_.push_back(std::move(envelope));
  shard_.make_runnable(*owner_);
}

std::optional<Envelope> Mailbox::take() {
  shard_.assert_here();
  if (queue_.empty()) return std::nullopt;
  std::optional<Envelope> first(std::move(queue_.front()));
  queue_.pop_front();
  bytes_ -= first->bytes();
  return first;
}

void Mailbox::close(const ExitReason& reason) {
  shard_.assert_here();
  owner_ = nullptr;
  closed_because_ = reason;
  bytes_ = 0;
  for (Envelope& envelope : std::exchange(queue_, {})) std::move(envelope.reply)(ended(reason));
}

}  // namespace entmoot
