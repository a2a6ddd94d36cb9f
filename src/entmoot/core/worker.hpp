// SPDX-License-Identifier: MIT

#pragma once

// A thread for work that blocks (SQLite, DNS, files), so that no shard ever waits. Jobs run one at a time, in order;
// the answer goes back by Shard::post from the job's last line. A job that throws is logged, and the next one runs.

#include <entmoot/base/unique_function.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>

namespace entmoot {

class Worker {
 public:
  /// Policy of the full queue: refuse (submit() returns false) and let the caller answer "overloaded".
  explicit Worker(const char* thread_name, std::size_t jobs_max = 10'000);
  /// Finishes what was accepted, then joins.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Any thread.
  [[nodiscard]] bool submit(UniqueFunction<void()> job);

 private:
  void run();

  const char* const name_;
  const std::size_t jobs_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<UniqueFunction<void()>> jobs_;
  bool stopping_ = false;
  std::jthread thread_;
};

}  // namespace entmoot
