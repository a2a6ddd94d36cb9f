// SPDX-License-Identifier: MIT

#pragma once

// The server's interface for scripts, called by prelude.js. One Host per room. Its functions are called on the room's
// fiber, between Slicer::enter_host() and leave_host() (the fiber is not preempted there), with texts that are valid
// during the call only. They must not throw and must not call back into the engine.

#include <entmoot/base/log.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace entmoot {
class Slicer;
}

namespace entmoot::js {

/// A value of the script. Trivially destructible, because a room may be dropped while one is alive.
struct Value {
  enum class Kind : std::uint8_t {
    text,   ///< A string, as UTF-8.
    bytes,  ///< Of an ArrayBuffer, a typed array or a DataView.
    number,
    json,  ///< Any other value, as JSON; undefined as {}.
  };
  Kind kind = Kind::text;
  std::string_view content = {};  ///< Of all but numbers.
  double number = 0;
};

/// A message that the script's handler is processing (js/delivery.hpp).
struct Delivery {
  std::uint64_t call = 0;
  std::uint64_t receiver = 0;
  bool deferred = false;  ///< The script will answer itself.
};

class Host {
 public:
  virtual ~Host() = default;

  /// The thread's slicer.
  [[nodiscard]] virtual Slicer& slicer() noexcept = 0;

  /// The outcome of a call from outside. prelude.js uses the same numbers.
  enum class Outcome {
    ok,        ///< The function returned.
    refused,   ///< The script rejects the call with a response of its own; the turn's other effects are kept.
    threw,     ///< `value` is the exception's message, `extra` its stack.
    declined,  ///< The script threw a Refusal, whose response is `value`: as `refused`, without the turn's effects.
  };
  /// Answers a call from outside. `value` is a JSON text (as text or json), or bytes; for `ok` and `refused`, `extra`
  /// is a JSON text beside the bytes (empty: null).
  virtual void answer(std::uint64_t call, Outcome outcome, Value value, std::string_view extra) = 0;
  /// BroadcastChannel.postMessage. False: rejected; result() is the reason.
  [[nodiscard]] virtual bool post(std::string_view channel, std::string_view json) = 0;
  /// A command of a built-in script. The script and its server define the names. False: rejected; result() is the
  /// reason.
  [[nodiscard]] virtual bool command(std::string_view name, std::span<const Value> operands) = 0;
  static constexpr std::size_t operands_max = 4;
  /// Beam.call: the answer is delivered in a later turn. False: rejected; result() is the reason.
  [[nodiscard]] virtual bool call(std::uint64_t id, std::string_view name, std::string_view args) = 0;

  enum class Waited { value, error, not_yet };
  /// Beam.callSync: starts the handler. On `not_yet` the caller yields the fiber, and calls call_sync_result() when it
  /// is resumed.
  [[nodiscard]] virtual Waited call_sync(std::string_view name, std::string_view args) = 0;
  [[nodiscard]] virtual Waited call_sync_result() = 0;
  /// The JSON text of the last call_sync, or the error message of the last function that failed. Owned by the host.
  [[nodiscard]] virtual std::string_view result() const noexcept = 0;

  /// Returns the timer's id. 0: too many timers; result() is the reason.
  [[nodiscard]] virtual std::uint32_t start_timer(double milliseconds, bool repeat) = 0;
  virtual void stop_timer(std::uint32_t id) = 0;
  virtual void log(log::Level level, std::string_view line) = 0;
  /// An uncaught error that no caller receives. prelude.js uses the same numbers.
  enum class Uncaught { timer, listener, microtask, rejection };
  virtual void report_error(Uncaught kind, std::string_view message, std::string_view stack) = 0;
  /// In [0, 1).
  [[nodiscard]] virtual double random() noexcept = 0;
  /// Fills `bytes` with cryptographically secure random bytes.
  virtual void random_bytes(std::span<std::uint8_t> bytes) noexcept = 0;
  /// Milliseconds since the room started.
  [[nodiscard]] virtual double uptime() noexcept = 0;
  /// The time of day, which Date reads: milliseconds since 1970 in UTC, a whole number.
  [[nodiscard]] virtual double wall_clock() noexcept = 0;

  /// Null unless the handler of a message is running; not while its microtasks run.
  Delivery* delivery = nullptr;

  /// Called when the engine polls (JS_SetInterruptHandler), outside host functions. True ends the turn with an error
  /// that the script cannot catch.
  [[nodiscard]] virtual bool interrupt() noexcept = 0;
};

}  // namespace entmoot::js
