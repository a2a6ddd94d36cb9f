// SPDX-License-Identifier: MIT

#pragma once

// The clock of the rooms under test: real time, and what the test has moved it by. One thread.

#include <entmoot/base/clock.hpp>

#include <chrono>

namespace entmoot_app {

class StageClock final : public entmoot::Clock {
 public:
  [[nodiscard]] entmoot::TimePoint now() const noexcept override { return std::chrono::steady_clock::now() + moved_; }
  [[nodiscard]] const entmoot::WallClock& wall() const noexcept override { return wall_; }
  void advance(entmoot::Duration by) noexcept { moved_ += by; }
  void reset() noexcept { moved_ = {}; }

 private:
  class Wall final : public entmoot::WallClock {
   public:
    explicit Wall(const entmoot::Duration& moved) : moved_(moved) {}
    [[nodiscard]] entmoot::WallTime now() const noexcept override {
      return entmoot::SystemClock::shared().now() + std::chrono::duration_cast<std::chrono::milliseconds>(moved_);
    }

   private:
    const entmoot::Duration& moved_;
  };

  entmoot::Duration moved_{};
  Wall wall_{moved_};
};

}  // namespace entmoot_app
