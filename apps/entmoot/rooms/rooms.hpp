// SPDX-License-Identifier: MIT

#pragma once

// All rooms of the node, by topic, started on first use. Any thread may ask; a room lives on shards.home_of(topic) and
// everything about it is done there. Answers go home by themselves.
//
// Bounds: rooms of the node and of one client address (NodeLimits); a room that cannot be started is an answer that
// says why.

#include "../config.hpp"
#include "ground.hpp"
#include "node_counts.hpp"
#include "room.hpp"
#include "sleeping_rooms.hpp"

#include <entmoot/base/string_map.hpp>
#include <entmoot/core/per_shard.hpp>
#include <entmoot/core/shards.hpp>
#include <entmoot/otp/dynamic_supervisor.hpp>
#include <entmoot/otp/registry.hpp>
#include <entmoot/runtime/js_shard.hpp>
#include <entmoot/web/fetch.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot_app {

struct App;

class Rooms;

/// The rooms of one shard, and what they have in common.
struct Home {
  Home(Rooms& rooms, const Ground& ground, entmoot::Shard& shard, std::shared_ptr<const App> app);
  ~Home();

  Rooms& all;
  const Ground ground;
  entmoot::Shard& shard;
  entmoot::JsShard js;
  std::shared_ptr<const App> app;  // whose code new rooms run
  SleepingRooms sleeping;
  std::unique_ptr<entmoot::Fetcher> fetcher;  // of the app's `fetch` at the start
  entmoot::DynamicSupervisor supervisor;      // after `js`: its rooms end before what they stand on
  entmoot::StringMap<std::unique_ptr<Room>> rooms;
  bool stopped = false;
};

class Rooms {
 public:
  Rooms(const Ground& ground, const std::shared_ptr<const App>& app);
  ~Rooms();

  // --- any thread

  /// A channel's join; its arguments behind the client's id, for js/room.js.
  void join(std::string_view topic, Guest guest, entmoot::JsonText args, entmoot::ReplyTo reply);
  void leave(std::string_view topic, std::string client, std::string_view reason);
  /// An HTTP request of somebody at `address`; the room is started if need be.
  void request(std::string_view topic, std::string address, entmoot::JsonText args, entmoot::ReplyTo reply);
  /// Calls `function` of the room if it is running; else the answer is an error.
  void call(std::string_view topic, std::string function, entmoot::JsonText args, entmoot::ReplyTo reply);
  /// What the channel of a client has intercepted comes back to its room, if that is still there.
  void hand_out(std::string_view topic, Outgoing message);
  /// Answers when what was handed out before has gone its way, as far as nobody intercepts it any more.
  void tell_when_passed(std::string_view topic, entmoot::ReplyTo reply);
  /// Answers null; or that there is no such room.
  void kill(std::string_view topic, entmoot::ReplyTo reply);
  /// Answers a list of RoomInfo as JSON, by topic.
  void list(entmoot::ReplyTo reply);
  /// From now on rooms run the code of `app`: those that live go over to it, each by itself.
  void use(std::shared_ptr<const App> app);

  // --- each shard

  /// The app as this shard knows it.
  [[nodiscard]] const App& app_here() const { return *homes_.local().app; }
  /// Ends every room of this shard and starts no more. Before the shard's loop ends.
  void stop_here();

  // --- a room's shard

  /// Forgets the room behind the task that is running, if it is still this one.
  void forget_later(Room& room);

 private:
  /// Runs `step` with the room on its shard, made if need be; or answers why there is none.
  void with_room(std::string_view topic, std::string address, entmoot::ReplyTo reply,
                 entmoot::UniqueFunction<void(Room&, entmoot::ReplyTo)> step);
  [[nodiscard]] entmoot::Result<Room*> find_or_make(Home& home, const std::string& topic, const std::string& address);

  const Ground ground_;
  NodeCounts counts_;
  const NodeLimits limits_;
  entmoot::PerShard<Home> homes_;
};

}  // namespace entmoot_app
