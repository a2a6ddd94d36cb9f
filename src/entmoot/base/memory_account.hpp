// SPDX-License-Identifier: MIT

#pragma once

// Counts the bytes that the server holds on behalf of one party, against a hard limit: for a room everything outside
// its heap (queued messages, the output of a turn, answers, timers, presence), for a client its messages in flight.
//
// Whatever holds such bytes keeps a MemoryCharge beside them, which returns them when it is destroyed. So the account
// is exact however the bytes go, and it may outlive its party.
//
// Used on the party's shard.

#include <entmoot/base/unique_function.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace entmoot {

class MemoryAccount {
 public:
  explicit MemoryAccount(std::size_t limit) noexcept : limit_(limit) {}
  MemoryAccount(const MemoryAccount&) = delete;
  MemoryAccount& operator=(const MemoryAccount&) = delete;

  [[nodiscard]] std::size_t used() const noexcept { return used_; }
  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }
  /// What is held already stays, also if it exceeds the new limit.
  void set_limit(std::size_t limit) noexcept { limit_ = limit; }
  [[nodiscard]] bool has_room_for(std::size_t bytes) const noexcept {
    return used_ <= limit_ && bytes <= limit_ - used_;
  }
  /// Calls `then` once, when bytes are returned the next time, from within the destructor of their charge; replaces the
  /// function set before. It may post a task, and no more.
  void when_returned(UniqueFunction<void()> then) noexcept { returned_ = std::move(then); }

 private:
  friend class MemoryCharge;
  std::size_t limit_;
  std::size_t used_ = 0;
  UniqueFunction<void()> returned_;
};

/// Bytes held on an account; move-only. Without an account it counts nothing.
class MemoryCharge {
 public:
  MemoryCharge() = default;
  explicit MemoryCharge(std::shared_ptr<MemoryAccount> account) noexcept : account_(std::move(account)) {}
  MemoryCharge(std::shared_ptr<MemoryAccount> account, std::size_t bytes) noexcept : account_(std::move(account)) {
    add_anyway(bytes);
  }
  MemoryCharge(MemoryCharge&& other) noexcept
      : account_(std::move(other.account_)), bytes_(std::exchange(other.bytes_, 0)) {}
  MemoryCharge& operator=(MemoryCharge&& other) noexcept {
    if (this != &other) {
      clear();
      account_ = std::move(other.account_);
      bytes_ = std::exchange(other.bytes_, 0);
    }
    return *this;
  }
  ~MemoryCharge() { clear(); }

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  /// False: the account has no room for them, and nothing has changed.
  [[nodiscard]] bool add(std::size_t bytes) noexcept {
    if (account_ && !account_->has_room_for(bytes)) return false;
    add_anyway(bytes);
    return true;
  }
  /// For bytes that are held in any case and bounded elsewhere.
  void add_anyway(std::size_t bytes) noexcept {
    if (!account_) return;
    account_->used_ += bytes;
    bytes_ += bytes;
  }
  /// At most bytes().
  void remove(std::size_t bytes) noexcept {
    if (!account_ || bytes == 0) return;
    account_->used_ -= bytes;
    bytes_ -= bytes;
    if (account_->returned_) std::exchange(account_->returned_, nullptr)();
  }
  void clear() noexcept { remove(bytes_); }
  /// A charge of nothing on the same account.
  [[nodiscard]] MemoryCharge empty_copy() const noexcept { return MemoryCharge(account_); }

 private:
  std::shared_ptr<MemoryAccount> account_;
  std::size_t bytes_ = 0;
};

}  // namespace entmoot
