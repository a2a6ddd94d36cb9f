// SPDX-License-Identifier: MIT

// Clients of different versions, and payloads of different kinds, on one topic.

#include "fixture.hpp"

#include <doctest/doctest.h>

#include <string_view>

using namespace entmoot;
using namespace std::string_view_literals;

namespace {

Frame binary(std::string_view bytes) { return {Frame::Kind::binary, SharedBytes(bytes)}; }

/// A client of version 1 that has joined room:1.
struct OldClient : TestClient {
  explicit OldClient(World& world, unsigned shard = 0) : TestClient(world.shards[shard], world.mount, "") {
    sends(R"({"topic":"room:1","event":"phx_join","payload":{},"ref":"1"})");
    (void)received();
  }
};

}  // namespace

TEST_CASE("a client that names no version speaks version 1") {
  World world;
  TestClient client(world.shards[0], world.mount, "");
  client.sends(R"({"topic":"room:1","event":"phx_join","payload":{},"ref":"1"})");
  CHECK(client.received() ==
        Texts{R"({"event":"phx_reply","payload":{"status":"ok","response":{}},"ref":"1","topic":"room:1"})"});
  client.sends(R"({"topic":"phoenix","event":"heartbeat","payload":{},"ref":null})");
  CHECK(client.received() ==
        Texts{R"({"event":"phx_reply","payload":{"status":"ok","response":{}},"ref":null,"topic":"phoenix"})"});
  client.sends(R"({"topic":"room:1","event":"phx_leave","payload":{},"ref":"2"})");
  CHECK(client.received() ==
        Texts{R"({"event":"phx_reply","payload":{"status":"ok","response":{}},"ref":"2","topic":"room:1"})",
              R"({"event":"phx_close","payload":{},"ref":null,"topic":"room:1"})"});
}

TEST_CASE("a join_ref in version 1 is compared, though it is never sent") {
  World world;
  TestClient client(world.shards[0], world.mount, "vsn=1.0.0");
  client.sends(R"({"topic":"room:1","event":"phx_join","payload":{},"ref":"1","join_ref":"1"})");
  client.sends(R"({"topic":"room:1","event":"ok","payload":{},"ref":"2","join_ref":"0"})");
  CHECK(client.received().size() == 1);
  client.sends(R"({"topic":"room:1","event":"stop","payload":{},"ref":"3","join_ref":"1"})");
  CHECK(client.received() == Texts{R"({"event":"phx_close","payload":{},"ref":"1","topic":"room:1"})"});
}

TEST_CASE("a message of the other version closes the connection") {
  World world;
  TestClient old(world.shards[0], world.mount, "vsn=1.0.0");
  old.sends(R"(["1","1","room:1","phx_join",{}])");
  CHECK(old.closed() == CloseCode::internal_error);
  TestClient client(world.shards[0], world.mount, "vsn=2.0.0");
  client.sends(R"({"topic":"room:1","event":"phx_join","payload":{},"ref":"1"})");
  CHECK(client.closed() == CloseCode::internal_error);
}

TEST_CASE("a broadcast reaches clients of both versions, each in its own") {
  World world(2);
  OldClient old(world, 1);
  JoinedClient client(world);
  client.sends(R"(["1","2","room:1","shout",{"a":1}])");
  world.settles();
  CHECK(client.received() == Texts{R"([null,null,"room:1","shout",{"a":1}])",
                                   R"(["1","2","room:1","phx_reply",{"status":"ok","response":{}}])"});
  CHECK(old.received() == Texts{R"({"event":"shout","payload":{"a":1},"ref":null,"topic":"room:1"})"});
}

TEST_CASE("bytes are answered with bytes, in the order of the handler") {
  World world;
  JoinedClient client(world);
  client.sends(
      binary("\x00\x01\x01\x06\x03"
             "12room:1bin\x01\x02"sv));
  const auto frames = client.received_frames();
  REQUIRE(frames.size() == 2);
  CHECK(frames[0] == binary("\x00\x01\x06\x05"
                            "1room:1bpush\x00\x01"sv));
  CHECK(frames[1] == binary("\x01\x01\x01\x06\x02"
                            "12room:1ok\x01\x02\xff"sv));
}

TEST_CASE("a broadcast of bytes is one frame for all") {
  World world;
  JoinedClient one(world);
  JoinedClient other(world);
  one.sends(R"(["1","2","room:1","bshout",{}])");
  world.settles();
  const auto at_one = one.received_frames();
  const auto at_other = other.received_frames();
  REQUIRE(at_one.size() == 1);
  CHECK(at_one[0] == binary("\x02\x06\x06room:1bshout\x09\x08\x07"sv));
  REQUIRE(at_other.size() == 1);
  CHECK(at_other[0].bytes.data() == at_one[0].bytes.data());
}

TEST_CASE("a broadcast of bytes ends the channel of a client that cannot take them") {
  World world;
  OldClient old(world);
  JoinedClient client(world);
  client.sends(R"(["1","2","room:1","bshout",{}])");
  world.settles();
  CHECK(client.received().size() == 1);
  CHECK(old.received() ==
        Texts{R"({"event":"phx_error","payload":{"reason":"channel_crash"},"ref":null,"topic":"room:1"})"});
}

TEST_CASE("control messages may come as binary frames, their answers are text") {
  World world;
  TestClient client(world.shards[0], world.mount);
  client.sends(
      binary("\x00\x00\x01\x07\x09"
             "2phoenixheartbeat"sv));
  client.sends(
      binary("\x00\x01\x01\x06\x08"
             "33room:1phx_join"sv));
  client.sends(
      binary("\x00\x00\x01\x06\x09"
             "4room:1phx_leave"sv));
  client.sends(binary("\0\0\0\0\0"sv));
  CHECK(client.received() ==
        Texts{R"([null,"2","phoenix","phx_reply",{"status":"ok","response":{}}])",
              R"(["3","3","room:1","phx_reply",{"status":"ok","response":{}}])",
              R"(["3","4","room:1","phx_reply",{"status":"ok","response":{}}])", R"(["3","3","room:1","phx_close",{}])",
              R"([null,"","","phx_reply",{"status":"error","response":{"reason":"unmatched topic"}}])"});
}

TEST_CASE("a handler that expects JSON and gets bytes ends its channel") {
  World world;
  JoinedClient client(world);
  client.sends(
      binary("\x00\x01\x01\x06\x09"
             "12room:1needsjson\x01"sv));
  CHECK(client.received() == Texts{R"(["1","1","room:1","phx_error",{"reason":"channel_crash"}])"});
}

TEST_CASE("an answer in bytes to a ref that does not fit a binary frame ends the channel") {
  World world;
  JoinedClient client(world);
  client.sends(R"(["1",7,"room:1","bytes",{}])");
  CHECK(client.received() == Texts{R"(["1","1","room:1","phx_error",{"reason":"channel_crash"}])"});
}

TEST_CASE("a join whose answer cannot be written has crashed, and nothing else has") {
  World world;
  TestClient client(world.shards[0], world.mount, "vsn=1.0.0");
  client.sends(R"({"topic":"room:bytes","event":"phx_join","payload":{},"ref":"1"})");
  CHECK(
      client.received() ==
      Texts{
          R"({"event":"phx_reply","payload":{"status":"error","response":{"reason":"join crashed"}},"ref":"1","topic":"room:bytes"})"});
  CHECK_FALSE(client.closed());
}

TEST_CASE("an intercepted broadcast comes to each client as a push of its own channel") {
  World world(2);
  JoinedClient one(world);
  TestClient other(world.shards[1], world.mount);
  other.sends(R"(["7","7","room:1","phx_join",{}])");
  (void)other.received();
  one.sends(R"(["1","2","room:1","icpt",{"a":1}])");
  world.settles();
  CHECK(one.received() == Texts{R"(["1",null,"room:1","icpt",{"a":1,"tag":"mine"}])"});
  CHECK(other.received() == Texts{R"(["7",null,"room:1","icpt",{"a":1,"tag":"mine"}])"});
}

TEST_CASE("handle_out may drop a broadcast, stop its channel, or crash it") {
  World world;
  JoinedClient client(world);
  client.sends(R"(["1","2","room:1","icpt",{"drop":1}])");
  world.settles();
  CHECK(client.received().empty());
  client.sends(R"(["1","3","room:1","icpt",{"stop":1}])");
  world.settles();
  CHECK(client.received() == Texts{R"(["1","1","room:1","phx_close",{}])"});
  client.sends(R"(["4","4","room:1","phx_join",{}])");
  client.sends(R"(["4","5","room:1","unintercept_drained",{}])");
  world.settles();
  CHECK(client.received() == Texts{R"(["4","4","room:1","phx_reply",{"status":"ok","response":{}}])",
                                   R"(["4","4","room:1","phx_error",{"reason":"channel_crash"}])"});
}

TEST_CASE("an intercepted broadcast that finds its channel gone is dropped") {
  World world;
  JoinedClient client(world);
  client.sends_at_once({R"(["1","2","room:1","icpt",{"a":1}])", R"(["1","3","room:1","phx_leave",{}])"});
  world.settles();
  CHECK(client.received() == Texts{R"(["1","3","room:1","phx_reply",{"status":"ok","response":{}}])",
                                   R"(["1","1","room:1","phx_close",{}])"});
}
