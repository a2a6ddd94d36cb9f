// SPDX-License-Identifier: MIT

#pragma once

// What a script may ask of the server: the other side of prelude.js. One Host per room; its functions are called on the
// room's fiber, in a host section of the slicer (time does not switch the fiber out there), with texts that are valid
// for the call only. They must not throw and must not call back into the engine.

#include <entmoot/base/log.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace entmoot {
class Slicer;
}

namespace entmoot::js {

/// A string or a Uint8Array of the script's, as it crosses. Trivial on purpose: a room may be dropped while one is
/// alive.
struct Value {
  enum class Kind : std::uint8_t {
    text,  ///< UTF-8
    bytes,
  };
  Kind kind = Kind::text;
  std::string_view content = {};
};

class Host {
 public:
  virtual ~Host() = default;

  /// The thread's slicer.
  [[nodiscard]] virtual Slicer& slicer() noexcept = 0;

  /// How a call from outside ended. prelude.js knows the numbers.
  enum class Outcome {
    ok,       ///< It returned.
    refused,  ///< It is refused with a response of the script's own.
    threw,    ///< `value` is the exception's message, `extra` its stack.
  };
  /// A call from outside has its result: a JSON text, or bytes; for `ok` and `refused`, `extra` is a JSON text beside
  /// bytes (empty: null).
  virtual void answer(std::uint64_t call, Outcome outcome, Value value, std::string_view extra) = 0;
  /// BroadcastChannel.postMessage. False: refused, result() says why.
  [[nodiscard]] virtual bool post(std::string_view channel, std::string_view json) = 0;
  /// What a built-in script beside the prelude asks for, in a vocabulary that is its own and its server's. False:
  /// refused, result() says why.
  [[nodiscard]] virtual bool command(std::string_view name, std::span<const Value> operands) = 0;
  static constexpr std::size_t operands_max = 4;
  /// Beam.call: the answer comes as a later turn. False: refused now, result() says why.
  [[nodiscard]] virtual bool call(std::uint64_t id, std::string_view name, std::string_view args) = 0;

  enum class Waited { value, error, not_yet };
  /// Beam.callSync: starts the handler. `not_yet` has the caller yield the fiber and ask call_sync_result() when it is
  /// resumed.
  [[nodiscard]] virtual Waited call_sync(std::string_view name, std::string_view args) = 0;
  [[nodiscard]] virtual Waited call_sync_result() = 0;
  /// The JSON text or the error's message that the last call_sync or refused call came to. Owned by the host.
  [[nodiscard]] virtual std::string_view result() const noexcept = 0;

  /// 0: no more timers, result() says why.
  [[nodiscard]] virtual std::uint32_t start_timer(double milliseconds, bool repeat) = 0;
  virtual void stop_timer(std::uint32_t id) = 0;
  virtual void log(log::Level level, std::string_view line) = 0;
  /// What a script did not catch where nobody waits for an answer. prelude.js knows the numbers.
  enum class Uncaught { timer, listener, microtask, rejection };
  virtual void report_error(Uncaught kind, std::string_view message, std::string_view stack) = 0;
  /// In [0, 1).
  [[nodiscard]] virtual double random() noexcept = 0;
  /// Fills `bytes` with what nobody can guess.
  virtual void random_bytes(std::span<std::uint8_t> bytes) noexcept = 0;
  /// Milliseconds since the room began.
  [[nodiscard]] virtual double uptime() noexcept = 0;

  /// The engine polls (see JS_SetInterruptHandler), outside any host section. True ends the turn with an error that the
  /// script cannot catch.
  [[nodiscard]] virtual bool interrupt() noexcept = 0;
};

}  // namespace entmoot::js
