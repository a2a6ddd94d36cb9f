// SPDX-License-Identifier: MIT

#include <entmoot/core/worker.hpp>

#include <utility>

#include <pthread.h>

namespace entmoot {

Worker::Worker(const char* thread_name, std::size_t jobs_max) : jobs_max_(jobs_max), thread_([this] { run(); }) {
  pthread_setname_np(thread_.native_handle(), thread_name);
}

Worker::~Worker() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
}

bool Worker::submit(UniqueFunction<void()> job) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || jobs_.size() >= jobs_max_) return false;
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
  return true;
}

void Worker::run() {
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
  }
}

}  // namespace entmoot
