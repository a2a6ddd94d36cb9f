// SPDX-License-Identifier: MIT

#pragma once

// While it lives the log is kept instead of written: what rooms say belongs to the test in which they say it.
//
// The log is the process's, so is this; one thread.

#include <entmoot/base/log.hpp>

#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace entmoot_app {

class CapturedLog {
 public:
  static constexpr std::size_t lines_max = 1000;  // of one test; the newest are left out

  struct Line {
    spdlog::level::level_enum level;
    std::string text;  ///< A stack follows on lines of its own.
  };

  CapturedLog() : before_(spdlog::default_logger()), sink_(std::make_shared<Sink>()) {
    auto logger = std::make_shared<spdlog::logger>("entmoot test", sink_);
    logger->set_level(spdlog::level::debug);
    spdlog::set_default_logger(std::move(logger));
  }
  ~CapturedLog() { spdlog::set_default_logger(before_); }
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;

  /// What was logged since the last time that was asked.
  [[nodiscard]] std::vector<Line> take() { return std::exchange(sink_->lines, {}); }

 private:
  class Sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
   public:
    std::vector<Line> lines;

   private:
    void sink_it_(const spdlog::details::log_msg& message) override {
      if (lines.size() < lines_max) lines.push_back({message.level, {message.payload.data(), message.payload.size()}});
    }
    void flush_() override {}
  };

  const std::shared_ptr<spdlog::logger> before_;
  const std::shared_ptr<Sink> sink_;
};

}  // namespace entmoot_app
