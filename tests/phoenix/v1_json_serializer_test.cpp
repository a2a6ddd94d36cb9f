// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/serializer.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace entmoot;

namespace {

const Serializer& v1() { return **serializer_for("1.0.0"); }

Result<Message> decode(std::string_view text, Frame::Kind kind = Frame::Kind::text) { return v1().decode(kind, text); }

JsonText json(std::string_view text) { return JsonText::trusted(text); }

}  // namespace

TEST_CASE("a message of version 1 is an object with four members in any order") {
  const auto message = decode(R"({"ref":"1","payload":{"a":[1]},"event":"new","topic":"room:1"})");
  REQUIRE(message.has_value());
  CHECK(message->topic == Label("room:1"));
  CHECK(message->event == Label("new"));
  CHECK(message->payload == Payload(json(R"({"a":[1]})")));
  CHECK(message->ref == Ref::of("1"));
  CHECK(message->join_ref.is_null());
}

TEST_CASE("a join_ref in version 1 counts, other members are ignored") {
  const auto message =
      decode(R"({"topic":"t","event":"e","payload":null,"ref":null,"join_ref":"7","more":{"x":[1,2]},"topic":"u"})");
  REQUIRE(message.has_value());
  CHECK(message->join_ref == Ref::of("7"));
  CHECK(message->ref.is_null());
  CHECK(message->topic == Label("t"));  // of two, the first
}

TEST_CASE("names of members may be written with escapes") {
  CHECK(decode(R"({"\u0074opic":"t","event":"e","payload":{},"ref":"1"})").has_value());
}

TEST_CASE("version 1 does not look at the kind of the frame") {
  CHECK(decode(R"({"topic":"t","event":"e","payload":{},"ref":"1"})", Frame::Kind::binary).has_value());
  CHECK_FALSE(
      decode("{\"topic\":\"\xff\",\"event\":\"e\",\"payload\":{},\"ref\":\"1\"}", Frame::Kind::binary).has_value());
}

TEST_CASE("malformed messages of version 1") {
  for (const char* text :
       {"", " ", "{}", "[]", "null", "{oops", R"(["1","1","t","e",{}])", R"({"topic":"t","event":"e","payload":{}})",
        R"({"topic":"t","event":"e","ref":"1"})", R"({"topic":"t","payload":{},"ref":"1"})",
        R"({"event":"e","payload":{},"ref":"1"})", R"({"topic":"t","event":"e","payload":{},"ref":"1"} x)",
        R"({"topic":"t","event":"e","payload":{},"ref":"1",})", R"({"topic":"t","event":"e","payload":{"ref":"1"})",
        R"({"topic":"t" "event":"e","payload":{},"ref":"1"})", R"({topic:"t","event":"e","payload":{},"ref":"1"})"}) {
    CAPTURE(text);
    CHECK_FALSE(decode(text).has_value());
  }
}

TEST_CASE("version 1 sends exactly four members, and never a join_ref") {
  CHECK(v1().encode(PhxReply{Ref::of("1"), Ref::of("2"), "room:1", "ok", json("{}")}).bytes.view() ==
        R"({"event":"phx_reply","payload":{"status":"ok","response":{}},"ref":"2","topic":"room:1"})");
  CHECK(v1().encode(Push{Ref::of("1"), {}, "room:1", "pushed", json(R"({"a":1})")}).bytes.view() ==
        R"({"event":"pushed","payload":{"a":1},"ref":null,"topic":"room:1"})");
  CHECK(v1().encode(Broadcast{"room:1", "shout", json(R"({"a":1})")}).bytes.view() ==
        R"({"event":"shout","payload":{"a":1},"ref":null,"topic":"room:1"})");
}

TEST_CASE("version 1 can read what it sends") {
  const auto message =
      decode(R"({"topic":"a\"b\\ \n\u00e9","event":"\ud83c\udf33","payload":{ "x" : [ 1 ] },"ref":12})");
  REQUIRE(message.has_value());
  const auto frame = v1().encode(PhxReply{{}, message->ref, message->topic, "ok", message->payload});
  const auto again = decode(frame.bytes.view());
  REQUIRE(again.has_value());
  CHECK(again->topic == message->topic);
  CHECK(again->ref == message->ref);
  CHECK(again->payload == Payload(json(R"({"status":"ok","response":{"x":[1]}})")));
}

TEST_CASE("version 1 cannot carry bytes") {
  CHECK_FALSE(v1().carries_binary());
  CHECK_THROWS_AS((void)v1().encode(Broadcast{"t", "e", Binary("x")}), CannotEncode);
  CHECK_THROWS_AS((void)v1().encode(Push{{}, {}, "t", "e", Binary("x")}), CannotEncode);
  CHECK_THROWS_AS((void)v1().encode(PhxReply{{}, {}, "t", "ok", Binary("x")}), CannotEncode);
}
