// SPDX-License-Identifier: MIT

#pragma once

// A js::Host that discards all output and answers no calls, to run the engine without actor, mailbox and fiber.

#include <entmoot/core/slicer.hpp>
#include <entmoot/js/host.hpp>

#include <cstdint>
#include <string_view>

namespace bench {

class SilentHost final : public entmoot::js::Host {
 public:
  [[nodiscard]] entmoot::Slicer& slicer() noexcept override { return slicer_; }
  void answer(std::uint64_t, Outcome outcome, entmoot::js::Value, std::string_view) override {
    outcome == Outcome::threw ? ++failures_ : ++answers_;
  }
  bool post(std::string_view, std::string_view) override { return ++posts_ > 0; }
  [[nodiscard]] bool command(std::string_view, std::span<const entmoot::js::Value>) override { return false; }
  [[nodiscard]] bool call(std::uint64_t, std::string_view, std::string_view) override { return false; }
  [[nodiscard]] Waited call_sync(std::string_view, std::string_view) override { return Waited::error; }
  [[nodiscard]] Waited call_sync_result() override { return Waited::error; }
  [[nodiscard]] std::string_view result() const noexcept override { return "this room has no server"; }
  [[nodiscard]] std::uint32_t start_timer(double, bool) override { return 0; }
  void stop_timer(std::uint32_t) override {}
  void report_error(Uncaught, std::string_view, std::string_view) override {}
  void log(entmoot::log::Level, std::string_view) override {}
  [[nodiscard]] double random() noexcept override { return 0.5; }
  void random_bytes(std::span<std::uint8_t>) noexcept override {}
  [[nodiscard]] double uptime() noexcept override { return 0; }
  [[nodiscard]] double wall_clock() noexcept override { return 0; }
  [[nodiscard]] bool interrupt() noexcept override { return false; }

  [[nodiscard]] std::uint64_t answers() const noexcept { return answers_; }
  [[nodiscard]] std::uint64_t failures() const noexcept { return failures_; }

 private:
  entmoot::SteadyClock clock_;
  entmoot::Slicer slicer_{clock_, {.force = false}};
  std::uint64_t answers_ = 0;
  std::uint64_t failures_ = 0;
  std::uint64_t posts_ = 0;
};

}  // namespace bench
