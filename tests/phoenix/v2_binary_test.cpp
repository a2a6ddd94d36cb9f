// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/serializer.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace entmoot;
using namespace std::string_view_literals;

namespace {

const Serializer& v2() { return **serializer_for("2.0.0"); }

Result<Message> decode(std::string_view frame) { return v2().decode(Frame::Kind::binary, frame); }

std::string bytes(const Frame& frame) {
  CHECK(frame.kind == Frame::Kind::binary);
  return std::string(frame.bytes.view());
}

const Binary efg{"efg"sv};

}  // namespace

TEST_CASE("a binary push is read as its header says") {
  const auto message = decode(
      "\x00\x02\x03\x05\x05"
      "12123topicevente\x00g"sv);
  REQUIRE(message.has_value());
  CHECK(message->join_ref == Ref::of("12"));
  CHECK(message->ref == Ref::of("123"));
  CHECK(message->topic == Label("topic"));
  CHECK(message->event == Label("event"));
  CHECK(message->payload == Payload(Binary("e\0g"sv)));
}

TEST_CASE("header fields and payload of a binary push may be empty") {
  const auto message = decode("\0\0\0\0\0"sv);
  REQUIRE(message.has_value());
  CHECK(message->join_ref == Ref::of(""));
  CHECK(message->join_ref.is_absent());
  CHECK(message->topic == Label(""));
  CHECK(message->payload == Payload(Binary()));
}

TEST_CASE("sizes in a binary header count bytes of UTF-8") {
  const auto message = decode("\0\0\0\x05\x01r\xc3\xb6:1e"sv);
  REQUIRE(message.has_value());
  CHECK(message->topic == Label("r\xc3\xb6:1"));
}

TEST_CASE("a binary push truncated anywhere in its header is refused") {
  const auto whole =
      "\x00\x01\x01\x06\x03"
      "12room:1bin"sv;
  REQUIRE(decode(whole).has_value());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(decode(whole.substr(0, size)).has_value());
  }
}

TEST_CASE("a client sends no other kind of binary frame than a push, and no header that is not UTF-8") {
  for (const char kind : {'\1', '\2', '\3', '\4', '\x7f', '\xff'}) {
    CAPTURE(static_cast<int>(kind));
    CHECK_FALSE(decode(std::string(1, kind) + std::string(8, '\0')).has_value());
  }
  CHECK_FALSE(decode("\0\0\0\x01\0\xff"sv).has_value());
  CHECK_FALSE(decode("\0\x01\0\0\0\xff"sv).has_value());
}

TEST_CASE("binary frames of the server") {
  CHECK(bytes(v2().encode(Push{Ref::of("12"), {}, "topic", "event", efg})) ==
        "\x00\x02\x05\x05"
        "12topiceventefg"sv);
  CHECK(bytes(v2().encode(PhxReply{Ref::of("12"), Ref::of("123"), "topic", "ok", efg})) ==
        "\x01\x02\x03\x05\x02"
        "12123topicokefg"sv);
  CHECK(bytes(v2().encode(Broadcast{"topic", "event", efg})) == "\x02\x05\x05topiceventefg"sv);
}

TEST_CASE("a ref that is null is empty in a binary frame, escapes of JSON are undone") {
  CHECK(bytes(v2().encode(PhxReply{{}, {}, "t", "ok", Binary()})) == "\x01\0\0\x01\x02tok"sv);
  CHECK(bytes(v2().encode(PhxReply{Ref::of("a\"\n"), Ref::of("\\"), "t", "ok", Binary()})) ==
        "\x01\x03\x01\x01\x02"
        "a\"\n\\tok"sv);
}

TEST_CASE("a header field over 255 bytes throws at the sender and is never truncated") {
  const std::string longest(255, 'x');
  const std::string too_long(256, 'x');
  CHECK_NOTHROW((void)v2().encode(Push{Ref::of(longest), {}, longest, longest, efg}));
  CHECK_THROWS_AS((void)v2().encode(Push{Ref::of(too_long), {}, "t", "e", efg}), CannotEncode);
  CHECK_THROWS_AS((void)v2().encode(Push{{}, {}, too_long, "e", efg}), CannotEncode);
  CHECK_THROWS_AS((void)v2().encode(Push{{}, {}, "t", too_long, efg}), CannotEncode);
  CHECK_THROWS_AS((void)v2().encode(PhxReply{{}, Ref::of(too_long), "t", "ok", efg}), CannotEncode);
  CHECK_THROWS_AS((void)v2().encode(PhxReply{{}, {}, "t", too_long, efg}), CannotEncode);
  CHECK_THROWS_AS((void)v2().encode(Broadcast{"t", too_long, efg}), CannotEncode);
}

TEST_CASE("a binary frame needs a ref that is a string") {
  CHECK_THROWS_AS((void)v2().encode(PhxReply{Ref::raw("1"), Ref::of("2"), "t", "ok", efg}), CannotEncode);
}
