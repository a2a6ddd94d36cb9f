// SPDX-License-Identifier: MIT

#include "fixture.hpp"

#include <entmoot/phoenix/token.hpp>

#include <doctest/doctest.h>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

/// A client brings a token in which the moment of its end is written, and nothing else.
class TokenSocket final : public UserSocket {
 public:
  explicit TokenSocket(const WallClock& clock)
      : key_(TokenKey::derive("a secret that is long enough", "user", clock).value()) {
    channel("room:*", [this] { return std::make_unique<FixtureChannel>(diary_); });
  }

  [[nodiscard]] std::string token(WallTime expires_at) const {
    return "vsn=2.0.0&token=" + key_.sign(expires_at.time_since_epoch().count(), {.max_age = TokenKey::forever});
  }

  Result<Client> connect(Client client) const override {
    const auto* token = find_string(client.params, "token");
    const auto data = key_.verify(token ? std::string_view(*token) : std::string_view());
    if (!data) return fail(data.error());
    client.expires_at = WallTime(std::chrono::milliseconds(data->as_int64()));
    return client;
  }

  Diary& diary() { return diary_; }

 private:
  TokenKey key_;
  Diary diary_;
};

struct TokenWorld {
  void advance(Duration by) {
    clock.advance(by);
    settle(shards);
  }
  [[nodiscard]] std::string token(std::chrono::milliseconds left) {
    return user_socket.token(clock.wall().now() + left);
  }

  ManualClock clock;
  Shards shards{1, clock};
  PubSub pubsub{shards};
  TokenSocket user_socket{clock.wall()};
  SocketMount mount{shards, pubsub, user_socket};
};

}  // namespace

TEST_CASE("a socket is closed at the moment its client's token expires, and its channels with it") {
  TokenWorld world;
  TestClient client(world.shards[0], world.mount, world.token(60s));
  client.sends(R"(["1","1","room:1","phx_join",{}])");
  world.advance(60s - 1ms);
  CHECK_FALSE(client.closed());
  CHECK(world.user_socket.diary().ends.empty());
  world.advance(1ms);
  REQUIRE(client.closed());
  CHECK(client.closed() == CloseCode::policy_violation);
  CHECK(world.user_socket.diary().ends == std::vector{ChannelEnd::socket_closed});
}

TEST_CASE("a client with an expired token is refused") {
  TokenWorld world;
  for (const auto left : {0ms, -1ms, -3'600'000ms}) {
    TestClient client(world.shards[0], world.mount, world.token(left));
    CHECK_FALSE(client.connected());
  }
  CHECK(TestClient(world.shards[0], world.mount, world.token(1ms)).connected());
}

TEST_CASE("a client without an expiry stays, and so does one whose expiry is out of the clock's range") {
  TokenWorld world;
  TestClient far(world.shards[0], world.mount, world.token(std::chrono::hours(24) * 365 * 100'000));
  FixtureSocket endless_socket(world.user_socket.diary());
  SocketMount endless_mount(world.shards, world.pubsub, endless_socket);
  TestClient endless(world.shards[0], endless_mount);
  for (int day = 0; day < 30; ++day) world.advance(24h);
  CHECK_FALSE(far.closed());
  CHECK_FALSE(endless.closed());
}

TEST_CASE("the expiry is a wall-clock time: setting the clock moves it") {
  TokenWorld world;
  TestClient client(world.shards[0], world.mount, world.token(24h));
  SUBCASE("back, and the client has longer") {
    world.clock.wall().advance(-1h);
    world.advance(24h);
    CHECK_FALSE(client.closed());
    world.advance(1h - 1ms);
    CHECK_FALSE(client.closed());
    world.advance(1ms);
    CHECK(client.closed());
  }
  SUBCASE("forward, and within an hour the client is gone") {
    world.clock.wall().advance(24h);
    world.advance(1h);
    CHECK(client.closed());
  }
}

TEST_CASE("a client that left before its token expired leaves no timer") {
  TokenWorld world;
  { TestClient client(world.shards[0], world.mount, world.token(60s)); }
  world.advance(120s);
  TestClient closed(world.shards[0], world.mount, world.token(60s));
  closed.sends("no message");
  REQUIRE(closed.closed());
  world.advance(120s);
  CHECK(closed.closed() == CloseCode::internal_error);
}
