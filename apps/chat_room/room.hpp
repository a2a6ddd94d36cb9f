// SPDX-License-Identifier: MIT

#pragma once

// The chat's rooms: each a JavaScript runtime under a supervisor, found by its id, started on first use
// (ChatRoom.Room in the Elixir example).
//
// Any thread may call. A room lives on shards.home_of(id); that is where it is looked up, started and sent its message,
// so two first uses at once make one room. Answers go home by themselves: what a ReplyTo does runs where its maker
// said.

#include <entmoot/core/per_shard.hpp>
#include <entmoot/node/node.hpp>
#include <entmoot/otp/dynamic_supervisor.hpp>
#include <entmoot/runtime/budget.hpp>
#include <entmoot/runtime/program.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace chat_room {

/// What every room runs, and what it may use.
struct RoomSpec {
  entmoot::Program program;
  entmoot::Budget budget = {};
};

class Rooms {
 public:
  /// The node outlives the rooms.
  Rooms(entmoot::Node& node, RoomSpec spec);

  /// Answers the message {sender, text, timestamp}; every client in the room gets it as "new_message".
  void send_message(std::string_view id, std::string_view sender, std::string_view text, entmoot::ReplyTo reply);
  /// Answers the list of messages.
  void get_history(std::string_view id, entmoot::ReplyTo reply);
  /// Answers {messageCount}.
  void get_state(std::string_view id, entmoot::ReplyTo reply);
  /// Ends the room by force, whatever it is doing; who waits for it is answered "killed". The next message starts a
  /// fresh one. Being asked for, it does not count against the room's restart budget. Answers `null` when it is done.
  void kill(std::string_view id, entmoot::ReplyTo reply);
  /// Ends every room of this shard and starts no more. On each shard, before its loop ends.
  void stop_here();

  /// What the rooms of one shard hold.
  struct Usage {
    entmoot::ChildCounts rooms;
    std::size_t heaps = 0;   ///< One a room that runs.
    std::size_t stacks = 0;  ///< Of turns under way.
  };
  /// Of this shard.
  [[nodiscard]] Usage usage_here() const;

 private:
  void call(std::string_view id, std::string_view function, std::string_view args, entmoot::ReplyTo reply);
  entmoot::Result<entmoot::ActorRef> ensure_started(const std::string& id);
  [[nodiscard]] entmoot::ChildSpec child_spec(const std::string& id);
  [[nodiscard]] entmoot::Result<std::unique_ptr<entmoot::Actor>> start(const std::string& id, entmoot::Shard& shard);

  entmoot::Node& node_;
  const RoomSpec spec_;
  entmoot::PerShard<entmoot::DynamicSupervisor> supervisors_;
};

}  // namespace chat_room
