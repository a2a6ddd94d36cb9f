// SPDX-License-Identifier: MIT

#include <entmoot/base/log_queue.hpp>

#include <doctest/doctest.h>

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

using entmoot::log::LogQueue;
using namespace std::chrono_literals;

namespace {

/// A pipe that nobody reads until open() is called.
class Pipe final : public spdlog::sinks::sink {
 public:
  void log(const spdlog::details::log_msg& line) override {
    std::unique_lock lock(mutex_);
    ++blocked_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
    lines_.emplace_back(line.payload.data(), line.payload.size());
  }
  void flush() override {}
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait_for_a_line() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return blocked_ > 0; });
  }
  std::vector<std::string> lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int blocked_ = 0;
  std::vector<std::string> lines_;
};

struct LogFixture {
  std::shared_ptr<Pipe> pipe = std::make_shared<Pipe>();
  std::shared_ptr<LogQueue> queue = std::make_shared<LogQueue>(pipe, LogQueue::Limits{.lines = 10, .bytes = 1000});
  spdlog::logger logger{"test", queue};
  ~LogFixture() { pipe->open(); }
};

}  // namespace

TEST_CASE_FIXTURE(LogFixture,
                  "a log that nobody reads delays no thread; lines that do not fit are dropped and counted") {
  logger.info("0");
  pipe->wait_for_a_line();
  for (int i = 1; i < 100'000; ++i) logger.info("{}", i);
  CHECK_FALSE(queue->drain(0s));
  pipe->open();
  while (!queue->drain(1h)) {
  }
  logger.info("after");
  while (!queue->drain(1h)) {
  }
  const auto lines = pipe->lines();
  REQUIRE(lines.size() == 12);
  CHECK(lines[0] == "0");
  CHECK(lines[1] == "99990 log lines were dropped: the reader of the log is too slow");
  for (std::size_t i = 2; i <= 10; ++i) CHECK(lines[i] == std::to_string(i - 1));
  CHECK(lines[11] == "after");
}

TEST_CASE_FIXTURE(LogFixture, "the queue of the log is bounded in bytes") {
  logger.info("0");
  pipe->wait_for_a_line();
  logger.info("{}", std::string(990, 'x'));
  logger.info("{}", std::string(990, 'y'));
  logger.info("fits");
  pipe->open();
  while (!queue->drain(1h)) {
  }
  const auto lines = pipe->lines();
  REQUIRE(lines.size() == 4);
  CHECK(lines[2] == std::string(990, 'x'));
  CHECK(lines[3] == "fits");
}
