// SPDX-License-Identifier: MIT

#include <entmoot/web/connections.hpp>

#include "client_frames.hpp"
#include "echo_endpoint.hpp"
#include "raw_client.hpp"

#include <entmoot/testing/manual_clock.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

/// A connection that ends when it is drained, or does not.
class Guest final : public Connection {
 public:
  Guest(Connections& connections, int& told, bool returns, bool stubborn)
      : connections_(connections), told_(told), returns_(returns), stubborn_(stubborn) {}
  void drain() override {
    ++told_;
    if (!stubborn_) connections_.remove(*this);
  }
  [[nodiscard]] bool reconnects() const noexcept override { return returns_; }

 private:
  Connections& connections_;
  int& told_;
  const bool returns_;
  const bool stubborn_;
};

/// One shard's connections, stepped.
class House {
 public:
  ~House() {
    connections.drop_all();
    settle();
  }
  void invite(int guests, bool returns = true, bool stubborn = false) {
    for (int i = 0; i < guests; ++i) connections.add(std::make_shared<Guest>(connections, told, returns, stubborn));
  }
  void drain(DrainerOptions options) {
    connections.drain(options, [this] { empty = true; });
    settle();
  }
  void settle() {
    while (shard.poll()) continue;
  }
  void pass(Duration time) {
    clock.advance(time);
    settle();
  }

  ManualClock clock;
  Shard shard{0, clock};
  Shard::Scope presence{shard};
  Connections connections{shard};
  int told = 0;
  bool empty = false;
};

constexpr DrainerOptions tens = {.batch_size = 10, .batch_interval = 2s, .shutdown = 30s};

}  // namespace

TEST_CASE("clients that reconnect are drained in batches, with a pause between them") {
  House house;
  house.invite(25);
  house.drain(tens);
  CHECK(house.told == 10);
  house.pass(1999ms);
  CHECK(house.told == 10);
  house.pass(1ms);
  CHECK(house.told == 20);
  CHECK_FALSE(house.empty);
  house.pass(2s);
  CHECK(house.told == 25);
  CHECK(house.empty);
}

TEST_CASE("clients are spread over a time, in batches of equal size, the last one at its end") {
  House house;
  house.invite(400);
  house.drain({.batch_interval = 100ms, .over = 2s, .shutdown = 30s});
  for (int batch = 1; batch <= 20; ++batch) {
    CAPTURE(batch);
    CHECK(house.told == 20 * batch);
    house.pass(100ms);
  }
  CHECK(house.empty);
}

TEST_CASE("a few clients are not spread, and a batch is never larger than its limit") {
  House few;
  few.invite(9);
  few.drain({.batch_interval = 100ms, .over = 2s, .shutdown = 30s});
  CHECK(few.told == 9);
  CHECK(few.empty);

  House many;
  many.invite(100);
  many.drain({.batch_size = 15, .batch_interval = 1s, .over = 2s, .shutdown = 30s});
  CHECK(many.told == 15);
  many.pass(1s);
  CHECK(many.told == 30);
}

TEST_CASE("connections that do not reconnect are drained at once, beside the first batch") {
  House house;
  house.invite(25);
  house.invite(30, false);
  house.drain(tens);
  CHECK(house.told == 40);
}

TEST_CASE("a connection added while draining is drained at once") {
  House house;
  house.invite(25);
  house.drain(tens);
  house.invite(1);
  CHECK(house.told == 11);
}

TEST_CASE("a connection that ended before its turn takes no place in a batch") {
  House house;
  house.invite(10);
  std::vector<std::shared_ptr<Connection>> early;
  for (int i = 0; i < 10; ++i) {
    early.push_back(std::make_shared<Guest>(house.connections, house.told, true, false));
    house.connections.add(early.back());
  }
  house.drain({.batch_size = 1, .batch_interval = 2s, .shutdown = 60s});
  for (auto& guest : std::exchange(early, {})) house.connections.remove(*guest);
  house.settle();
  for (int i = 0; i < 10; ++i) house.pass(2s);
  CHECK(house.empty);
}

TEST_CASE("a batch larger than a round of the loop is drained in several, all before the pause") {
  House house;
  house.invite(1000);
  house.connections.drain({.batch_size = 900, .batch_interval = 2s, .shutdown = 30s}, [] {});
  CHECK(house.told == 256);
  house.shard.poll();
  CHECK(house.told == 512);
  house.settle();
  CHECK(house.told == 900);
  house.pass(2s);
  CHECK(house.told == 1000);
}

TEST_CASE("connections left at the shutdown timeout are dropped, drained or not") {
  House house;
  house.invite(25, true, true);
  house.drain({.batch_size = 10, .batch_interval = 2s, .shutdown = 3s});
  house.pass(2s);
  CHECK(house.told == 20);
  CHECK(house.connections.size() == 25);
  CHECK_FALSE(house.empty);
  house.pass(1s);
  CHECK(house.connections.size() == 0);
  CHECK(house.empty);
  house.pass(10s);
  CHECK(house.told == 20);
}

TEST_CASE("draining without connections is done at once") {
  House house;
  house.drain({});
  CHECK(house.empty);
}

TEST_CASE("an endpoint's shards share a batch, and every socket is closed with 1012") {
  ManualClock clock;
  EchoEndpoint echo(2, clock, {.drainer = tens});
  const auto settle = [&] {
    for (int i = 0; i < 200; ++i) {
      for (std::size_t s = 0; s < echo.shards.size(); ++s) echo.shards[s].poll();
    }
  };
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 25; ++i) {
    clients.push_back(std::make_unique<RawClient>(echo.port()));
    clients.back()->send(
        "GET /socket/websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  }
  for (auto& client : clients) {
    for (int i = 0; i < 1000 && client->available().find("\r\n\r\n") == std::string::npos; ++i) settle();
    REQUIRE(status_of(client->response()) == 101);
  }
  const auto told = [&] {
    settle();
    std::size_t count = 0;
    for (auto& client : clients) count += client->available().empty() ? 0 : 1;
    return count;
  };
  echo.endpoint.drain([] {});
  CHECK(told() == 10);
  clock.advance(2s);
  CHECK(told() == 20);
  clock.advance(2s);
  CHECK(told() == 25);
  for (auto& client : clients) CHECK(client->frame()->close_code() == 1012);
}
