// SPDX-License-Identifier: MIT

#pragma once

// What rooms stand on: the parts of the node. All outlive the rooms.

namespace entmoot {
class Presence;
class PubSub;
class Registry;
class Shards;
}  // namespace entmoot

namespace entmoot_app {

struct Ground {
  entmoot::Shards& shards;
  entmoot::Registry& registry;
  entmoot::PubSub& pubsub;
  entmoot::Presence& presence;
};

}  // namespace entmoot_app
