// SPDX-License-Identifier: MIT

#pragma once

// All rooms of a node, by topic, started on first use. Callable from any thread; a room lives on shards.home_of(topic),
// and its work is done there. Replies are posted to the caller's shard (otp/reply_to).
//
// Bounds: RoomsOptions. If a room cannot be started, the reply is an Error with the reason.

#include <entmoot/core/per_shard.hpp>
#include <entmoot/core/shards.hpp>
#include <entmoot/rooms/memory_budget.hpp>
#include <entmoot/rooms/room_search.hpp>
#include <entmoot/rooms/room_shard.hpp>
#include <entmoot/rooms/room_storage.hpp>
#include <entmoot/runtime/js_shard.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

class Rooms {
 public:
  /// Constructed before the shards start. All arguments outlive the rooms.
  Rooms(Shards& shards, const PerShard<JsShard>& js, const RoomServices& services, RoomsOptions options,
        const std::shared_ptr<const RoomRoutes>& routes);
  ~Rooms();

  // --- any thread

  /// A channel's join. Starts the room if necessary.
  /// A number for a client of this thread's shard.
  [[nodiscard]] ClientNumber new_client_here() { return rooms_.local().new_client(); }
  void join(std::string_view topic, JoiningClient client, Envelope message, ReplyTo reply);
  void leave(std::string_view topic, ClientNumber client, std::string_view reason);
  /// An HTTP request from `address`. Starts the room if necessary.
  void request(std::string_view topic, std::string address, Envelope message, ReplyTo reply);
  /// A message to the room, if it is running; else the reply is `not_found`.
  void call(std::string_view topic, Envelope message, ReplyTo reply);
  /// A message of another room.
  void call(RoomCall call, ReplyTo reply);
  /// Returns a broadcast that a client's channel has intercepted to its room, if that still exists.
  void take_back(std::string_view topic, InterceptedBroadcast message);
  /// Replies when all intercepted broadcasts returned before have been processed (InterceptBarrier).
  void await_intercepted(std::string_view topic, ReplyTo reply);
  /// Ends the room by force. The reply is null or `not_found`.
  void kill(std::string_view topic, ReplyTo reply);
  /// Ends the room by force, if it is running, and deletes everything that is stored of it. The reply is null, or
  /// `not_found`: nothing is stored.
  void forget(std::string_view topic, ReplyTo reply);
  /// Ends the room if nobody uses it, keeping its state. The reply is null, `not_found`, or `unavailable`: it is in
  /// use.
  void sleep(std::string_view topic, ReplyTo reply);
  /// Runs `look(RoomShard&, Room&)` on the room's shard, or replies `not_found`; `look` returns the reply.
  template <class Look>
  void inspect(std::string_view topic, ReplyTo reply, Look look) {
    shards_.home_of(topic).post(
        [this, topic = std::string(topic), reply = std::move(reply), look = std::move(look)]() mutable {
          RoomShard& here = rooms_.local();
          const auto room = here.find(topic);
          if (!room) return std::move(reply)(room.error());
          std::move(reply)(look(here, **room));
        });
  }
  /// search_rooms().
  void search(RoomQuery query, UniqueFunction<void(RoomPage)> report) {
    search_rooms(
        shards_, [this]() -> RoomShard& { return rooms_.local(); }, std::move(query), std::move(report));
  }
  /// Reports all rooms, sorted by topic, on the first shard.
  void list(UniqueFunction<void(std::vector<RoomInfo>)> report);
  /// Switches to the code of `routes`: live rooms reload, each independently.
  void use(std::shared_ptr<const RoomRoutes> routes);

  /// The server is about to end: the scripts of durable rooms serialize their state. Waits for them, at most so long.
  /// Not on a shard's thread, while the shards run.
  void serialize_durable(Duration at_most);

  // --- each shard

  /// This shard's current routes.
  [[nodiscard]] const RoomRoutes& routes_here() const { return rooms_.local().routes(); }
  /// This shard's rooms.
  [[nodiscard]] RoomShard& here() const { return rooms_.local(); }
  [[nodiscard]] RouteCounters& counters_here(std::string_view pattern) { return rooms_.local().counters_of(pattern); }
  /// Ends every room of this shard; none starts afterwards. Called before the shard's loop ends.
  void stop_here();

  [[nodiscard]] const RoomsOptions& options() const noexcept { return options_; }

 private:
  /// Runs `step(RoomShard&)` on the topic's shard.
  template <class Step>
  void at_home(std::string_view topic, Step step);
  /// Runs `step(Room&, ReplyTo)` with the room, or replies `not_found`.
  template <class Step>
  void with_running(std::string_view topic, ReplyTo reply, Step step);

  void watch_memory();

  Shards& shards_;
  const RoomsOptions options_;
  RoomQuota quota_;
  MemoryBudget memory_;
  const std::unique_ptr<RoomStorage> storage_;  // null: there is no store for durable rooms
  TimerId memory_watch_ = TimerId::none;        // on the first shard
  const RoomShard::Shared shared_;
  PerShard<RoomShard> rooms_;
};

}  // namespace entmoot
