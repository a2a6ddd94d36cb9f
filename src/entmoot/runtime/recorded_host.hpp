// SPDX-License-Identifier: MIT

#pragma once

// The host of a durable script, in front of the live one. While the script is live, its requests pass through and what
// it observes is noted (TurnFacts). While its turns are replayed, nothing passes: the script gets what was noted, and
// its requests are only compared, by their digest.
//
//   time            fixed for a turn
//   random numbers  from a seed for each turn, drawn when the turn first asks
//   timers, calls   by number; which exist is noted in the ScriptState
//
// Used on the server's shard and on the fiber of its turn, like the host behind it.

#include <entmoot/core/random_source.hpp>
#include <entmoot/js/host.hpp>
#include <entmoot/runtime/random_stream.hpp>
#include <entmoot/runtime/script_state.hpp>
#include <entmoot/runtime/turn_observer.hpp>
#include <entmoot/runtime/turn_record.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace entmoot {

class RecordedHost final : public js::Host {
 public:
  /// Both outlive it.
  RecordedHost(js::Host& live, RandomSource& entropy) : live_(live), entropy_(entropy) {}

  /// Sees the turns from now on; outlives it, or null.
  void observe(TurnObserver* observer) noexcept { observer_ = observer; }
  [[nodiscard]] const ScriptState& state() const noexcept { return state_; }

  /// The script goes on from this state.
  void resume(ScriptState state) { state_ = std::move(state); }
  /// A turn begins at this time, or at that of the last turn if it is later.
  void begin(const Input& input, std::int64_t now_ms);
  /// A turn is replayed. `facts` outlives it.
  void begin_replay(const Input& input, const TurnFacts& facts);
  /// The turn has ended. In a replay, the facts are those that it came to.
  [[nodiscard]] TurnFacts end();

  // js::Host
  Slicer& slicer() noexcept override { return live_.slicer(); }
  void answer(std::uint64_t call, Outcome outcome, js::Value value, std::string_view extra) override;
  bool post(std::string_view channel, std::string_view json) override;
  bool command(std::string_view name, std::span<const js::Value> operands) override;
  bool call(std::uint64_t id, std::string_view name, std::string_view args) override;
  Waited call_sync(std::string_view name, std::string_view args) override;
  Waited call_sync_result() override;
  [[nodiscard]] std::string_view result() const noexcept override { return result_; }
  std::uint32_t start_timer(double milliseconds, bool repeat) override;
  void stop_timer(std::uint32_t id) override;
  void log(log::Level level, std::string_view line) override;
  void report_error(Uncaught kind, std::string_view message, std::string_view stack) override;
  double random() noexcept override;
  void random_bytes(std::span<std::uint8_t> bytes) noexcept override;
  double wall_clock() noexcept override { return static_cast<double>(state_.now_ms); }
  double uptime() noexcept override { return static_cast<double>(state_.now_ms - state_.began_ms); }
  bool interrupt() noexcept override { return live_.interrupt(); }

 private:
  class Digest {
   public:
    Digest& number(std::uint64_t value) noexcept;
    Digest& text(std::string_view value) noexcept;
    [[nodiscard]] std::uint64_t value() const noexcept { return value_; }

   private:
    std::uint64_t value_ = 0;
  };
  enum class Request : std::uint8_t { answer, post, command, call, call_sync, start_timer, stop_timer, report_error };
  Digest& noted(Request request) noexcept;
  /// What the current request has got: by asking the live host, or as it was.
  template <class Ask>
  bool accepted(Ask ask);
  [[nodiscard]] const Observation* observed() noexcept;
  [[nodiscard]] Waited waited(Waited live);
  [[nodiscard]] Waited waited_before();
  void reseed() noexcept;

  js::Host& live_;
  RandomSource& entropy_;
  TurnObserver* observer_ = nullptr;
  ScriptState state_;

  // Of the current turn.
  const TurnFacts* replayed_ = nullptr;  // null: it is live
  std::size_t observed_ = 0;             // of its observations
  TurnFacts facts_;
  std::uint64_t own_call_ = 0;  // that the turn is about; 0: none
  std::uint64_t requests_ = 0;
  Digest digest_;
  bool seeded_ = false;
  RandomStream random_;
  std::string result_;
};

}  // namespace entmoot
