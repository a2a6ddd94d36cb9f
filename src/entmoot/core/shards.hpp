// SPDX-License-Identifier: MIT

#pragma once

// All shards of the process: their number, the shard that owns a key, start and stop.

#include <entmoot/base/clock.hpp>
#include <entmoot/core/shard.hpp>

#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace entmoot {

class Shards {
 public:
  /// `count` 0 means one per core. The threads begin with start(); a test may poll() the shards instead.
  explicit Shards(unsigned count = 0, const Clock& clock = steady());
  /// Stops and joins.
  ~Shards();
  Shards(const Shards&) = delete;
  Shards& operator=(const Shards&) = delete;

  [[nodiscard]] std::size_t size() const noexcept { return shards_.size(); }
  [[nodiscard]] Shard& operator[](std::size_t index) const { return *shards_[index]; }
  /// The shard that owns `key`. The same in every run with the same number of shards (FNV-1a).
  [[nodiscard]] Shard& home_of(std::string_view key) const noexcept;

  /// Posts `f()` (copied) to every shard.
  template <class F>
  void post_to_all(const F& f) const {
    for (const auto& shard : shards_) shard->post(f);
  }

  /// Runs `f(shard)` on each shard, one after the other, and returns when all have run. As run_on().
  template <class F>
  void visit_all(F f) const {
    for (std::size_t i = 0; i < size(); ++i) {
      run_on(i, [&] { f(*shards_[i]); });
    }
  }

  /// Runs `f()` on one shard and returns when it has run; rethrows what it throws. Call it from a thread that does not
  /// belong to a shard, while the shards run.
  template <class F>
  void run_on(std::size_t index, F f) const {
    std::packaged_task<void()> task(std::move(f));
    auto done = task.get_future();
    shards_[index]->post([&] { task(); });
    done.get();
  }

  /// Runs `map(shard)` on each shard; then, on the first shard, folds the results in shard order with `reduce(T,
  /// result)`, starting from `initial`, and passes the total to `done`. Any thread. If the shards are stopped before
  /// that, `done` is destroyed without being called.
  template <class T, class Map, class Reduce, class Done>
  void map_reduce(Map map, T initial, Reduce reduce, Done done) const {
    using Part = std::invoke_result_t<Map&, Shard&>;
    struct Gathering {
      std::vector<std::optional<Part>> parts;
      std::size_t missing;
      T folded;
      Reduce reduce;
      Done done;
    };
    auto all = std::make_shared<Gathering>(Gathering{std::vector<std::optional<Part>>(size()), size(),
                                                     std::move(initial), std::move(reduce), std::move(done)});
    for (const auto& shard : shards_) {
      shard->post([first = shards_.front().get(), here = shard.get(), map, all]() mutable {
        first->post([all, index = here->index(), part = map(*here)]() mutable {
          all->parts[index] = std::move(part);
          if (--all->missing > 0) return;
          for (auto& each : all->parts) all->folded = all->reduce(std::move(all->folded), *std::move(each));
          all->done(std::move(all->folded));
        });
      });
    }
  }

  void start();
  /// Ends every loop and waits for the threads. Call it from a thread that does not belong to a shard.
  void stop_and_join();
  /// Whether the threads run. Call it from the thread that starts and stops them.
  [[nodiscard]] bool running() const noexcept { return !threads_.empty(); }

  [[nodiscard]] static const Clock& steady() noexcept;

 private:
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<std::jthread> threads_;
};

}  // namespace entmoot
