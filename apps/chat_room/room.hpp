// SPDX-License-Identifier: MIT

#pragma once

// The chat's rooms: each a JavaScript runtime under a supervisor, found by its id, started on first use
// (ChatRoom.Room in the Elixir example).
//
// Any thread may call. A room lives on shards.home_of(id), where it is looked up, started and sent its messages, so
// that two simultaneous first uses start one room. Replies run on the shard that the ReplyTo was made with.

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

/// The program and the limits of every room.
struct RoomSpec {
  entmoot::Program program;
  entmoot::Budget budget = {};
};

class Rooms {
 public:
  /// The node outlives the rooms.
  Rooms(entmoot::Node& node, RoomSpec spec);

  /// Answers the message {sender, text, timestamp}; every client in the room receives it as "new_message".
  void send_message(std::string_view id, std::string_view sender, std::string_view text, entmoot::ReplyTo reply);
  /// Answers the list of messages.
  void get_history(std::string_view id, entmoot::ReplyTo reply);
  /// Answers {messageCount}.
  void get_state(std::string_view id, entmoot::ReplyTo reply);
  /// Ends the room by force, whatever it is doing; pending calls are answered "killed". The next message starts a new
  /// room. A kill does not count against the room's restart intensity. Answers `null` when the room has ended.
  void kill(std::string_view id, entmoot::ReplyTo reply);
  /// Ends every room of this shard; none starts afterwards. Called on each shard before its loop ends.
  void stop_here();

  /// The resources that the rooms of one shard hold.
  struct Usage {
    entmoot::ChildCounts rooms;
    std::size_t heaps = 0;   ///< One for each running room.
    std::size_t stacks = 0;  ///< One for each unfinished turn.
  };
  /// For the calling shard.
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
