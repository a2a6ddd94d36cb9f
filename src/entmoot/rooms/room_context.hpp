// SPDX-License-Identifier: MIT

#pragma once

// The services used by the rooms of one shard. All outlive the rooms.

namespace entmoot {

class DynamicSupervisor;
class JsShard;
class Presence;
class PubSub;
class Registry;
class RoomStorage;
class RouteCounterTable;
class Shard;
class SleepingRooms;
struct RoomsOptions;

struct RoomContext {
  Shard& shard;
  JsShard& js;
  Registry& registry;
  PubSub& pubsub;
  Presence& presence;
  DynamicSupervisor& supervisor;
  SleepingRooms& sleeping;
  RoomStorage* storage;  ///< Null: there is no store for durable rooms.
  const RoomsOptions& options;
  RouteCounterTable& counters;
};

}  // namespace entmoot
