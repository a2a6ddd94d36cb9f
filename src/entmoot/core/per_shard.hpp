// SPDX-License-Identifier: MIT

#pragma once

// One T for each shard, constructed on its shard's thread or before the threads start, and used on that thread only.
// (Seastar's sharded<T>; Elixir's PartitionSupervisor when T is a supervisor.)

#include <entmoot/base/check.hpp>
#include <entmoot/core/shard.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace entmoot {

template <class T>
class PerShard {
 public:
  /// `make(index)` returns the std::unique_ptr<T> of that shard.
  template <class Make>
  PerShard(std::size_t shards, Make&& make) {
    for (std::size_t i = 0; i < shards; ++i) all_.push_back(make(static_cast<unsigned>(i)));
  }

  [[nodiscard]] T& local() const { return on(Shard::here()); }
  /// For code that is about to post to `shard`. Using the T on another thread is an error of the caller.
  [[nodiscard]] T& on(const Shard& shard) const {
    ENTMOOT_DCHECK(shard.index() < all_.size(), "the shard belongs to the Shards that this PerShard was made for");
    return *all_[shard.index()];
  }
  [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }

 private:
  std::vector<std::unique_ptr<T>> all_;
};

}  // namespace entmoot
