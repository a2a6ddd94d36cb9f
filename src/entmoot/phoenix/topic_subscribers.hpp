// SPDX-License-Identifier: MIT

#pragma once

// The subscribers of one topic on one shard, and the broadcasts that some of them have not received yet.
//
// With few subscribers a broadcast is delivered at once. With many it goes into a log, and slices deliver the log,
// subscriber by subscriber, so that one broadcast to 100 000 clients occupies the thread no longer than any other work.
//
// Order. Each subscriber receives the broadcasts of its topic in their order. What is sent to a subscriber otherwise,
// such as a reply, is preceded by catch_up(), so it does not overtake a broadcast that was published before.
//
// Subscriptions may be added and removed while a broadcast is delivered (a callback may end its own). Invariants:
// (1) a removed subscriber gets nothing more, not even the broadcast being delivered;
// (2) a subscriber gets no broadcast that was published before it was added.
//
// Bounds. Nothing is delivered while the shard is behind with its inbox, because interception turns deliveries into
// tasks. The log of one publisher is bounded by its Outflow; beyond `log_max` broadcasts it is delivered at once.
//
// Used on its shard's thread.

#include <entmoot/core/shard.hpp>
#include <entmoot/phoenix/fastlane.hpp>
#include <entmoot/phoenix/socket_counters.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace entmoot {

/// Identifies a subscriber, unique in the process, so that a broadcast can exclude it. Obtainable before the
/// subscription, so that another thread may know it by the first broadcast.
enum class SubscriberId : std::uint64_t { none = 0 };

/// `fast`: queues the encoded frame in its transport, runs no application code, may be delivered to at once.
/// `callback`: runs application code, so it is only ever called from the shard's loop.
enum class Lane : std::uint8_t { fast, callback };

class Subscriber {
 public:
  virtual ~Subscriber() = default;
  virtual void handle_broadcast(const Fastlane& message) = 0;
};

/// A broadcast to the subscribers of one lane.
struct Delivery {
  std::shared_ptr<const Fastlane> message;
  SubscriberId except = SubscriberId::none;
  Lane lane = Lane::fast;
};

class TopicSubscribers final : public Runnable {
 public:
  /// The most subscribers to which a broadcast is delivered at once.
  static constexpr std::size_t at_once_max = 16;
  static constexpr std::size_t log_max = 4096;

  class Owner {
   public:
    virtual ~Owner() = default;
    /// The last subscriber has left during a delivery, which is not over.
    virtual void emptied(std::string_view topic) noexcept = 0;
    DeliveryCounters delivered = {};  ///< To the subscribers of all its topics.
  };
  TopicSubscribers(Shard& shard, Owner& owner) : shard_(shard), owner_(owner) {}
  ~TopicSubscribers() override;

  /// Sets the name, which outlives the object.
  void named(std::string_view name) noexcept { name_ = name; }
  [[nodiscard]] std::string_view name() const noexcept { return name_; }

  /// `number` is larger than those of all others.
  void add(std::uint64_t number, SubscriberId id, Subscriber& subscriber, Lane lane);
  void remove(std::uint64_t number) noexcept;
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return present_[0] + present_[1]; }
  [[nodiscard]] bool delivering() const noexcept { return delivering_ > 0; }

  void deliver(Delivery delivery);
  /// Delivers everything published so far to one subscriber of the fast lane.
  void catch_up(std::uint64_t number) {
    if (!log_.empty()) serve_now(number);
  }

  bool run_slice() override;

 private:
  struct Entry {
    std::uint64_t number;  // ascending
    SubscriberId id;
    Subscriber* subscriber;  // nullptr: left during a delivery
    Lane lane;
    std::uint64_t next;  // the first broadcast of the log that it has not received
  };
  struct Delivering;

  [[nodiscard]] std::size_t& present(Lane lane) noexcept { return present_[static_cast<std::size_t>(lane)]; }
  [[nodiscard]] std::uint64_t log_end() const noexcept { return log_begin_ + log_.size(); }
  [[nodiscard]] std::size_t index_of(std::uint64_t number) const noexcept;
  void deliver_at_once(const Delivery& delivery);
  std::size_t serve(std::size_t index);
  void serve_now(std::uint64_t number);
  void drop_log(std::uint64_t end) noexcept;
  void count(const Delivery& delivery) noexcept;
  void sweep() noexcept;

  Shard& shard_;
  Owner& owner_;
  std::string_view name_;
  std::vector<Entry> entries_;
  std::array<std::size_t, 2> present_{};  // by lane
  int delivering_ = 0;

  std::vector<Delivery> log_;
  std::uint64_t log_begin_ = 0;  // the number of log_[0]
  // Of the pass over the subscribers that is in progress.
  std::uint64_t pass_end_ = 0;   // when it is complete, everybody has received the log up to here
  std::uint64_t pass_next_ = 0;  // the number of the entry with which it goes on
};

}  // namespace entmoot
