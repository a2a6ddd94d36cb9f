// SPDX-License-Identifier: MIT

#include "fixture.hpp"

#include <entmoot/core/effects.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <random>
#include <utility>

using namespace entmoot;

namespace {

const std::string ok = R"("phx_reply",{"status":"ok","response":{}}])";

/// A room as the runtime has them: lives on one shard, answers and broadcasts from there, each in a turn whose effects
/// go out together.
struct Room {
  World& world;
  Shard& home;
  std::string topic;
  std::vector<int> messages;

  void get_history(ReplyTo answer) {
    home.post([this, answer = std::move(answer)]() mutable {
      turn([&] {
        std::string text = R"({"messages":[)";
        for (std::size_t i = 0; i < messages.size(); ++i) text += (i ? "," : "") + std::to_string(messages[i]);
        Effects::release_or_hold([answer = std::move(answer), history = json(text + "]}")]() mutable {
          std::move(answer)(std::move(history));
        });
      });
    });
  }
  void say(int number) {
    home.post([this, number] {
      turn([&] {
        messages.push_back(number);
        world.pubsub.broadcast(topic, "new", json("{\"n\":" + std::to_string(number) + "}"));
      });
    });
  }
  template <class Work>
  static void turn(Work&& work) {
    Effects effects;
    Effects* const before = Effects::collect_into(&effects);
    work();
    Effects::collect_into(before);
    effects.release();
  }
};

struct RoomChannel final : Channel {
  explicit RoomChannel(Room& its_room) : room(its_room) {}
  JoinResult join(std::string_view, const Payload&) override {
    room.get_history(answer());
    return Later{};
  }
  Room& room;
};

struct RoomSocket final : UserSocket {
  explicit RoomSocket(Room& room) {
    channel("chat:*", [&room] { return std::make_unique<RoomChannel>(room); });
  }
};

/// Subscribers that ignore what they receive, on each shard.
struct Crowd final : Subscriber {
  Crowd(World& of, std::string_view topic, int on_each) : world(of), subscriptions(of.shards.size()) {
    for (std::size_t shard = 0; shard < world.shards.size(); ++shard) {
      Shard::Scope scope(world.shards[shard]);
      for (int i = 0; i < on_each; ++i) {
        subscriptions[shard].push_back(world.pubsub.subscribe_fastlane(topic, *this));
      }
    }
  }
  ~Crowd() override {
    for (std::size_t shard = 0; shard < world.shards.size(); ++shard) {
      Shard::Scope scope(world.shards[shard]);
      subscriptions[shard].clear();
    }
  }
  void handle_broadcast(const Fastlane&) override {}
  World& world;
  std::vector<std::vector<Subscription>> subscriptions;
};

/// Every number that the client saw, from the history and live, in order of arrival. The first frame has to be the
/// reply to the join.
std::vector<int> numbers_of(const Texts& frames) {
  std::vector<int> numbers;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const auto frame = parse_json(frames[i]);
    REQUIRE(frame.has_value());
    const auto& event = frame->at(3).as_string();
    CHECK((event == "phx_reply") == (i == 0));
    if (event == "phx_reply") {
      for (const auto& n : frame->at(4).at("response").at("messages").as_array()) {
        numbers.push_back(static_cast<int>(n.as_int64()));
      }
    } else {
      numbers.push_back(static_cast<int>(frame->at(4).at("n").as_int64()));
    }
  }
  return numbers;
}

std::vector<int> up_to(int last) {
  std::vector<int> numbers;
  for (int i = 1; i <= last; ++i) numbers.push_back(i);
  return numbers;
}

}  // namespace

TEST_CASE("history in the reply and live messages meet without gap or duplicate, whichever shard steps first") {
  struct Case {
    unsigned client_shard;
    std::vector<std::size_t> steps;  // which shard takes the next round, with a message said before each
  };
  for (const Case& the : {Case{1, {0, 1, 0, 1}}, Case{1, {1, 0, 1, 0}}, Case{1, {0, 0, 0, 1}}, Case{1, {1, 1, 0, 0}},
                          Case{0, {0, 0, 0, 0}}, Case{0, {0, 1, 0, 0}}}) {
    CAPTURE(the.client_shard);
    World world(2);
    Room room{world, world.shards[0], "chat:1", {}};
    RoomSocket user_socket(room);
    SocketMount mount(world.shards, world.pubsub, user_socket);
    {
      TestClient client(world.shards[the.client_shard], mount);
      int said = 0;
      room.say(++said);
      client.sends(R"(["1","1","chat:1","phx_join",{}])");
      for (const std::size_t shard : the.steps) {
        room.say(++said);
        world.shards[shard].poll();
      }
      room.say(++said);
      world.settles();
      CHECK(numbers_of(client.received()) == up_to(said));
    }
  }
}

TEST_CASE("joins in the middle of a flood are atomic in every interleaving that a seed gives") {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    World world(3);
    Room room{world, world.shards[random() % 3], "chat:1", {}};
    RoomSocket user_socket(room);
    SocketMount mount(world.shards, world.pubsub, user_socket);
    {
      // In some interleavings a crowd is subscribed before, so that each broadcast takes several slices.
      Crowd crowd(world, "chat:1", seed % 4 == 0 ? 300 : 0);
      std::vector<std::unique_ptr<TestClient>> clients;
      int said = 0;
      for (int step = 0; step < 60; ++step) {
        switch (random() % 4) {
          case 0:
            if (clients.size() < 6) {
              clients.push_back(std::make_unique<TestClient>(world.shards[random() % 3], mount));
              clients.back()->sends(R"(["1","1","chat:1","phx_join",{}])");
            }
            break;
          case 1: room.say(++said); break;
          default: world.shards[random() % 3].poll();
        }
      }
      world.settles();
      for (auto& client : clients) CHECK(numbers_of(client->received()) == up_to(said));
    }
  }
}

TEST_CASE("a reply may come from any shard, also when the push is long gone") {
  World world(2);
  JoinedClient client(world, 0);
  client.sends(R"(["1","5","room:1","keep",{}])");
  client.sends(R"([null,"6","room:1","keep",{}])");
  run_on(world.shards[1], [&] {
    reply(world.diary.refs.at(1), "ok", json(R"({"n":6})"));
    reply(world.diary.refs.at(0), "error", json("[5]"));
    reply(world.diary.refs.at(0), "ok");
  });
  CHECK(client.received().empty());
  world.settles();
  CHECK(client.received() == Texts{R"(["1","6","room:1","phx_reply",{"status":"ok","response":{"n":6}}])",
                                   R"(["1","5","room:1","phx_reply",{"status":"error","response":[5]}])",
                                   R"(["1","5","room:1",)" + ok});
}

TEST_CASE("a reply to a channel that is gone is dropped") {
  World world;
  const auto replies = [&] {
    reply(world.diary.refs.at(0), "ok");
    world.settles();
  };
  SUBCASE("left") {
    JoinedClient client(world);
    client.sends(R"(["1","2","room:1","keep",{}])");
    client.sends(R"(["1","3","room:1","phx_leave",{}])");
    (void)client.received();
    replies();
    CHECK(client.received().empty());
  }
  SUBCASE("joined anew, even with the same join_ref") {
    JoinedClient client(world);
    client.sends(R"(["1","2","room:1","keep",{}])");
    client.sends(R"(["1","3","room:1","phx_join",{}])");
    (void)client.received();
    replies();
    CHECK(client.received().empty());
  }
  SUBCASE("disconnected, with another client in its place") {
    {
      JoinedClient client(world);
      client.sends(R"(["1","2","room:1","keep",{}])");
    }
    JoinedClient client(world);
    replies();
    CHECK(client.received().empty());
  }
}

TEST_CASE("an answer is replied as ok, an error with its reason") {
  World world(2);
  JoinedClient client(world, 0);
  client.sends(R"(["1","5","room:1","ask",{}])");
  client.sends(R"(["1","6","room:1","ask",{}])");
  client.sends(R"(["1",null,"room:1","ask",{}])");
  run_on(world.shards[1], [&] {
    std::move(world.diary.answers[1])(fail(ErrorCode::failed, "too long"));
    std::move(world.diary.answers[0])(json("{\"n\":1}"));
    std::move(world.diary.answers[2])(json("{}"));
  });
  world.settles();
  CHECK(client.received() ==
        Texts{R"(["1","6","room:1","phx_reply",{"status":"error","response":{"reason":"too long"}}])",
              R"(["1","5","room:1","phx_reply",{"status":"ok","response":{"n":1}}])", R"(["1",null,"room:1",)" + ok});
}

TEST_CASE("an answer that is dropped is an error, never silence") {
  World world;
  JoinedClient client(world);
  client.sends(R"(["1","5","room:1","ask",{}])");
  client.sends(R"(["2","6","room:later","phx_join",{}])");
  run_on(world.shards[0], [&] { world.diary.answers.clear(); });
  world.settles();
  CHECK(
      client.received() ==
      Texts{
          R"(["1","5","room:1","phx_reply",{"status":"error","response":{"reason":"the process exited before it replied"}}])",
          R"(["2","6","room:later","phx_reply",{"status":"error","response":{"reason":"the process exited before it replied"}}])"});
}

TEST_CASE("an answer given in a turn that fails becomes an error") {
  World world;
  JoinedClient client(world);
  client.sends(R"(["1","5","room:1","ask",{}])");
  Effects effects;
  Effects* const before = Effects::collect_into(&effects);
  Effects::release_or_hold(
      [answer = std::move(world.diary.answers[0])]() mutable { std::move(answer)(json(R"({"secret":1})")); });
  Effects::collect_into(before);
  world.settles();
  CHECK(client.received().empty());
  effects.drop();
  world.settles();
  CHECK(
      client.received() ==
      Texts{
          R"(["1","5","room:1","phx_reply",{"status":"error","response":{"reason":"the process exited before it replied"}}])"});
}

TEST_CASE("answers still pending when the shards end do no harm") {
  ReplyTo kept = [] {
    World world(2);
    JoinedClient client(world, 1);
    client.sends(R"(["1","5","room:1","ask",{}])");
    client.sends(R"(["1","6","room:1","ask",{}])");
    for (const unsigned shard : {0u, 1u}) {
      world.shards[shard].post([answers = std::make_shared<std::vector<ReplyTo>>(std::move(world.diary.answers))] {});
      client.sends(R"(["1","7","room:1","ask",{}])");
    }
    ReplyTo last = std::move(world.diary.answers.back());
    std::move(last)(json("{}"));
    return last;
  }();
}

TEST_CASE("a channel may make the reply to an answer itself, in its own turn") {
  World world;
  TestClient client(world.shards[0], world.mount);
  client.sends(R"(["1","1","room:say","phx_join",{}])");
  run_on(world.shards[0], [&] { std::move(world.diary.answers[0])(json("{\"n\":1}")); });
  world.settles();
  CHECK(world.diary.infos == std::vector<std::string>{"{\"n\":1}"});
  client.sends(R"(["1","2","room:say","ask_then_stop",{}])");
  run_on(world.shards[0], [&] { std::move(world.diary.answers[1])(json("{}")); });
  world.settles();
  CHECK(client.received() == Texts{R"(["1","1","room:say","phx_reply",{"status":"ok","response":{"said":true}}])",
                                   R"(["1","1","room:say","phx_close",{}])"});
}

TEST_CASE("a join that waits can be refused, and the topic joined again") {
  World world;
  TestClient client(world.shards[0], world.mount);
  client.sends(R"(["1","1","room:say","phx_join",{}])");
  run_on(world.shards[0], [&] { std::move(world.diary.answers[0])(fail(ErrorCode::failed, "full")); });
  world.settles();
  CHECK(client.received() == Texts{R"(["1","1","room:say","phx_reply",{"status":"error","response":{"said":false}}])"});
  client.sends(R"(["2","2","room:1","phx_join",{}])");
  CHECK(client.received() == Texts{R"(["2","2","room:1",)" + ok});
  CHECK(world.diary.ends.empty());
}

TEST_CASE("a client that disconnects while its join is pending is removed") {
  World world;
  {
    TestClient client(world.shards[0], world.mount);
    client.sends(R"(["1","1","room:later","phx_join",{}])");
  }
  run_on(world.shards[0], [&] { std::move(world.diary.answers[0])(json("{}")); });
  world.settles();
  CHECK(world.diary.ends.empty());
  run_on(world.shards[0], [&] { CHECK(world.pubsub.count_here("room:later") == 0); });
}

TEST_CASE("messages from inside wait until a slow join is done") {
  World world;
  TestClient client(world.shards[0], world.mount);
  client.sends(R"(["1","1","room:after-later","phx_join",{}])");
  world.settles();
  CHECK(client.received().empty());
  run_on(world.shards[0], [&] { std::move(world.diary.answers[0])(json("{}")); });
  world.settles();
  CHECK(client.received() ==
        Texts{R"(["1","1","room:after-later",)" + ok, R"(["1",null,"room:after-later","late",{"n":2}])"});
}

TEST_CASE("a channel receives broadcasts on the topics it has subscribed to") {
  World world(2);
  JoinedClient client(world, 1, "room:listen");
  world.pubsub.broadcast("news", "flash", json(R"({"n":1})"));
  world.settles();
  CHECK(client.received() == Texts{R"(["1",null,"room:listen","heard",{"n":1}])"});
  SUBCASE("and may stop on one") {
    world.pubsub.broadcast("news", "stop", empty_object());
    world.settles();
    CHECK(client.received() == Texts{R"(["1","1","room:listen","phx_close",{}])"});
  }
  SUBCASE("and a crash there is its own") {
    world.pubsub.broadcast("news", "crash", empty_object());
    world.settles();
    CHECK(client.received() == Texts{R"(["1","1","room:listen","phx_error",{"reason":"channel_crash"}])"});
  }
  SUBCASE("until it has left") {
    client.sends(R"(["1","2","room:listen","phx_leave",{}])");
    (void)client.received();
  }
  SUBCASE("until it is joined anew") {
    client.sends(R"(["2","2","room:listen","phx_join",{}])");
    (void)client.received();
    client.sends(R"(["2","3","room:listen","phx_leave",{}])");
  }
  world.diary.infos.clear();
  world.pubsub.broadcast("news", "after", empty_object());
  world.settles();
  CHECK(world.diary.infos.empty());
}
