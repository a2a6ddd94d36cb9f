// SPDX-License-Identifier: MIT

// Two clients, one of each version, on a stepped shard with the channels of the unit tests' fixture, and a sequence of
// frames and events. Invariants: each text frame is compact JSON of the protocol's shape, nothing follows a close, a
// client that was not closed has its heartbeat answered, and every join is answered. The world is reused for every
// input, so state that one input leaked would affect the next.
//
//     t text    version 2 sends it as a text frame          T text    version 1 does
//     b bytes   version 2 sends them as a binary frame      B bytes   version 1 does
//     .         a round of the shard                        +123      milliseconds that pass
//     a         pending answers of channels are given       0 to 4    a broadcast is made
//     x         version 2's connection is gone              X         version 1's is

#include "../tests/phoenix/fixture.hpp"
#include "wire.hpp"

#include <algorithm>
#include <array>

using namespace entmoot;
using namespace std::chrono_literals;
using entmoot::fuzz::require;

namespace {

struct Party : TestClient {
  Party(World& world, const char* query) : TestClient(world.shards[0], world.mount, query) { require(connected()); }
  ~Party() override { disconnects(); }
  void push(Frame frame) override {
    require(!closed());
    if (frame.kind == Frame::Kind::text) fuzz::check_text_frame(frame.bytes.view());
    TestClient::push(std::move(frame));
  }
  void close(CloseCode code, std::string_view reason) override {
    require(!closed() && reason.size() <= 123);
    TestClient::close(code, reason);
  }
};

/// Small enough to be reached.
constexpr SocketLimits limits = {.channels_max = 4,
                                 .waiting_messages_max = 8,
                                 .waiting_bytes_max = 512,
                                 .messages = {.per_second = 100, .burst = 40, .debt = 10},
                                 .joins = {.per_second = 10, .burst = 10, .debt = 5}};

World& the_world() {
  static World& world =
      *new World(1, limits);  // never ends: its shards outlive whatever the runtime library ends at exit
  return world;
}

void answer_all(World& world) {
  run_on(world.shards[0], [&] {
    for (const auto& ref : std::exchange(world.diary.refs, {})) reply(ref, "ok", json("{}"));
    for (auto& answer : std::exchange(world.diary.answers, {})) std::move(answer)(json("{}"));
  });
}

void broadcast(World& world, char which) {
  struct Message {
    const char* topic;
    const char* event;
  };
  static constexpr std::array<Message, 5> messages = {
      {{"room:1", "hello"}, {"room:1", "icpt"}, {"news", "hello"}, {"news", "stop"}, {"user:1", "disconnect"}}};
  const auto& message = messages[static_cast<std::size_t>(which - '0')];
  world.pubsub.broadcast(message.topic, message.event, empty_object());
}

std::chrono::milliseconds pause(std::string_view digits) {
  int value = 0;
  for (const char c : digits.substr(0, 4)) value = value * 10 + (c >= '0' && c <= '9' ? c - '0' : 0);
  return std::chrono::milliseconds(value);
}

/// What waits for a slow join is sent behind it, and may be a slow join again.
void finish(World& world, const Party& client) {
  for (int i = 0; client.connected() && !client.settled(); ++i) {
    require(i < 1000);
    answer_all(world);
    world.advance(500ms);
  }
}

void check_heartbeat(Party& client, std::string_view frame, std::string_view answer) {
  if (!client.connected()) return;
  (void)client.received();
  client.sends(frame);
  const auto received = client.received();
  require(client.closed() || std::ranges::find(received, answer) != received.end());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  World& world = the_world();
  {
    Party v2(world, "vsn=2.0.0&id=user:1");
    Party v1(world, "vsn=1.0.0");
    fuzz::tell(data, size, [&](char verb, std::string_view rest) {
      switch (verb) {
        case 't': return v2.sends(rest);
        case 'T': return v1.sends(rest);
        case 'b': return v2.sends({Frame::Kind::binary, SharedBytes(rest)});
        case 'B': return v1.sends({Frame::Kind::binary, SharedBytes(rest)});
        case '+': return world.advance(pause(rest));
        case 'a': return answer_all(world);
        case 'x': return v2.disconnects();
        case 'X': return v1.disconnects();
        default:
          if (verb >= '0' && verb <= '4') return broadcast(world, verb);
          world.shards[0].poll();
      }
    });
    finish(world, v2);
    finish(world, v1);
    check_heartbeat(v2, R"([null,"♥","phoenix","heartbeat",{}])",
                    R"([null,"♥","phoenix","phx_reply",{"status":"ok","response":{}}])");
    check_heartbeat(v1, R"({"topic":"phoenix","event":"heartbeat","payload":{},"ref":"♥"})",
                    R"({"event":"phx_reply","payload":{"status":"ok","response":{}},"ref":"♥","topic":"phoenix"})");
  }
  world.advance(500ms);  // remaining delayed replies find no channel
  run_on(world.shards[0], [&] {
    require(world.mount.count_here() == 0 && world.pubsub.count_here("room:1") == 0);
    world.diary = {};
  });
  world.settles();
  return 0;
}
