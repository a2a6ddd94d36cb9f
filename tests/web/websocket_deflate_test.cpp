// SPDX-License-Identifier: MIT

// Compressed messages, first at the decoder, then at a live endpoint whose socket accepts permessage-deflate.

#include <entmoot/web/deflate.hpp>
#include <entmoot/web/websocket_codec.hpp>

#include "client_frames.hpp"
#include "deflate_streams.hpp"
#include "echo_endpoint.hpp"
#include "raw_client.hpp"
#include "websocket_cases.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

using namespace entmoot;
using namespace entmoot::wire;
using namespace std::string_literals;

namespace {

std::vector<Heard> hear(WebSocketDecoder& decoder, const std::string& bytes, std::size_t chop) {
  std::vector<Heard> heard;
  for (auto piece : chopped(bytes, chop)) {
    std::span<char> input(piece);
    while (const auto event = decoder.decode(input)) {
      const bool error = event->kind == WebSocketEvent::Kind::error;
      heard.push_back(
          {static_cast<Heard::Kind>(event->kind), error ? std::string() : std::string(event->payload), event->code});
    }
  }
  return heard;
}

Heard said(std::string payload) { return {Heard::Kind::text, std::move(payload)}; }
Heard failed(std::uint16_t code) { return {Heard::Kind::error, {}, code}; }

std::string compressed_frame(std::string_view plain, unsigned opcode = text) {
  return frame(fin | rsv1 | opcode, deflated_message(plain));
}

/// One compressed message, a frame every `size` bytes, with `between` behind each but the last.
std::string in_fragments(std::string_view stream, std::size_t size, const std::string& between = {}) {
  std::string out;
  for (std::size_t at = 0; at < stream.size(); at += size) {
    const bool last = at + size >= stream.size();
    out += frame((last ? fin : 0) | (at == 0 ? rsv1 | text : continuation), stream.substr(at, size));
    if (!last) out += between;
  }
  return out;
}

std::vector<WebSocketCase> deflate_cases() {
  const auto story = chatter(60'000);
  const auto stream = deflated_message(story);
  const auto limit = 64 * KiB;
  return {
      {"a compressed text", compressed_frame("hello hello hello"), {said("hello hello hello")}},
      {"a compressed binary", compressed_frame("\xff\xfe", binary), {{Heard::Kind::binary, "\xff\xfe"}}},
      {"a long one", compressed_frame(story), {said(story)}},
      {"messages one after the other",
       compressed_frame(story) + compressed_frame("b") + compressed_frame(story),
       {said(story), said("b"), said(story)}},
      {"a plain one between compressed ones",
       compressed_frame("a") + frame(fin | text, "b") + compressed_frame("c"),
       {said("a"), said("b"), said("c")}},
      {"an empty message", frame(fin | rsv1 | text, "\x00"s) + compressed_frame("b"), {said(""), said("b")}},
      {"fragments", in_fragments(stream, 1000), {said(story)}},
      {"fragments of a byte", in_fragments(deflated_message("größer"), 1), {said("größer")}},
      {"an empty first and last fragment",
       frame(rsv1 | text) + frame(continuation, deflated_message("abc")) + frame(fin | continuation),
       {said("abc")}},
      {"pings between fragments",
       in_fragments(deflated_message("abcdef"), 3, frame(fin | ping, "p")),
       {{Heard::Kind::ping, "p"}, {Heard::Kind::ping, "p"}, said("abcdef")}},
      {"a close between fragments",
       in_fragments(deflated_message("abc"), 3, close_frame(1000)),
       {{Heard::Kind::close, "", 1000}}},
      {"RSV1 on a continuation", frame(rsv1 | text, "\x00"s) + frame(fin | rsv1 | continuation), {failed(1002)}},
      {"RSV1 on the continuation of a plain message",
       frame(text, "a") + frame(fin | rsv1 | continuation),
       {failed(1002)}},
      {"RSV1 on a ping", frame(fin | rsv1 | ping), {failed(1002)}},
      {"RSV1 on a pong", frame(fin | rsv1 | pong), {failed(1002)}},
      {"RSV1 on a close", frame(fin | rsv1 | wire::close), {failed(1002)}},
      {"RSV2 beside RSV1", frame(fin | rsv1 | rsv2 | text, "\x00"s), {failed(1002)}},
      {"RSV3", frame(fin | rsv3 | text, "a"), {failed(1002)}},
      {"garbage", compressed_frame("a") + frame(fin | rsv1 | text, "\xff\xff\xff"), {said("a"), failed(1007)}},
      {"nothing at all", frame(fin | rsv1 | text), {failed(1007)}},
      {"a stream that is cut off", frame(fin | rsv1 | text, stream.substr(0, 3000)), {failed(1007)}},
      {"a text that is not UTF-8", compressed_frame("gr\xf6\xdf"), {failed(1007)}},
      {"a text that ends in a code point", compressed_frame("gr\xc3"), {failed(1007)}},
      {"a final block",
       frame(fin | rsv1 | text, deflated("abc", {.flush = Z_FINISH}) + '\0') + compressed_frame("d"),
       {said("abc"), said("d")}},
      {"the four bytes not left out", frame(fin | rsv1 | text, deflated("abc")), {said("abc")}},
      {"exactly the limit", compressed_frame(std::string(limit, 'x')), {said(std::string(limit, 'x'))}},
      {"a byte over the limit", compressed_frame(std::string(limit + 1, 'x')), {failed(1009)}},
      {"noise as large as the limit", compressed_frame(noise(limit), binary), {{Heard::Kind::binary, noise(limit)}}},
      {"a bomb", compressed_frame(std::string(32 * MiB, '\0')), {failed(1009)}},
      {"a bomb in fragments", in_fragments(deflated_message(std::string(32 * MiB, '\0')), 700), {failed(1009)}},
      {"a compressed frame over the limit", header(fin | rsv1 | text, deflate_bound(limit) + 1, 8), {failed(1009)}},
      {"compressed fragments over the limit",
       frame(rsv1 | binary, noise(limit)) + header(continuation, 60'000, 2),
       {failed(1009)}},
  };
}

const std::string offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";

/// What the server said, inflated where it was compressed.
std::string plain(const std::optional<ServerFrame>& heard) {
  REQUIRE(heard.has_value());
  if (!heard->compressed) return heard->payload;
  std::string out;
  REQUIRE(inflate_message(heard->payload, {.bytes_max = 1 * MiB, .text = heard->opcode == text}, out) ==
          Inflated::done);
  return out;
}

}  // namespace

TEST_CASE("every case of compression gives the same events however its bytes are chopped") {
  for (const auto& row : deflate_cases()) {
    for (const std::size_t size : {0, 1, 2, 3, 997}) {
      WebSocketDecoder decoder({}, true);
      const bool as_expected = hear(decoder, row.input, size) == row.heard;
      CHECK_MESSAGE(as_expected, row.name << ", in pieces of " << size);
    }
  }
}

TEST_CASE("with compression negotiated, uncompressed messages are validated as before") {
  for (const auto& row : websocket_cases()) {
    const bool about_rsv1 = (static_cast<unsigned char>(row.input[0]) & rsv1) != 0 ||
                            row.name.find("RSV") != std::string::npos || row.name.starts_with("3.");
    if (about_rsv1) continue;
    WebSocketDecoder decoder({}, true);
    const bool as_expected = hear(decoder, row.input, 0) == row.heard;
    CHECK_MESSAGE(as_expected, row.name);
  }
}

TEST_CASE("without negotiation a compressed message is a protocol error") {
  WebSocketDecoder decoder;
  CHECK(hear(decoder, compressed_frame("abc"), 0) == std::vector{failed(1002)});
}

TEST_CASE("a decoder that inflates holds nothing between two messages, and a bomb costs it nothing") {
  WebSocketDecoder decoder({}, true);
  CHECK(hear(decoder, compressed_frame(chatter(60'000)) + frame(fin | ping), 100).size() == 2);
  CHECK(decoder.buffered_bytes() <= 3 * sizeof(std::string));
  CHECK(hear(decoder, compressed_frame(std::string(16 * MiB, '\0')), 0) == std::vector{failed(1009)});
  CHECK(decoder.buffered_bytes() <= 3 * sizeof(std::string));
}

TEST_CASE("an endpoint compresses for those who offer it, if its socket says so") {
  EchoEndpoint echo(2, Shards::steady(), {}, {.compress = true});
  echo.run();
  RawClient client(echo.port());
  const auto answer = client.upgrade("/socket/websocket", "", offer);
  CHECK(answer.find("\r\nsec-websocket-extensions: permessage-deflate; server_no_context_takeover; "
                    "client_no_context_takeover\r\n") != std::string::npos);
  const auto story = chatter(5000);
  for (int i = 0; i < 3; ++i) {
    client.send(compressed_frame(story));
    const auto echoed = client.frame();
    CHECK(plain(echoed) == story);
    CHECK(echoed->compressed);
    CHECK(echoed->payload.size() < story.size() / 2);
    client.send(compressed_frame("short"));
    const auto brief = client.frame();
    CHECK(brief->payload == "short");
    CHECK_FALSE(brief->compressed);
  }

  RawClient silent(echo.port());
  CHECK(silent.upgrade("/socket/websocket").find("sec-websocket-extensions") == std::string::npos);
  silent.send(frame(fin | text, story));
  CHECK(silent.frame()->payload == story);
  silent.send(compressed_frame("not agreed on"));
  CHECK(silent.frame()->close_code() == 1002);
}

TEST_CASE("an endpoint does not compress unless its socket says so") {
  EchoEndpoint echo;
  echo.run();
  RawClient client(echo.port());
  const auto answer = client.upgrade("/socket/websocket", "", offer);
  CHECK(status_of(answer) == 101);
  CHECK(answer.find("sec-websocket-extensions") == std::string::npos);
}

TEST_CASE("a live endpoint answers every case of compression, whole and chopped") {
  EchoEndpoint echo(2, Shards::steady(), {}, {.compress = true});
  echo.run();
  for (const auto& row : deflate_cases()) {
    for (const std::size_t chop : {0, 7}) {
      if (chop > 0 && row.input.size() > 4096) continue;
      RawClient client(echo.port());
      REQUIRE(status_of(client.upgrade("/socket/websocket", "", offer)) == 101);
      for (const auto& piece : chopped(row.input, chop)) {
        if (!client.send(piece)) break;
      }
      for (const auto& expected : row.heard) {
        const auto next = client.frame();
        switch (expected.kind) {
          case Heard::Kind::text:
          case Heard::Kind::binary: CHECK_MESSAGE(plain(next) == expected.payload, row.name); break;
          case Heard::Kind::ping:
          case Heard::Kind::pong: CHECK_MESSAGE(plain(next) == "p", row.name); break;
          case Heard::Kind::close:
          case Heard::Kind::error: CHECK_MESSAGE(next->close_code() == expected.code, row.name); break;
        }
      }
    }
  }
}
