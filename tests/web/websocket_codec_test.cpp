// SPDX-License-Identifier: MIT

#include <entmoot/web/websocket_codec.hpp>

#include "client_frames.hpp"
#include "websocket_cases.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace entmoot;
using namespace entmoot::wire;

namespace {

/// All events that the decoder returns for `piece`.
std::vector<Heard> feed(WebSocketDecoder& decoder, std::string piece) {
  std::vector<Heard> heard;
  std::span<char> input(piece);
  while (const auto event = decoder.decode(input)) {
    const bool error = event->kind == WebSocketEvent::Kind::error;
    heard.push_back(
        {static_cast<Heard::Kind>(event->kind), error ? std::string() : std::string(event->payload), event->code});
  }
  CHECK(input.empty());
  return heard;
}

std::vector<Heard> feed_all(WebSocketDecoder& decoder, const std::vector<std::string>& pieces) {
  std::vector<Heard> heard;
  for (const auto& piece : pieces) {
    for (auto& one : feed(decoder, piece)) heard.push_back(std::move(one));
  }
  return heard;
}

}  // namespace

TEST_CASE("every frame-level case gives the same events however its bytes are chopped") {
  for (const auto& row : websocket_cases()) {
    for (const std::size_t size : {0, 1, 2, 3, 997}) {
      WebSocketDecoder decoder;
      const bool as_expected = feed_all(decoder, chopped(row.input, size)) == row.heard;
      CHECK_MESSAGE(as_expected, row.name << ", in pieces of " << size);
      if (row.heard.back().kind == Heard::Kind::close || row.heard.back().kind == Heard::Kind::error) {
        CHECK_MESSAGE(decoder.buffered_bytes() <= 2 * sizeof(std::string), row.name);
      }
    }
  }
  MESSAGE(websocket_cases().size() << " cases");
}

TEST_CASE("text fails at its first bad byte, not at the end of its frame or message") {
  const std::string good = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";
  const std::string whole = frame(fin | text, good + "\xf4\x90\x80\x80" + "edited");
  const std::size_t header_size = 6;

  WebSocketDecoder decoder;
  CHECK(feed(decoder, whole.substr(0, header_size + good.size() + 1)).empty());
  const auto heard = feed(decoder, whole.substr(header_size + good.size() + 1, 1));
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].code == 1007);
}

TEST_CASE("limits are applied to the header, before any payload is kept") {
  WebSocketDecoder decoder;
  const std::string too_long = header(fin | binary, std::uint64_t{1} << 40, 8);
  const auto heard = feed(decoder, too_long.substr(0, too_long.size() - 4));  // the mask has not even come
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].code == 1009);
  CHECK(decoder.buffered_bytes() <= 2 * sizeof(std::string));
}

TEST_CASE("a declared length costs nothing until the bytes come") {
  WebSocketDecoder decoder;
  CHECK(feed(decoder, header(fin | binary, 65536, 8)).empty());
  CHECK(decoder.buffered_bytes() <= 2 * sizeof(std::string));
}

TEST_CASE("a message in one piece of input is handed out in place") {
  WebSocketDecoder decoder;
  std::string piece = frame(fin | text, std::string(1000, 'x'));
  std::span<char> input(piece);
  const auto event = decoder.decode(input);
  REQUIRE(event);
  CHECK(event->payload.data() >= piece.data());
  CHECK(event->payload.data() + event->payload.size() <= piece.data() + piece.size());
}

TEST_CASE("a decoder between two messages holds no buffer") {
  WebSocketDecoder decoder;
  const auto heard =
      feed_all(decoder, chopped(frame(fin | text, std::string(60000, 'x')) + frame(fin | ping, "p"), 100));
  CHECK(heard.size() == 2);
  CHECK(decoder.buffered_bytes() <= 2 * sizeof(std::string));
}

TEST_CASE("a larger limit is honoured exactly") {
  const WebSocketLimits limits{.message_bytes_max = 100'000};
  WebSocketDecoder fits(limits);
  CHECK(feed(fits, frame(fin | binary, std::string(100'000, 'x'))).front().payload.size() == 100'000);
  WebSocketDecoder too_big(limits);
  CHECK(feed(too_big, frame(fin | binary, std::string(100'001, 'x'))).front().code == 1009);
}

TEST_CASE("a message over the limit can be passed over: its beginning is reported, and the next message is read") {
  const WebSocketLimits limits{.message_bytes_max = 10'000, .passed_over_bytes_max = 50'000};
  const std::string text_message = R"(["1","2","room:1","echo",)" + std::string(30'000, 'x');
  const std::string whole = frame(fin | text, text_message) + frame(fin | text, "next");
  const std::string fragments = frame(text, text_message.substr(0, 9'000)) + frame(fin | ping, "p") +
                                frame(0, text_message.substr(9'000, 9'000)) + frame(fin, text_message.substr(18'000)) +
                                frame(fin | text, "next");
  for (const std::string& input : {whole, fragments}) {
    for (const std::size_t size : {0, 1, 997}) {
      WebSocketDecoder decoder(limits);
      auto heard = feed_all(decoder, chopped(input, size));
      std::erase_if(heard, [](const Heard& one) { return one.kind == Heard::Kind::ping; });
      REQUIRE(heard.size() == 2);
      CHECK(static_cast<WebSocketEvent::Kind>(heard[0].kind) == WebSocketEvent::Kind::oversize_text);
      CHECK(heard[0].payload == text_message.substr(0, oversize_head_bytes));
      CHECK(heard[1].payload == "next");
      CHECK(decoder.buffered_bytes() <= 3 * oversize_head_bytes);
    }
  }
  WebSocketDecoder beyond(limits);
  CHECK(feed(beyond, header(fin | binary, 50'001, 2)).front().code == 1009);
}

TEST_CASE("server frame headers are minimal and unmasked") {
  using Opcode = WebSocketHeader::Opcode;
  const auto bytes = [](Opcode opcode, std::size_t length) {
    return std::string(WebSocketHeader(opcode, length).view());
  };
  CHECK(bytes(Opcode::text, 0) == std::string("\x81\x00", 2));
  CHECK(bytes(Opcode::binary, 125) == "\x82\x7d");
  CHECK(bytes(Opcode::text, 126) == std::string("\x81\x7e\x00\x7e", 4));
  CHECK(bytes(Opcode::text, 65535) == "\x81\x7e\xff\xff");
  CHECK(bytes(Opcode::text, 65536) == std::string("\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10));
  CHECK(bytes(Opcode::pong, 3) == "\x8a\x03");
  CHECK(bytes(Opcode::close, 2) == "\x88\x02");
}

TEST_CASE("a close reason is cut at 123 bytes, between code points") {
  CHECK(close_payload(0, "ignored").empty());
  CHECK(close_payload(1001, "").view() == "\x03\xe9");
  CHECK(close_payload(1008, "too slow").view() == "\x03\xf0too slow");
  CHECK(close_payload(1008, std::string(200, 'x')).size() == 125);
  CHECK(close_payload(1008, std::string(122, 'x') + "ü").size() == 124);
}
