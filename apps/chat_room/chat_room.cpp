// SPDX-License-Identifier: MIT

#include "chat_room.hpp"

#include "endpoint.hpp"

#include <utility>

namespace chat_room {

using namespace entmoot;

ChatRoom::ChatRoom(const Options& options, Program program)
    : shards_(options.shards),
      pubsub_(shards_),
      presence_(shards_, pubsub_),
      registry_(shards_),
      rooms_(shards_, registry_, pubsub_, {.program = std::move(program), .budget = options.budget}),
      user_socket_(rooms_, presence_),
      sockets_(shards_, pubsub_, user_socket_),
      endpoint_(shards_, {.listener = {.address = options.address, .port = options.port}}) {
  mount(endpoint_, rooms_, sockets_, {.compress = options.compress});
}

ChatRoom::~ChatRoom() { stop(Duration::zero()); }

Result<void> ChatRoom::start() {
  shards_.start();
  return endpoint_.start();
}

void ChatRoom::stop(Duration patience) {
  if (!shards_.running()) return;
  endpoint_.drain_and_close(patience);
  shards_.visit_all([this](Shard&) { rooms_.stop_here(); });
  shards_.stop_and_join();
}

}  // namespace chat_room
