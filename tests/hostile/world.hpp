// SPDX-License-Identifier: MIT

#pragma once

// A shard with two rooms on it: the hostile one, and a neighbour that is pinged all the time. The test's thread is the
// shard's: it goes round the loop itself, so that nothing depends on how threads are scheduled.
//
// Without a sanitizer time is real and rooms are sliced by force. With one, slices end at polls only, and time is a
// clock that advances with each reading (core/slicer.hpp).

#include "corpus.hpp"

#include <entmoot/core/sanitizers.hpp>
#include <entmoot/core/shards.hpp>
#include <entmoot/otp/dynamic_supervisor.hpp>
#include <entmoot/otp/registry.hpp>
#include <entmoot/runtime/js_server.hpp>
#include <entmoot/testing/manual_clock.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace entmoot::hostile {

inline constexpr bool with_force = !with_asan && !with_tsan;

/// The outcome of one script.
struct Outcome {
  std::optional<Result<JsonText>> answer;  ///< Of run().
  std::optional<ExitReason> exit;          ///< Of the room, if it ended by itself.
  bool answers_afterwards = false;         ///< Whether the room that has its name now answers a ping.
  JsServer::Usage usage;
  std::uint64_t slices = 0;  ///< Of the room, that were over before their turn was.

  /// Of the neighbour, per ping.
  struct Wait {
    Duration time;
    std::uint64_t slices;      ///< The room's, between the ping and its answer.
    std::uint64_t own_slices;  ///< The neighbour's: the machine took the thread away while it was answering.
  };
  std::vector<Wait> waits;

  [[nodiscard]] Duration median_wait() const;
  [[nodiscard]] Duration longest_wait() const;
};

class World {
 public:
  World();
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  [[nodiscard]] Outcome run(const Script& script);

  /// Resources held on the shard: those of the neighbour only, the same after each script.
  struct Held {
    std::size_t heaps, stacks, names, children, timers;
    friend bool operator==(const Held&, const Held&) = default;
  };
  [[nodiscard]] Held held() const;

 private:
  Result<ActorRef> room(const std::string& name);
  Result<std::unique_ptr<Actor>> start(const std::string& name);
  void round();
  void let_time_pass();

  ManualClock manual_clock_;
  Shards shards_;
  Shard& shard_;
  Shard::Scope here_;
  Registry registry_;
  JsShard js_;
  DynamicSupervisor supervisor_;
  Handlers handlers_;
  std::vector<ReplyTo> unanswered_;

  Program neighbours_;
  std::optional<Program> hostiles_;
  JsServer* hostile_ = nullptr;
  JsServer* neighbour_ = nullptr;
};

}  // namespace entmoot::hostile
