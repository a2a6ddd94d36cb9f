// SPDX-License-Identifier: MIT

#pragma once

// A channel that does what it is asked, for every behaviour of the protocol that a client can see, and a world of
// stepped shards to run it in.

#include <entmoot/base/log.hpp>
#include <entmoot/phoenix/pubsub.hpp>
#include <entmoot/phoenix/socket_mount.hpp>
#include <entmoot/testing/channel_test.hpp>
#include <entmoot/testing/manual_clock.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

using Texts = std::vector<std::string>;

inline JsonText json(std::string_view text) { return JsonText::trusted(text); }

/// What happened in channels, seen from the application.
struct Diary {
  std::vector<ChannelEnd> ends;
  std::vector<std::string> infos;
  std::vector<SocketRef> refs;
  std::vector<ReplyTo> answers;
};

class FixtureChannel final : public Channel {
 public:
  explicit FixtureChannel(Diary& diary) : diary_(diary) { intercept({"icpt", "unintercept_drained"}); }

  JoinResult join(std::string_view topic, const Payload& payload) override {
    using namespace std::chrono_literals;
    if (topic == "room:deny") return fail(ErrorCode::unauthorized, "unauthorized");
    if (topic == "room:refuse") return Refused{json(R"({"code":7})")};
    if (topic == "room:crash") throw std::runtime_error("asked to");
    if (topic == "room:throw-int") throw 7;
    if (topic == "room:reply") return Ok{json(R"({"echo":)" + std::string(payload.json().view()) + "}")};
    if (topic == "room:never") return Later{};
    if (topic == "room:bytes") return Ok{Binary("bytes")};
    if (topic == "room:slow") {
      Shard::here().after(500ms, [ref = socket_ref()] { reply(ref, "ok"); });
      return Later{};
    }
    if (topic == "room:later") {
      diary_.answers.push_back(answer());
      return Later{};
    }
    if (topic == "room:say") {
      diary_.answers.push_back(answer([this](Result<JsonText> result) -> HandleResult {
        diary_.infos.push_back(result ? std::string(result->view()) : result.error().reason);
        return result ? Reply{"ok", json(R"({"said":true})")} : Reply{"error", json(R"({"said":false})")};
      }));
      return Later{};
    }
    if (topic == "room:hasty") push("too", json(R"({"early":1})"));
    if (topic == "room:listen") subscribe("news");
    if (topic.starts_with("room:after")) {
      after(0ms, [this]() -> InfoResult {
        push("late", json(R"({"n":2})"));
        return NoReply{};
      });
      if (topic == "room:after-later") {
        diary_.answers.push_back(answer());
        return Later{};
      }
    }
    return Ok{};
  }

  HandleResult handle_in(std::string_view event, const Payload& payload) override {
    using namespace std::chrono_literals;
    if (event == "ok") return Reply{};
    if (event == "echo") return Reply{"ok", payload};
    if (event == "err") return Reply{"error", payload};
    if (event == "maybe") return Reply{"maybe", payload};
    if (event == "noreply") return NoReply{};
    if (event == "async") {
      Shard::here().after(50ms, [ref = socket_ref(), payload] { reply(ref, "ok", payload); });
      return NoReply{};
    }
    if (event == "keep") {
      diary_.refs.push_back(socket_ref());
      return NoReply{};
    }
    if (event == "ask") {
      diary_.answers.push_back(answer());
      return NoReply{};
    }
    if (event == "ask_then_stop") {
      diary_.answers.push_back(answer([](Result<JsonText>) -> HandleResult { return Stop{}; }));
      return NoReply{};
    }
    if (event == "pushreply") {
      push("pushed", json(R"({"a":1})"));
      return Reply{};
    }
    if (event == "badpush") push("pushed", payload);
    if (event == "shout" || event == "shout_from") {
      event == "shout" ? broadcast("shout", payload) : broadcast_from("shout", payload);
      return Reply{};
    }
    if (event == "icpt" || event == "unintercept_drained") {
      broadcast(event, payload);
      return NoReply{};
    }
    if (event == "bin" && payload.is_binary()) {
      push("bpush", Binary(std::string_view("\0\1", 2)));
      return Reply{"ok", Binary(std::string(payload.binary().view()) + '\xff')};
    }
    if (event == "bshout") {
      broadcast("bshout", Binary("\x09\x08\x07"));
      return NoReply{};
    }
    if (event == "bytes") return Reply{"ok", Binary("bytes")};
    if (event == "needsjson") return Reply{"ok", payload.json()};
    if (event == "stop") return Stop{};
    if (event == "stop_reply") return Stop{ChannelEnd::shutdown, Reply{"ok", payload}};
    if (event == "stop_err") return Stop{ChannelEnd::crash};
    if (event == "crash") throw std::runtime_error("asked to");
    if (event == "params") return Reply{"ok", JsonText::of(Json(client().params))};
    return Channel::handle_in(event, payload);
  }

  InfoResult handle_out(std::string_view event, const Payload& payload) override {
    if (event != "icpt") return Channel::handle_out(event, payload);
    auto object = payload.json().parse()->as_object();
    if (object.contains("drop")) return NoReply{};
    if (object.contains("stop")) return Stop{};
    object["tag"] = "mine";
    push(event, JsonText::of(Json(object)));
    return NoReply{};
  }

  InfoResult handle_info(const Broadcast& message) override {
    diary_.infos.push_back(message.event);
    if (message.event == "stop") return Stop{};
    if (message.event == "crash") throw std::runtime_error("asked to");
    push("heard", message.payload);
    return NoReply{};
  }

  void terminate(ChannelEnd reason) override {
    diary_.ends.push_back(reason);
    if (topic() == "room:farewell") push("farewell", empty_object());
    if (topic() == "room:bad-end") throw std::runtime_error("asked to");
  }

 private:
  Diary& diary_;
};

class FixtureSocket final : public UserSocket {
 public:
  explicit FixtureSocket(Diary& diary) {
    channel("room:*", [&diary] { return std::make_unique<FixtureChannel>(diary); });
    channel("phoenix", [&diary] { return std::make_unique<FixtureChannel>(diary); });
    channel("null:*", [] { return nullptr; });
    channel("throw:*", []() -> std::unique_ptr<Channel> { throw std::runtime_error("asked to"); });
  }

  Result<Client> connect(Client client) const override {
    if (client.params.contains("reject")) return fail(ErrorCode::unauthorized, "rejected");
    if (client.params.contains("raise")) throw std::runtime_error("asked to");
    if (const auto* id = find_string(client.params, "id")) client.id = std::string(*id);
    return client;
  }
};

struct World {
  explicit World(unsigned count = 1, SocketLimits limits = {})
      : shards(count, clock), pubsub(shards), mount(shards, pubsub, user_socket, limits) {
    spdlog::set_level(spdlog::level::off);  // crashes are what is tested here
  }

  void advance(Duration by) {
    clock.advance(by);
    settle(shards);
  }
  void settles() { settle(shards); }

  ManualClock clock;
  Shards shards;
  PubSub pubsub;
  Diary diary;
  FixtureSocket user_socket{diary};
  SocketMount mount;
};

/// A client that has joined "room:1" as "1", with the answer read.
struct JoinedClient : TestClient {
  explicit JoinedClient(World& world, unsigned shard = 0, std::string_view topic = "room:1")
      : TestClient(world.shards[shard], world.mount) {
    sends(R"(["1","1",")" + std::string(topic) + R"(","phx_join",{}])");
    (void)received();
  }
};

}  // namespace entmoot
