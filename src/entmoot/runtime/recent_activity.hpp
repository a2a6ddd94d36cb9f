// SPDX-License-Identifier: MIT

#pragma once

// The last inputs of an actor and the last lines of its log, for people who look at a running room. It belongs to the
// room, not to its actor: after a crash it shows what has led to it.
//
// Bounds: `inputs_max` inputs of a fixed size, `lines_max` lines of at most `line_bytes_max` bytes. Memory is taken
// with the first input and with the first line. Used on its actor's shard.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/log.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

namespace entmoot {

class RecentActivity {
 public:
  static constexpr std::size_t inputs_max = 16;
  static constexpr std::size_t lines_max = 50;
  static constexpr std::size_t line_bytes_max = 2000;

  enum class Outcome : std::uint8_t { done, failed, dropped };
  struct Input {
    TimePoint at{};
    Duration cpu{};
    std::uint64_t sender = 0;  ///< The client; 0: no client.
    Outcome outcome = Outcome::done;
    std::array<char, 23> text{};  ///< The event, cut to this length; "" is a timer, an answer or the start.
    std::uint8_t size = 0;
    [[nodiscard]] std::string_view name() const noexcept { return {text.data(), size}; }
  };
  struct Line {
    TimePoint at;
    log::Level level;
    std::string text;  ///< Not escaped; a stack follows on further lines.
  };

  void input(TimePoint at, Duration cpu, std::uint64_t sender, Outcome outcome, std::string_view name) {
    if (!inputs_) inputs_ = std::make_unique<std::array<Input, inputs_max>>();
    Input& next = (*inputs_)[taken_++ % inputs_max];
    next.at = at;
    next.cpu = cpu;
    next.sender = sender;
    next.outcome = outcome;
    next.size = static_cast<std::uint8_t>(std::min(name.size(), next.text.size()));
    std::copy_n(name.data(), next.size, next.text.data());
  }
  void line(TimePoint at, log::Level level, std::string_view text) {
    if (lines_.size() == lines_max) lines_.pop_front();
    lines_.push_back({at, level, std::string(text.substr(0, line_bytes_max))});
  }

  /// Calls `each(input)`, the newest one first.
  template <class Each>
  void for_each_input(Each&& each) const {
    const std::uint64_t kept = std::min<std::uint64_t>(taken_, inputs_max);
    for (std::uint64_t i = 1; i <= kept; ++i) each((*inputs_)[(taken_ - i) % inputs_max]);
  }
  /// The oldest one first.
  [[nodiscard]] const std::deque<Line>& lines() const noexcept { return lines_; }

 private:
  std::unique_ptr<std::array<Input, inputs_max>> inputs_;
  std::uint64_t taken_ = 0;
  std::deque<Line> lines_;
};

}  // namespace entmoot
