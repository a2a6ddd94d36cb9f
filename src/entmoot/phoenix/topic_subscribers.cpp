// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/topic_subscribers.hpp>

#include <algorithm>
#include <utility>

namespace entmoot {

namespace {
// Estimates. A frame is queued in a transport, and at the end of the round each transport writes what is queued.
constexpr Duration frame_cost = std::chrono::nanoseconds(150);
constexpr Duration write_cost = std::chrono::microseconds(5);
constexpr Duration slice_cost = std::chrono::microseconds(300);
}  // namespace

struct TopicSubscribers::Delivering {
  explicit Delivering(TopicSubscribers& of) : topic(of) { ++topic.delivering_; }
  ~Delivering() {
    if (--topic.delivering_ == 0) topic.sweep();
  }
  Delivering(const Delivering&) = delete;
  Delivering& operator=(const Delivering&) = delete;
  TopicSubscribers& topic;
};

TopicSubscribers::~TopicSubscribers() {
  Shard::Scope scope(shard_);  // its thread may have ended before
  shard_.make_idle(*this);
}

void TopicSubscribers::add(std::uint64_t number, SubscriberId id, Subscriber& subscriber, Lane lane) {
  entries_.push_back({number, id, &subscriber, lane, log_end()});
  ++present(lane);
}

std::size_t TopicSubscribers::index_of(std::uint64_t number) const noexcept {
  return static_cast<std::size_t>(std::ranges::lower_bound(entries_, number, {}, &Entry::number) - entries_.begin());
}

void TopicSubscribers::remove(std::uint64_t number) noexcept {
  const std::size_t at = index_of(number);
  if (at == entries_.size() || entries_[at].number != number || !entries_[at].subscriber) return;
  --present(entries_[at].lane);
  if (delivering()) {
    entries_[at].subscriber = nullptr;
  } else {
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(at));
  }
}

void TopicSubscribers::sweep() noexcept {
  std::erase_if(entries_, [](const Entry& entry) { return !entry.subscriber; });
  if (empty()) owner_.emptied(name_);
}

void TopicSubscribers::deliver(Delivery delivery) {
  if (present(delivery.lane) == 0) return;
  if (log_.empty() && entries_.size() <= at_once_max) return deliver_at_once(delivery);
  log_.push_back(std::move(delivery));
  if (log_.size() < log_max) return shard_.make_runnable(*this);
  Delivering scope(*this);
  for (std::size_t i = 0, size = entries_.size(); i < size; ++i) serve(i);
  drop_log(log_end());
}

void TopicSubscribers::deliver_at_once(const Delivery& delivery) {
  Delivering scope(*this);
  std::size_t receivers = 0;
  for (std::size_t i = 0, size = entries_.size(); i < size; ++i) {
    const Entry entry = entries_[i];
    if (!entry.subscriber || entry.lane != delivery.lane || entry.id == delivery.except) continue;
    entry.subscriber->handle_broadcast(*delivery.message);
    ++receivers;
  }
  delivery.message->charge(static_cast<std::int64_t>(receivers) * (frame_cost + write_cost));
  if (delivery.lane == Lane::fast) owner_.delivered.deliveries += receivers;
  count(delivery);
}

/// Delivers to one subscriber what it has not received, and returns how many broadcasts that were. Others may be added
/// meanwhile, and the log may grow: nothing is held by reference across a call.
std::size_t TopicSubscribers::serve(std::size_t index) {
  std::size_t frames = 0;
  while (entries_[index].subscriber && entries_[index].next < log_end()) {
    Entry& entry = entries_[index];
    const Delivery delivery = log_[entry.next++ - log_begin_];
    if (entry.lane != delivery.lane || entry.id == delivery.except) continue;
    delivery.message->charge(frames == 0 ? frame_cost + write_cost : frame_cost);
    ++frames;
    if (delivery.lane == Lane::fast) ++owner_.delivered.deliveries;
    entry.subscriber->handle_broadcast(*delivery.message);
  }
  return frames;
}

void TopicSubscribers::serve_now(std::uint64_t number) {
  const std::size_t at = index_of(number);
  if (at == entries_.size() || entries_[at].number != number) return;
  Delivering scope(*this);
  serve(at);
}

/// Everybody has received it.
void TopicSubscribers::count(const Delivery& delivery) noexcept {
  if (delivery.lane == Lane::fast) owner_.delivered.time.add(shard_.now() - delivery.message->released());
}

void TopicSubscribers::drop_log(std::uint64_t end) noexcept {
  for (std::uint64_t at = log_begin_; at < end; ++at) count(log_[at - log_begin_]);
  log_.erase(log_.begin(), log_.begin() + static_cast<std::ptrdiff_t>(end - log_begin_));
  log_begin_ = end;
  pass_next_ = 0;
  pass_end_ = log_end();
}

bool TopicSubscribers::run_slice() {
  if (shard_.is_behind()) return true;  // intercepted broadcasts become tasks
  Delivering scope(*this);
  if (pass_next_ == 0) pass_end_ = log_end();
  Duration cost{};
  Duration writes{};
  std::size_t at = index_of(pass_next_);
  for (; at < entries_.size() && cost < slice_cost; ++at) {
    const std::size_t frames = serve(at);
    if (frames == 0) continue;
    writes += write_cost;
    cost += write_cost + static_cast<std::int64_t>(frames) * frame_cost;
  }
  shard_.charge(writes);
  if (at < entries_.size()) {
    pass_next_ = entries_[at].number;
  } else {
    drop_log(std::max(pass_end_, log_begin_));
  }
  return !log_.empty();
}

}  // namespace entmoot
