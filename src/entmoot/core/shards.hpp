// SPDX-License-Identifier: MIT

#pragma once

// All shards of the process: how many, who is responsible for a key, start and stop.

#include <entmoot/base/clock.hpp>
#include <entmoot/core/shard.hpp>

#include <cstddef>
#include <future>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

namespace entmoot {

class Shards {
 public:
  /// `count` 0 means one per core. The threads start with start(); until then a test may poll() the shards itself.
  explicit Shards(unsigned count = 0, const Clock& clock = steady());
  /// Stops and joins.
  ~Shards();
  Shards(const Shards&) = delete;
  Shards& operator=(const Shards&) = delete;

  [[nodiscard]] std::size_t size() const noexcept { return shards_.size(); }
  [[nodiscard]] Shard& operator[](std::size_t index) const { return *shards_[index]; }
  /// Where `key` lives. The same in every run with the same number of shards (FNV-1a).
  [[nodiscard]] Shard& home_of(std::string_view key) const noexcept;

  /// Posts `f()` (copied) to every shard.
  template <class F>
  void post_to_all(const F& f) const {
    for (const auto& shard : shards_) shard->post(f);
  }

  /// Runs `f(shard)` on each shard while it runs, one after the other, and returns when all have. From a thread that is
  /// no shard's.
  template <class F>
  void visit_all(F f) const {
    for (const auto& shard : shards_) {
      std::promise<void> done;
      shard->post([&] {
        f(*shard);
        done.set_value();
      });
      done.get_future().wait();
    }
  }

  void start();
  /// Ends every loop and waits for the threads. From a thread that is no shard's.
  void stop_and_join();
  /// Whether the threads run. From the thread that starts and stops them.
  [[nodiscard]] bool running() const noexcept { return !threads_.empty(); }

  [[nodiscard]] static const Clock& steady() noexcept;

 private:
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<std::jthread> threads_;
};

}  // namespace entmoot
