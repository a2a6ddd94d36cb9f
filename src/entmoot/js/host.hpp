// SPDX-License-Identifier: MIT

#pragma once

// What a script may ask of the server: the other side of prelude.js. One Host per room; its functions are called on the
// room's fiber, in a host section of the slicer (time does not switch the fiber out there), with texts that are valid
// for the call only. They must not throw and must not call back into the engine.

#include <cstdint>
#include <span>
#include <string_view>

namespace entmoot {
class Slicer;
}

namespace entmoot::js {

class Host {
 public:
  virtual ~Host() = default;

  /// The thread's slicer.
  [[nodiscard]] virtual Slicer& slicer() noexcept = 0;

  /// A call from outside has its result: a JSON text, or the error's message and stack.
  virtual void answer(std::uint64_t call, bool ok, std::string_view json_or_message, std::string_view stack) = 0;
  /// BroadcastChannel.postMessage. False: refused, result() says why.
  [[nodiscard]] virtual bool post(std::string_view channel, std::string_view json) = 0;
  /// What a room does to its clients and itself (room.js): an operation, whom it is about, a name (an event, a key), a
  /// payload. False: refused, result() says why.
  [[nodiscard]] virtual bool emit(std::string_view operation, std::string_view target, std::string_view name,
                                  std::string_view payload) = 0;
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
  /// `level`: 1 debug to 4 error.
  virtual void log(int level, std::string_view line) = 0;
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
