// SPDX-License-Identifier: MIT

#pragma once

// Sees what the turns of a durable script ask of the server, when they run and again when they are replayed: for what
// follows from the turns and is not in the script's heap (rooms/recent_broadcasts.hpp).
//
// Used on the server's shard, and on the fiber of a turn.

#include <entmoot/js/host.hpp>

#include <span>
#include <string>
#include <string_view>

namespace entmoot {

class TurnObserver {
 public:
  virtual ~TurnObserver() = default;

  // What the turn has asked for and was not refused.
  virtual void posted(std::string_view channel, std::string_view json) = 0;
  virtual void commanded(std::string_view name, std::span<const js::Value> operands) = 0;
  virtual void called(std::string_view name, std::string_view args) = 0;
  /// Of a turn that was not kept, nothing takes effect.
  virtual void turn_ended(bool kept) = 0;

  /// What follows from the turns so far. Between two turns.
  [[nodiscard]] virtual std::string state() const = 0;
  /// The next turn is the one after that state. Bytes of an older or newer version are like none.
  virtual void resume(std::string_view state) = 0;
};

}  // namespace entmoot
