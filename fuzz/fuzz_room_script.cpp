// SPDX-License-Identifier: MIT

// A room whose script calls everything that a script can reach, as the input says (fuzz/room_script/room.js interprets
// it), beside a neighbour on the same shard. The room is joined, called, requested, put to sleep, woken and killed.
// Invariants: the sanitizers find nothing; the neighbour answers and its memory is unchanged; every call of a client is
// answered; and nothing is left of the room: no heap, no stack.
//
// ENTMOOT_FUZZ_TRACE=1 prints each operation, to read what an input does.

#include "room_script_app.hpp"
#include "wire.hpp"

#include <entmoot/base/json.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/node/node.hpp>
#include <entmoot/testing/channel_test.hpp>
#include <entmoot/testing/manual_clock.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace entmoot;
using namespace std::chrono_literals;
using entmoot::fuzz::require;

namespace {

bool tracing() {
  static const bool on = std::getenv("ENTMOOT_FUZZ_TRACE") != nullptr;
  return on;
}

NodeOptions options_of(const ManualClock& clock, const ManualClock& cpu_clock) {
  RoomHostOptions rooms{.app = fuzz::room_script_app()};
  rooms.rooms.add_handlers = [](Shard& shard, const std::shared_ptr<MemoryAccount>&, Handlers& handlers) {
    handlers.on_later("later", [&shard](const JsonText& args, ReplyTo reply) {
      // Some calls are answered soon, some never.
      if (args.view().size() % 3 == 0) return;
      shard.after(1ms, [args, reply = std::move(reply)]() mutable { std::move(reply)(args); });
    });
  };
  rooms.rooms.console = [](std::string_view, log::Level, std::string_view line) {
    if (tracing()) fmt::print("{}\n", line);
  };
  return {.shards = 1, .clock = clock, .js = {.cpu_clock = &cpu_clock}, .rooms = std::move(rooms)};
}

class World {
 public:
  World() : node_(options_of(clock_, cpu_clock_)) {
    log::start("off");
    send(neighbour_, R"(["1","1","neighbour:a","phx_join",{}])");
    check_neighbour();
    heaps_ = held();
  }

  void run(std::string_view input) {
    const std::string topic = fmt::format("room:{}", ++rooms_);
    {
      TestClient client(node_.shards()[0], node_.rooms().sockets());
      const auto call = [&](std::string_view event, std::string_view bytes) {
        client.sends(Frame{Frame::Kind::binary, SharedBytes(binary_push(topic, event, bytes))});
        rounds(200);
        check_neighbour();
      };
      send(client, fmt::format(R"(["1","1","{}","phx_join",{{}}])", topic));
      if (tracing()) send(client, fmt::format(R"(["1","2","{}","trace",{{}}])", topic));
      const std::size_t half = input.size() / 2;
      call("run", input);
      clock_.advance(10ms);
      call("async", input.substr(half));
      request(topic);
      (void)client.received();
      client.disconnects();
      rounds(50);
    }
    clock_.advance(11min);  // it sleeps, if it can
    rounds(100);
    {
      TestClient back(node_.shards()[0], node_.rooms().sockets());
      send(back, fmt::format(R"(["1","1","{}","phx_join",{{}}])", topic));
      rounds(100);
      back.disconnects();
    }
    kill(topic);
    check_neighbour();
    require(held() == heaps_);
  }

 private:
  /// RFC: phoenix-protocol, binary push: kind 0, four lengths, the texts, the payload.
  static std::string binary_push(std::string_view topic, std::string_view event, std::string_view bytes) {
    const auto length = [](std::string_view text) { return static_cast<char>(text.size()); };
    return std::string{'\0', 1, 1, length(topic), length(event)} + "1" + "9" + std::string(topic) + std::string(event) +
           std::string(bytes);
  }

  void rounds(int most) {
    for (int i = 0; i < most && node_.step(); ++i) {
    }
  }

  std::vector<std::string> send(TestClient& client, std::string_view frame) {
    client.sends(frame);
    rounds(200);
    return client.received();
  }

  void check_neighbour() {
    neighbour_.sends(R"(["1","2","neighbour:a","count",{}])");
    for (int i = 0; i < 1000; ++i) {
      for (const std::string& text : neighbour_.received()) {
        if (text.find("phx_reply") == std::string::npos) continue;
        return require(text.find("broken") == std::string::npos && text.find("\"status\":\"ok\"") != std::string::npos);
      }
      node_.step();
    }
    require(false);  // no answer
  }

  void request(const std::string& topic) {
    auto answered = std::make_shared<bool>(false);
    run_on(node_.shards()[0], [&] {
      HttpRequest http;
      http.method = "POST";
      http.path = "/room/" + topic.substr(5);
      http.host = "localhost";
      http.body = "body";
      node_.rooms().requests().handle(http, Responder(node_.shards()[0], [answered](const HttpResponse& response) {
                                        require(response.status >= 200 && response.status < 600);
                                        *answered = true;
                                      }));
    });
    rounds(200);
    for (int i = 0; i < 20 && !*answered; ++i) {
      clock_.advance(11s);  // replyTimeout
      rounds(50);
    }
    require(*answered);
  }

  void kill(const std::string& topic) {
    node_.rooms().rooms().kill(topic, ReplyTo([](const Result<JsonText>&) {}));
    rounds(50);
    clock_.advance(61s);
    rounds(50);
  }

  std::size_t held() {
    const JsShard& js = node_.js().on(node_.shards()[0]);
    return js.arena.in_use() * 1000 + js.stacks.in_use();
  }

  ManualClock clock_{100us};  // each look: slices and turns end by it
  ManualClock cpu_clock_{100us};
  Node node_;
  TestClient neighbour_{node_.shards()[0], node_.rooms().sockets()};
  std::size_t heaps_ = 0;
  std::uint64_t rooms_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World& world = *new World;  // never ends, as in the other fuzzers
  world.run({reinterpret_cast<const char*>(data), size});
  return 0;
}
