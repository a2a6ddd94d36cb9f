// SPDX-License-Identifier: MIT

#include <entmoot/core/worker.hpp>

#include <entmoot/base/guarded.hpp>
#include <entmoot/base/log.hpp>

#include <utility>

#include <pthread.h>

namespace entmoot {

Worker::Worker(const char* thread_name, std::size_t jobs_max)
    : name_(thread_name), jobs_max_(jobs_max), thread_([this] { run(); }) {
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
    if (const auto done = guarded(job); !done) {
      log::error("worker {}: a job threw {}", name_, log::quoted(done.error().reason));
    }
    job = nullptr;  // a ReplyTo that it owns and has not used is answered now
  }
}

}  // namespace entmoot
