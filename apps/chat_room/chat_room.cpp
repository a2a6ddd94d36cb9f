// SPDX-License-Identifier: MIT

#include "chat_room.hpp"

#include "endpoint.hpp"

#include <utility>

namespace chat_room {

using namespace entmoot;

namespace {

HostPolicy hosts_of(const Options& options) {
  HostPolicy hosts{.loopback_only = is_loopback_address(options.address),
                   .advice = ": behind a proxy, start it with --host and the public name"};
  for (const std::string& host : options.hosts) hosts.also.push_back("//" + host);
  return hosts;
}

}  // namespace

ChatRoom::ChatRoom(const Options& options, Program program)
    : node_({.shards = options.shards,
             .clock = options.clock,
             .endpoint = {.listener = {.address = options.address, .port = options.port},
                          .http = {.hosts = hosts_of(options)}}}),
      rooms_(node_, {.program = std::move(program), .budget = options.budget}),
      user_socket_(rooms_, node_.presence()),
      sockets_(mount(node_, rooms_, user_socket_, {.compress = options.compress})) {
  node_.on_stop([this](Shard&) { rooms_.stop_here(); });
}

ChatRoom::~ChatRoom() { stop(Duration::zero()); }

}  // namespace chat_room
