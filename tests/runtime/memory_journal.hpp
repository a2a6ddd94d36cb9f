// SPDX-License-Identifier: MIT

#pragma once

// A journal in memory, which outlives the servers that write it, and commits when the test says so.

#include <entmoot/core/shard.hpp>
#include <entmoot/runtime/turn_journal.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace entmoot {

/// The medium.
struct MemoryStore {
  std::vector<std::string> records;    // committed
  std::vector<SavedState> saved = {};  // newest first
  bool commits_at_once = true;
  bool holds_back = true;
  std::size_t read_at_a_time = 3;
  std::optional<Error> refuses = {};

  struct Waiting {
    std::string record;
    UniqueFunction<void(Result<void>)> committed;
  };
  std::deque<Waiting> waiting = {};

  /// Commits what waits.
  void commit() {
    for (Waiting& each : std::exchange(waiting, {})) {
      records.push_back(std::move(each.record));
      each.committed({});
    }
  }
  /// Loses what waits.
  void fail(const Error& why) {
    for (Waiting& each : std::exchange(waiting, {})) each.committed(why);
  }
};

class MemoryJournal final : public TurnJournal {
 public:
  MemoryJournal(Shard& shard, std::shared_ptr<MemoryStore> store) : shard_(shard), store_(std::move(store)) {}

  void saved(UniqueFunction<void(Result<std::vector<SavedState>>)> read) override {
    shard_.post([saved = store_->saved, read = std::move(read)]() mutable { read(std::move(saved)); });
  }
  void begin_after(std::uint64_t turns) override { read_ = turns; }
  void save(std::size_t, UniqueFunction<std::string()> encode) override {
    const std::size_t turns = store_->records.size() + store_->waiting.size();
    store_->saved.insert(store_->saved.begin(), {turns, encode()});
  }
  [[nodiscard]] std::uint32_t slot() const noexcept override { return 77; }
  void read_next(UniqueFunction<void(Result<Records>)> read) override {
    const std::size_t count = std::min(store_->read_at_a_time, store_->records.size() - read_);
    const auto from = store_->records.begin() + static_cast<std::ptrdiff_t>(read_);
    read_ += count;
    shard_.post([records = Records(from, from + static_cast<std::ptrdiff_t>(count)), read = std::move(read)]() mutable {
      read(std::move(records));
    });
  }
  void append(std::string record, UniqueFunction<void(Result<void>)> committed) override {
    store_->waiting.push_back({std::move(record), std::move(committed)});
    if (!store_->commits_at_once) return;
    shard_.post([store = store_] { store->commit(); });
  }
  [[nodiscard]] bool holds_back() const noexcept override { return store_->holds_back; }
  [[nodiscard]] std::optional<Error> refuses() const override { return store_->refuses; }

 private:
  Shard& shard_;
  const std::shared_ptr<MemoryStore> store_;
  std::size_t read_ = 0;
};

}  // namespace entmoot
