// SPDX-License-Identifier: MIT

#pragma once

// Log lines on their way to a sink that may block: a pipe that nobody reads, a full disk. A thread of its own writes
// them, so a thread that logs never waits. If the queue is full, a line is dropped and counted; the next line that is
// written says how many were.
//
// log() is for any thread. The queue is never destroyed by log::start(), because its thread may be blocked for ever.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/log.hpp>

#include <spdlog/details/log_msg_buffer.h>
#include <spdlog/sinks/sink.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

namespace entmoot::log {

class LogQueue final : public spdlog::sinks::sink {
 public:
  struct Limits {
    std::size_t lines = 10'000;
    std::size_t bytes = 4 * 1024 * 1024;
  };
  /// Used by the queue's thread only, except for its pattern.
  explicit LogQueue(std::shared_ptr<spdlog::sinks::sink> to) : LogQueue(std::move(to), Limits()) {}
  LogQueue(std::shared_ptr<spdlog::sinks::sink> to, Limits limits);
  /// Waits for the line that is being written, and drops the others.
  ~LogQueue() override;

  void log(const spdlog::details::log_msg& line) override;
  /// Not needed: the thread flushes whenever the queue is empty.
  void flush() override {}
  /// Waits until every line is written, at most `longest`. Returns whether it is so.
  bool drain(Duration longest);
  [[nodiscard]] Counts counts();

  void set_pattern(const std::string& pattern) override { to_->set_pattern(pattern); }
  void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override {
    to_->set_formatter(std::move(formatter));
  }

 private:
  void run();

  const std::shared_ptr<spdlog::sinks::sink> to_;
  const Limits limits_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<spdlog::details::log_msg_buffer> lines_;  // the first one may be in progress
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;  // since the last line that was written
  Counts counts_;
  bool ending_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace entmoot::log
