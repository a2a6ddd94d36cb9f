// SPDX-License-Identifier: MIT

#include <entmoot/base/log_queue.hpp>

#include <fmt/format.h>

#include <csignal>
#include <string>
#include <utility>

namespace entmoot::log {

LogQueue::LogQueue(std::shared_ptr<spdlog::sinks::sink> to, Limits limits) : to_(std::move(to)), limits_(limits) {
  // Signals are for the threads that expect them.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

LogQueue::~LogQueue() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void LogQueue::log(const spdlog::details::log_msg& line) {
  {
    const std::lock_guard lock(mutex_);
    const std::size_t bytes = line.payload.size();
    if (lines_.size() >= limits_.lines || bytes_ + bytes > limits_.bytes) {
      ++dropped_;
      ++counts_.dropped;
      return;
    }
    if (line.level == spdlog::level::warn) ++counts_.warnings;
    if (line.level >= spdlog::level::err) ++counts_.errors;
    bytes_ += bytes;
    lines_.emplace_back(line);
    if (lines_.size() > 1) return;  // the thread is awake
  }
  changed_.notify_all();
}

Counts LogQueue::counts() {
  const std::lock_guard lock(mutex_);
  return counts_;
}

bool LogQueue::drain(Duration longest) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, longest, [&] { return lines_.empty(); });
}

void LogQueue::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return ending_ || !lines_.empty(); });
    if (ending_) return;
    const std::uint64_t dropped = std::exchange(dropped_, 0);
    const spdlog::details::log_msg_buffer& line = lines_.front();  // stays in place: only this thread removes it
    lock.unlock();
    if (dropped > 0) {
      const std::string text = fmt::format("{} log lines were dropped: the reader of the log is too slow", dropped);
      to_->log(spdlog::details::log_msg(line.logger_name, spdlog::level::warn, text));
    }
    to_->log(line);
    lock.lock();
    bytes_ -= line.payload.size();
    lines_.pop_front();
    if (!lines_.empty()) continue;
    lock.unlock();
    to_->flush();
    lock.lock();
    changed_.notify_all();
  }
}

}  // namespace entmoot::log
