// SPDX-License-Identifier: MIT

#pragma once

// A thread for blocking work (SQLite, DNS, files), so that no shard ever waits. Jobs run one at a time, in order; a job
// returns its result by Shard::post. A job that throws is logged, and the next job runs.

#include <entmoot/base/unique_function.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>

namespace entmoot {

class Worker {
 public:
  /// When `jobs_max` jobs are queued, submit() returns false and the caller answers "overloaded".
  explicit Worker(const char* thread_name, std::size_t jobs_max = 10'000);
  /// Finishes the accepted jobs, then joins.
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
