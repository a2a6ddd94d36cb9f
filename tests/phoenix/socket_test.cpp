// SPDX-License-Identifier: MIT

#include "fixture.hpp"

#include <doctest/doctest.h>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

const std::string unmatched = R"("phx_reply",{"status":"error","response":{"reason":"unmatched topic"}}])";
const std::string ok = R"("phx_reply",{"status":"ok","response":{}}])";

/// Sends one frame on a new connection; what comes back when all is quiet.
Texts answer_to(std::string_view frame) {
  World world;
  TestClient client(world.shards[0], world.mount);
  client.sends(frame);
  world.settles();
  CHECK_FALSE(client.closed());
  return client.received();
}

}  // namespace

TEST_CASE("connecting is refused for an unknown version, by the application, and when the application throws") {
  World world;
  for (const char* query : {"vsn=1.1.0", "vsn=2", "vsn=", "vsn[]=2.0.0", "vsn=2.0.0&vsn=9.0.0", "vsn=2.0.0&reject=1",
                            "vsn=2.0.0&raise=1", "vsn=2.0.0&x=%ff"}) {
    CAPTURE(query);
    TestClient client(world.shards[0], world.mount, query);
    CHECK_FALSE(client.connected());
  }
  TestClient client(world.shards[0], world.mount, "vsn=9.0.0&vsn=2.0.1");
  CHECK(client.connected());
}

TEST_CASE("one message on a fresh connection") {
  struct Row {
    std::string sent;
    Texts received;
  };
  const std::vector<Row> rows = {
      // heartbeats
      {R"([null,"1","phoenix","heartbeat",{}])", {R"([null,"1","phoenix",)" + ok}},
      {R"(["9","2","phoenix","heartbeat",{}])", {R"([null,"2","phoenix",)" + ok}},
      {R"([null,null,"phoenix","heartbeat",{}])", {R"([null,null,"phoenix",)" + ok}},
      {R"([null,7,"phoenix","heartbeat",{}])", {R"([null,7,"phoenix",)" + ok}},
      {R"([null,"1","phoenix","foo",{}])", {R"([null,"1","phoenix",)" + unmatched}},
      {R"([null,"1","phoenix","heartbeat",{},"x"])", {R"([null,"1","phoenix",)" + ok}},
      {R"( [ null , "1" , "phoenix" , "heartbeat" , {} ] )", {R"([null,"1","phoenix",)" + ok}},
      // joins
      {R"(["1","1","room:1","phx_join",{}])", {R"(["1","1","room:1",)" + ok}},
      {R"(["10","1","room:1","phx_join",{}])", {R"(["10","1","room:1",)" + ok}},
      {R"(["1","1","room:","phx_join",{}])", {R"(["1","1","room:",)" + ok}},
      {R"(["1","1","room:reply","phx_join",{"a":1}])",
       {R"(["1","1","room:reply","phx_reply",{"status":"ok","response":{"echo":{"a":1}}}])"}},
      {R"(["1","1","room:reply","phx_join",null])",
       {R"(["1","1","room:reply","phx_reply",{"status":"ok","response":{"echo":null}}])"}},
      {R"(["1","1","room:deny","phx_join",{}])",
       {R"(["1","1","room:deny","phx_reply",{"status":"error","response":{"reason":"unauthorized"}}])"}},
      {R"(["1","1","room:refuse","phx_join",{}])",
       {R"(["1","1","room:refuse","phx_reply",{"status":"error","response":{"code":7}}])"}},
      {R"(["1","1","room:crash","phx_join",{}])",
       {R"(["1","1","room:crash","phx_reply",{"status":"error","response":{"reason":"join crashed"}}])"}},
      {R"(["1","1","room:throw-int","phx_join",{}])",
       {R"(["1","1","room:throw-int","phx_reply",{"status":"error","response":{"reason":"join crashed"}}])"}},
      {R"(["1","1","room:hasty","phx_join",{}])",
       {R"(["1","1","room:hasty","phx_reply",{"status":"error","response":{"reason":"join crashed"}}])"}},
      {R"(["1","1","null:1","phx_join",{}])",
       {R"(["1","1","null:1","phx_reply",{"status":"error","response":{"reason":"join crashed"}}])"}},
      {R"(["1","1","throw:1","phx_join",{}])",
       {R"(["1","1","throw:1","phx_reply",{"status":"error","response":{"reason":"join crashed"}}])"}},
      {R"(["6","6","nope","phx_join",{}])", {R"([null,"6","nope",)" + unmatched}},
      {R"(["1","1",5,"phx_join",{}])", {R"([null,"1",5,)" + unmatched}},
      {R"(["1","1","room:after","phx_join",{}])",
       {R"(["1","1","room:after",)" + ok, R"(["1",null,"room:after","late",{"n":2}])"}},
      {R"([1,1,"room:1","phx_join",{}])", {R"([1,1,"room:1",)" + ok}},
      {R"([null,"1","room:1","phx_join",{}])", {R"([null,"1","room:1",)" + ok}},
      {R"(["","1","room:1","phx_join",{}])", {R"(["","1","room:1",)" + ok}},
      // no channel on the topic
      {R"(["1","2","room:1","ok",{}])", {R"([null,"2","room:1",)" + unmatched}},
      {R"(["1","2","room:1","phx_close",{}])", {R"([null,"2","room:1",)" + unmatched}},
      {R"(["1","2","room:1",5,{}])", {R"([null,"2","room:1",)" + unmatched}},
      {R"(["5","6","room:zz","phx_leave",{}])", {R"(["5","6","room:zz",)" + ok}},
      {R"(["5","6","nope","phx_leave",{}])", {R"(["5","6","nope",)" + ok}},
      {R"([null,"6",5,"phx_leave",{}])", {R"([null,"6",5,)" + ok}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.sent);
    CHECK(answer_to(row.sent) == row.received);
  }
}

TEST_CASE("messages to a channel that was joined as \"1\"") {
  struct Row {
    std::string sent;
    Texts received;
    bool still_joined = true;
  };
  const std::string crash = R"(["1","1","room:1","phx_error",{"reason":"channel_crash"}])";
  const std::string close = R"(["1","1","room:1","phx_close",{}])";
  const std::vector<Row> rows = {
      {R"(["1","2","room:1","echo",{"a":1}])",
       {R"(["1","2","room:1","phx_reply",{"status":"ok","response":{"a":1}}])"}},
      {R"(["1","2","room:1","echo",[1, 2]])", {R"(["1","2","room:1","phx_reply",{"status":"ok","response":[1,2]}])"}},
      {R"(["1","2","room:1","echo",null])", {R"(["1","2","room:1","phx_reply",{"status":"ok","response":null}])"}},
      {R"(["1","2","room:1","echo","str"])", {R"(["1","2","room:1","phx_reply",{"status":"ok","response":"str"}])"}},
      {R"(["1","2","room:1","echo",123456789012345678901234567890])",
       {R"(["1","2","room:1","phx_reply",{"status":"ok","response":123456789012345678901234567890}])"}},
      {R"(["1","2","room:1","err",{"reason":"x"}])",
       {R"(["1","2","room:1","phx_reply",{"status":"error","response":{"reason":"x"}}])"}},
      {R"(["1","2","room:1","maybe",{}])", {R"(["1","2","room:1","phx_reply",{"status":"maybe","response":{}}])"}},
      {R"(["1","2","room:1","noreply",{}])", {}},
      {R"(["1","2","room:1","pushreply",{}])",
       {R"(["1",null,"room:1","pushed",{"a":1}])", R"(["1","2","room:1",)" + ok}},
      {R"(["1",null,"room:1","echo",{"a":1}])",
       {R"(["1",null,"room:1","phx_reply",{"status":"ok","response":{"a":1}}])"}},
      {R"([null,"3","room:1","ok",{}])", {R"(["1","3","room:1",)" + ok}},
      {R"(["","3","room:1","ok",{}])", {R"(["1","3","room:1",)" + ok}},
      {R"(["0","2","room:1","ok",{}])", {}},
      {R"([1,"2","room:1","ok",{}])", {}},
      {R"(["1","2","room:1","unknown",{}])", {crash}, false},
      {R"(["1","2","room:1",5,{}])", {crash}, false},
      {R"(["1","2","room:1","phx_reply",{}])", {crash}, false},
      {R"(["1","2","room:1","phx_close",{}])", {crash}, false},
      {R"(["1","2","room:1","phx_error",{}])", {crash}, false},
      {R"(["1","2","room:1","badpush",[1]])", {crash}, false},
      {R"(["1","2","room:1","shout",[1]])", {crash}, false},
      {R"(["1",null,"room:1","keep",{}])", {crash}, false},
      {R"(["1","2","room:1","crash",{}])", {crash}, false},
      {R"(["1","2","room:1","stop_err",{}])", {crash}, false},
      {R"(["1","2","room:1","stop",{}])", {close}, false},
      {R"(["1","4","room:1","stop_reply",{"b":1}])",
       {R"(["1","4","room:1","phx_reply",{"status":"ok","response":{"b":1}}])", close},
       false},
      {R"(["1","2","room:1","phx_leave",{}])", {R"(["1","2","room:1",)" + ok, close}, false},
      {R"([null,"3","room:1","phx_leave",{}])", {R"(["1","3","room:1",)" + ok, close}, false},
      {R"(["0","2","room:1","phx_leave",{}])", {}},
      {R"(["1","2","room:1","shout",{"a":1}])",
       {R"([null,null,"room:1","shout",{"a":1}])", R"(["1","2","room:1",)" + ok}},
      {R"(["1","2","room:1","shout_from",{"a":1}])", {R"(["1","2","room:1",)" + ok}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.sent);
    World world;
    JoinedClient client(world);
    client.sends(row.sent);
    world.settles();
    CHECK(client.received() == row.received);
    client.sends(R"(["1","99","room:1","ok",{}])");
    CHECK(client.received() ==
          Texts{row.still_joined ? R"(["1","99","room:1",)" + ok : R"([null,"99","room:1",)" + unmatched});
    client.sends(R"(["7","7","room:1","phx_join",{}])");
    CHECK(client.received().at(0) == R"(["7","7","room:1",)" + ok);
    CHECK_FALSE(client.closed());
  }
}

TEST_CASE("a malformed frame closes the connection with 1011 and ends its channels") {
  for (const char* frame :
       {"{oops", "", "[]", R"(["1","2","room:1","ok"])", "{}", R"(["1","2","room:1","ok",1e999])"}) {
    CAPTURE(frame);
    World world;
    JoinedClient client(world);
    client.sends(frame);
    CHECK(client.closed() == CloseCode::internal_error);
    CHECK(client.received().empty());
    CHECK(world.diary.ends == std::vector{ChannelEnd::socket_closed});
    client.sends(R"([null,"1","phoenix","heartbeat",{}])");
    CHECK(client.received().empty());
  }
  World world;
  JoinedClient client(world);
  client.sends(Frame{Frame::Kind::binary, SharedBytes(std::string_view("\x01\x00", 2))});
  CHECK(client.closed() == CloseCode::internal_error);
}

TEST_CASE("a heartbeat is the socket's own even when a channel is mounted on its topic") {
  World world;
  JoinedClient client(world, 0, "phoenix");
  client.sends(R"(["1","2","phoenix","heartbeat",{}])");
  CHECK(client.received() == Texts{R"([null,"2","phoenix",)" + ok});
  client.sends(R"(["1","3","phoenix","echo",{}])");
  CHECK(client.received() == Texts{R"(["1","3","phoenix",)" + ok});
}

TEST_CASE("a denied join may be tried again and is denied again") {
  World world;
  TestClient client(world.shards[0], world.mount);
  client.sends(R"(["1","1","room:deny","phx_join",{}])");
  client.sends(R"(["2","2","room:deny","phx_join",{}])");
  CHECK(client.received() ==
        Texts{R"(["1","1","room:deny","phx_reply",{"status":"error","response":{"reason":"unauthorized"}}])",
              R"(["2","2","room:deny","phx_reply",{"status":"error","response":{"reason":"unauthorized"}}])"});
  CHECK(world.diary.ends.empty());
}

TEST_CASE("a client has at most 100 channels, and may rejoin one of them at the limit") {
  World world;
  TestClient client(world.shards[0], world.mount);
  for (int i = 1; i <= 100; ++i) client.sends(R"(["1","1","room:)" + std::to_string(i) + R"(","phx_join",{}])");
  CHECK(client.received().size() == 100);
  client.sends(R"(["101","101","room:101","phx_join",{}])");
  CHECK(
      client.received() ==
      Texts{
          R"(["101","101","room:101","phx_reply",{"status":"error","response":{"reason":"too many channels joined"}}])"});
  client.sends(R"(["102","102","nope","phx_join",{}])");
  CHECK(client.received() == Texts{R"([null,"102","nope",)" + unmatched});
  client.sends(R"(["103","103","room:7","phx_join",{}])");
  CHECK(client.received() == Texts{R"(["103","103","room:7",)" + ok, R"(["1","1","room:7","phx_close",{}])"});
}

TEST_CASE("a channel joined without a join_ref pushes with the join's ref and closes with null") {
  World world;
  TestClient client(world.shards[0], world.mount);
  client.sends(R"([null,"1","room:1","phx_join",{}])");
  client.sends(R"([null,"3","room:1","pushreply",{}])");
  client.sends(R"(["1","9","room:1","ok",{}])");
  client.sends(R"([null,"4","room:1","stop",{}])");
  CHECK(client.received() == Texts{R"([null,"1","room:1",)" + ok, R"(["1",null,"room:1","pushed",{"a":1}])",
                                   R"(["1","3","room:1",)" + ok, R"([null,null,"room:1","phx_close",{}])"});
}

TEST_CASE("a channel joined with an empty join_ref keeps it and takes messages without one") {
  World world;
  TestClient client(world.shards[0], world.mount);
  client.sends(R"(["","1","room:1","phx_join",{}])");
  client.sends(R"([null,"3","room:1","ok",{}])");
  client.sends(R"(["","4","room:1","stop",{}])");
  CHECK(client.received() ==
        Texts{R"(["","1","room:1",)" + ok, R"(["","3","room:1",)" + ok, R"(["","","room:1","phx_close",{}])"});
}

TEST_CASE("a join_ref of another JSON type is another channel") {
  World world;
  TestClient client(world.shards[0], world.mount);
  client.sends(R"([1,1,"room:1","phx_join",{}])");
  (void)client.received();
  client.sends(R"(["1","2","room:1","ok",{}])");
  CHECK(client.received().empty());
  client.sends(R"([1,"2","room:1","ok",{}])");
  CHECK(client.received() == Texts{R"([1,"2","room:1",)" + ok});
}

TEST_CASE("a message over the limit gets an error and the connection stays") {
  World world(1);
  JoinedClient client(world);
  const std::string limit =
      R"("phx_reply",{"status":"error","response":{"reason":"message too large: the limit is 100 bytes"}}])";
  client.sends_head(Frame::Kind::text, R"(["1","2","room:1","echo",{"text":"xxxx)", 100);
  CHECK(client.received() == Texts{R"(["1","2","room:1",)" + limit});
  client.sends_head(Frame::Kind::text, R"( [ "3" , 4, "room:\"2,]", "phx_join", )", 100);
  CHECK(client.received() == Texts{R"(["3",4,"room:\"2,]",)" + limit});
  client.sends_head(Frame::Kind::binary,
                    std::string("\0\1\1\6\4"
                                "15room:1echo\xff",
                                18),
                    100);
  CHECK(client.received() == Texts{R"(["1","5","room:1",)" + limit});
  CHECK_FALSE(client.closed());
  for (const std::string head : {R"(["1","2","room:1")", R"(["1","2","room:1"],"echo",)", "xxxx", ""}) {
    JoinedClient other(world);
    other.sends_head(Frame::Kind::text, head, 100);
    CHECK(other.closed() == CloseCode::too_big);
  }
}

TEST_CASE("half an emoji in a topic, an event or a payload is passed on as it came") {
  World world(1);
  TestClient client(world.shards[0], world.mount);
  client.sends(R"(["1","1","room:\ud83d","phx_join",{}])");
  client.sends(R"(["1","\ud83d","room:\uD83D","echo",{"a\udc00":"\ud83d x"}])");
  CHECK(client.received() ==
        Texts{R"(["1","1","room:\ud83d","phx_reply",{"status":"ok","response":{}}])",
              R"(["1","\ud83d","room:\ud83d","phx_reply",{"status":"ok","response":{"a\udc00":"\ud83d x"}}])"});
}

TEST_CASE("a second join on the same topic closes the first channel, after its own reply") {
  World world;
  JoinedClient client(world);
  client.sends(R"(["2","2","room:1","phx_join",{}])");
  CHECK(client.received() == Texts{R"(["2","2","room:1",)" + ok, R"(["1","1","room:1","phx_close",{}])"});
  CHECK(world.diary.ends == std::vector{ChannelEnd::duplicate_join});
  client.sends(R"(["2","3","room:1","ok",{}])");
  client.sends(R"(["1","4","room:1","ok",{}])");
  CHECK(client.received() == Texts{R"(["2","3","room:1",)" + ok});
  client.sends(R"(["2","5","room:1","phx_join",{}])");
  CHECK(client.received() == Texts{R"(["2","5","room:1",)" + ok, R"(["2","2","room:1","phx_close",{}])"});
}

TEST_CASE("the old channel is gone even when the join that replaces it fails") {
  World world;
  JoinedClient client(world, 0, "room:later");
  world.settles();
  run_on(world.shards[0], [&] { std::move(world.diary.answers[0])(JsonText(empty_object())); });
  world.settles();
  CHECK(client.received() == Texts{R"(["1","1","room:later",)" + ok});
  client.sends(R"(["2","2","room:later","phx_join",{}])");
  CHECK(client.received().empty());
  run_on(world.shards[0], [&] { std::move(world.diary.answers[1])(fail(ErrorCode::failed, "closed for today")); });
  world.settles();
  CHECK(client.received() ==
        Texts{R"(["2","2","room:later","phx_reply",{"status":"error","response":{"reason":"closed for today"}}])",
              R"(["1","1","room:later","phx_close",{}])"});
  client.sends(R"(["1","3","room:later","ok",{}])");
  CHECK(client.received() == Texts{R"([null,"3","room:later",)" + unmatched});
}

TEST_CASE("three joins in one segment are answered in order, each followed by the close of the one before") {
  World world;
  TestClient client(world.shards[0], world.mount);
  client.sends_at_once({R"(["1","1","room:1","phx_join",{}])", R"(["2","2","room:1","phx_join",{}])",
                        R"(["3","3","room:1","phx_join",{}])"});
  CHECK(client.received() == Texts{R"(["1","1","room:1",)" + ok, R"(["2","2","room:1",)" + ok,
                                   R"(["1","1","room:1","phx_close",{}])", R"(["3","3","room:1",)" + ok,
                                   R"(["2","2","room:1","phx_close",{}])"});
}

TEST_CASE("a leave and a join in one segment leave the new channel alive") {
  World world;
  JoinedClient client(world);
  client.sends_at_once({R"(["1","2","room:1","phx_leave",{}])", R"(["3","3","room:1","phx_join",{}])"});
  client.sends(R"(["3","4","room:1","ok",{}])");
  CHECK(client.received() == Texts{R"(["1","2","room:1",)" + ok, R"(["1","1","room:1","phx_close",{}])",
                                   R"(["3","3","room:1",)" + ok, R"(["3","4","room:1",)" + ok});
}

TEST_CASE("a duplicate join comes before what the new channel pushes") {
  World world;
  JoinedClient client(world, 0, "room:after");
  world.settles();
  (void)client.received();
  client.sends(R"(["2","2","room:after","phx_join",{}])");
  world.settles();
  CHECK(client.received() == Texts{R"(["2","2","room:after",)" + ok, R"(["1","1","room:after","phx_close",{}])",
                                   R"(["2",null,"room:after","late",{"n":2}])"});
}

TEST_CASE("while a join is slow, heartbeats and other topics go on and its own topic waits") {
  World world;
  TestClient client(world.shards[0], world.mount);
  client.sends_at_once({R"(["1","1","room:slow","phx_join",{}])", R"([null,"2","phoenix","heartbeat",{}])",
                        R"(["1","3","room:slow","ok",{}])", R"(["4","4","room:1","phx_join",{}])"});
  CHECK(client.received() == Texts{R"([null,"2","phoenix",)" + ok, R"(["4","4","room:1",)" + ok});
  world.advance(499ms);
  CHECK(client.received().empty());
  world.advance(1ms);
  CHECK(client.received() == Texts{R"(["1","1","room:slow",)" + ok, R"(["1","3","room:slow",)" + ok});
}

TEST_CASE("joins and leaves during a slow join are processed in order") {
  World world;
  TestClient client(world.shards[0], world.mount);
  client.sends_at_once({R"(["1","1","room:slow","phx_join",{}])", R"(["1","2","room:slow","phx_leave",{}])",
                        R"(["3","3","room:slow","phx_join",{}])", R"(["3","4","room:slow","ok",{}])",
                        R"(["5","5","room:slow","phx_join",{}])", R"(["5","6","room:slow","ok",{}])"});
  CHECK(client.received().empty());
  world.advance(500ms);
  CHECK(client.received() == Texts{R"(["1","1","room:slow",)" + ok, R"(["1","2","room:slow",)" + ok,
                                   R"(["1","1","room:slow","phx_close",{}])"});
  world.advance(500ms);
  CHECK(client.received() == Texts{R"(["3","3","room:slow",)" + ok, R"(["3","4","room:slow",)" + ok});
  world.advance(500ms);
  CHECK(client.received() == Texts{R"(["5","5","room:slow",)" + ok, R"(["3","3","room:slow","phx_close",{}])",
                                   R"(["5","6","room:slow",)" + ok});
}

TEST_CASE("messages queued behind a refused join find no channel") {
  World world;
  TestClient client(world.shards[0], world.mount);
  client.sends_at_once({R"(["1","1","room:later","phx_join",{}])", R"(["1","2","room:later","ok",{}])"});
  run_on(world.shards[0], [&] { std::move(world.diary.answers[0])(fail(ErrorCode::failed, "no")); });
  world.settles();
  CHECK(client.received() ==
        Texts{R"(["1","1","room:later","phx_reply",{"status":"error","response":{"reason":"no"}}])",
              R"([null,"2","room:later",)" + unmatched});
}

TEST_CASE("a client that floods a topic whose join is slow is closed") {
  SUBCASE("by number of messages") {
    World world(1, {.waiting_messages_max = 3});
    TestClient client(world.shards[0], world.mount);
    client.sends(R"(["1","1","room:slow","phx_join",{}])");
    for (int i = 0; i < 3; ++i) client.sends(R"(["1","2","room:slow","ok",{}])");
    CHECK_FALSE(client.closed());
    client.sends(R"(["1","2","room:slow","ok",{}])");
    CHECK(client.closed() == CloseCode::policy_violation);
    world.advance(1s);
    CHECK(client.received().empty());
  }
  SUBCASE("by their bytes, over all topics") {
    World world(1, {.waiting_bytes_max = 70});
    TestClient client(world.shards[0], world.mount);
    client.sends(R"(["1","1","room:slow","phx_join",{}])");
    client.sends(R"(["2","2","room:later","phx_join",{}])");
    client.sends(R"(["1","3","room:slow","echo","1234567890123"])");
    client.sends(R"(["2","4","room:later","echo","1234567890123"])");
    CHECK_FALSE(client.closed());
    client.sends(R"(["1","5","room:slow","ok",{}])");
    CHECK(client.closed() == CloseCode::policy_violation);
  }
  SUBCASE("by bytes that are no payload") {
    const std::string filler(1000, 'x');
    const std::string long_ref = R"(["1",")" + filler + R"(","room:slow","ok",{}])";
    const std::string long_join_ref = "[\"" + filler + R"(","2","room:slow","ok",{}])";
    const std::string long_event = R"(["1","2","room:slow",")" + filler + R"(",{}])";
    for (const auto& message : {long_ref, long_join_ref, long_event}) {
      CAPTURE(message);
      World world(1, {.waiting_bytes_max = 1000});
      TestClient client(world.shards[0], world.mount);
      client.sends(R"(["1","1","room:slow","phx_join",{}])");
      client.sends(message);
      CHECK(client.closed() == CloseCode::policy_violation);
    }
  }
}

TEST_CASE("the bytes of queued messages are released") {
  World world(1, {.waiting_bytes_max = 50});
  TestClient client(world.shards[0], world.mount);
  for (int i = 0; i < 10; ++i) {
    client.sends(R"(["1","1","room:slow","phx_join",{}])");
    client.sends(R"(["1","3","room:slow","echo","12345678901234567890"])");
    world.advance(500ms);
    CHECK_FALSE(client.closed());
  }
}

TEST_CASE("a reply that comes later overtakes nothing and is overtaken") {
  World world;
  JoinedClient client(world);
  client.sends(R"(["1","6","room:1","async",{"k":1}])");
  client.sends(R"(["1","7","room:1","ok",{}])");
  CHECK(client.received() == Texts{R"(["1","7","room:1",)" + ok});
  world.advance(50ms);
  CHECK(client.received() == Texts{R"(["1","6","room:1","phx_reply",{"status":"ok","response":{"k":1}}])"});
}

TEST_CASE("a crash ends one channel; the socket and its other topics go on, and the topic can be joined again") {
  World world;
  JoinedClient client(world);
  client.sends(R"(["2","2","room:2","phx_join",{}])");
  client.sends(R"(["1","3","room:1","crash",{}])");
  client.sends(R"(["2","4","room:2","ok",{}])");
  client.sends(R"(["9","9","room:1","phx_join",{}])");
  CHECK(client.received() == Texts{R"(["2","2","room:2",)" + ok,
                                   R"(["1","1","room:1","phx_error",{"reason":"channel_crash"}])",
                                   R"(["2","4","room:2",)" + ok, R"(["9","9","room:1",)" + ok});
}

TEST_CASE("terminate gets the reason of a channel's end") {
  struct Row {
    const char* frame;
    ChannelEnd reason;
  };
  for (const Row& row :
       {Row{R"(["1","2","room:1","stop",{}])", ChannelEnd::normal},
        Row{R"(["1","2","room:1","stop_reply",{}])", ChannelEnd::shutdown},
        Row{R"(["1","2","room:1","phx_leave",{}])", ChannelEnd::left},
        Row{R"(["2","2","room:1","phx_join",{}])", ChannelEnd::duplicate_join},
        Row{R"(["1","2","room:1","crash",{}])", ChannelEnd::crash}, Row{"{oops", ChannelEnd::socket_closed}}) {
    CAPTURE(row.frame);
    World world;
    JoinedClient client(world);
    client.sends(row.frame);
    CHECK(world.diary.ends == std::vector{row.reason});
  }
  World world;
  JoinedClient client(world);
  client.disconnects();
  CHECK(world.diary.ends == std::vector{ChannelEnd::socket_closed});
  CHECK(client.received().empty());
}

TEST_CASE("pushes from terminate come after phx_close, and its exceptions affect nothing else") {
  World world;
  JoinedClient client(world, 0, "room:farewell");
  client.sends(R"(["1","2","room:farewell","stop",{}])");
  CHECK(client.received() ==
        Texts{R"(["1","1","room:farewell","phx_close",{}])", R"(["1",null,"room:farewell","farewell",{}])"});
  client.sends(R"(["1","1","room:bad-end","phx_join",{}])");
  client.sends(R"(["1","2","room:bad-end","phx_leave",{}])");
  CHECK(client.received() == Texts{R"(["1","1","room:bad-end",)" + ok, R"(["1","2","room:bad-end",)" + ok,
                                   R"(["1","1","room:bad-end","phx_close",{}])"});
}

TEST_CASE("the connect parameters reach the channel") {
  World world;
  TestClient client(world.shards[0], world.mount, "token=a%20b&vsn=2.0.0");
  client.sends_at_once({R"(["1","1","room:1","phx_join",{}])", R"(["1","2","room:1","params",{}])"});
  CHECK(client.received().at(1) ==
        R"(["1","2","room:1","phx_reply",{"status":"ok","response":{"token":"a b","vsn":"2.0.0"}}])");
}

TEST_CASE("a disconnect on a socket's id closes all of its connections on all shards, and no other") {
  World world(2);
  TestClient first(world.shards[0], world.mount, "vsn=2.0.0&id=u:7");
  TestClient second(world.shards[1], world.mount, "vsn=2.0.0&id=u:7");
  TestClient other(world.shards[0], world.mount, "vsn=2.0.0&id=u:8");
  first.sends(R"(["1","1","room:1","phx_join",{}])");
  (void)first.received();
  world.pubsub.broadcast("u:7", "hello", empty_object());
  world.settles();
  CHECK_FALSE(first.closed());
  world.pubsub.broadcast("u:7", "disconnect", empty_object());
  world.settles();
  CHECK(first.closed() == CloseCode::going_away);
  CHECK(second.closed() == CloseCode::going_away);
  CHECK_FALSE(other.closed());
  CHECK(first.received().empty());
  CHECK(world.diary.ends == std::vector{ChannelEnd::socket_closed});
}

TEST_CASE("the mount knows its clients") {
  World world;
  const auto count = [&] {
    std::size_t clients = 0;
    run_on(world.shards[0], [&] { clients = world.mount.count_here(); });
    return clients;
  };
  {
    JoinedClient a(world);
    JoinedClient b(world);
    CHECK(count() == 2);
  }
  CHECK(count() == 0);
}

TEST_CASE("an unanswered join is refused after the timeout, and the topic is free again") {
  using namespace std::chrono_literals;
  World world(1, {.join_timeout = 30s});
  TestClient client(world.shards[0], world.mount);
  client.sends(R"(["1","1","room:never","phx_join",{}])");
  client.sends(R"(["1","2","room:never","ok",{}])");
  world.advance(29s);
  CHECK(client.received().empty());
  world.advance(1s);
  CHECK(client.received() ==
        Texts{R"(["1","1","room:never","phx_reply",{"status":"error","response":{"reason":"join timeout"}}])",
              R"([null,"2","room:never",)" + unmatched});
  client.sends(R"(["3","3","room:never","phx_join",{}])");
  client.disconnects();
  world.advance(1min);
  CHECK(world.diary.ends.empty());
}

TEST_CASE("a join that was answered in time is not refused later") {
  using namespace std::chrono_literals;
  World world(1, {.join_timeout = 1s});
  TestClient client(world.shards[0], world.mount);
  client.sends(R"(["1","1","room:slow","phx_join",{}])");
  world.advance(500ms);
  (void)client.received();
  client.sends(R"(["2","2","room:never","phx_join",{}])");
  world.advance(700ms);
  client.sends(R"(["1","3","room:slow","ok",{}])");
  CHECK(client.received() == Texts{R"(["1","3","room:slow",)" + ok});
}
