// SPDX-License-Identifier: MIT

#pragma once

// Collects log lines in memory instead of writing them, for as long as the object exists. Scripts that are given its
// console() write there too, so that a test's report can show what its rooms printed.
//
// Replaces the process-wide logger: one object at a time, one thread.

#include <entmoot/base/log.hpp>
#include <entmoot/runtime/script_log.hpp>

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
  static constexpr std::size_t lines_max = 1000;  // per test; later lines are dropped

  struct Line {
    bool is_console = false;  ///< Written by a script's console, otherwise by the server.
    bool is_warning = false;  ///< A warning or an error.
    std::string subject;      ///< The script, for a console: `room "chat:lobby"`.
    std::string text;         ///< May have several lines: a stack.
  };

  CapturedLog() : before_(spdlog::default_logger()), sink_(std::make_shared<Sink>()) {
    auto logger = std::make_shared<spdlog::logger>("entmoot test", sink_);
    logger->set_level(spdlog::level::debug);
    spdlog::set_default_logger(std::move(logger));
  }
  ~CapturedLog() { spdlog::set_default_logger(before_); }
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;

  /// Collects the lines of a script's console, in one sequence with the log's.
  [[nodiscard]] entmoot::ScriptLog::Console console() const {
    return [sink = sink_](std::string_view subject, entmoot::log::Level level, std::string_view line) {
      sink->add({true, level >= entmoot::log::Level::warning, std::string(subject), std::string(line)});
    };
  }

  /// The lines since the last call.
  [[nodiscard]] std::vector<Line> take() { return std::exchange(sink_->lines, {}); }

 private:
  class Sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
   public:
    std::vector<Line> lines;

    void add(Line line) {
      if (lines.size() < lines_max) lines.push_back(std::move(line));
    }

   private:
    void sink_it_(const spdlog::details::log_msg& message) override {
      add({false, message.level >= spdlog::level::warn, {}, {message.payload.data(), message.payload.size()}});
    }
    void flush_() override {}
  };

  const std::shared_ptr<spdlog::logger> before_;
  const std::shared_ptr<Sink> sink_;
};

}  // namespace entmoot_app
