// SPDX-License-Identifier: MIT

#include <entmoot/web/outbox.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace entmoot;

namespace {

Frame text(std::string_view bytes) { return {Frame::Kind::text, SharedBytes(bytes)}; }

/// Takes everything out in writes of at most `size` bytes.
std::string drain(Outbox& outbox, std::size_t size) {
  std::string out;
  while (!outbox.empty()) {
    std::array<iovec, 64> pieces;
    const auto used = outbox.gather(pieces);
    std::string offered;
    for (std::size_t i = 0; i < used; ++i)
      offered.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
    REQUIRE_FALSE(offered.empty());
    const auto taken = offered.substr(0, size);
    outbox.sent(taken.size());
    out += taken;
  }
  return out;
}

}  // namespace

TEST_CASE("frames leave in order, whole, however the kernel cuts the writes") {
  std::string expected;
  for (std::size_t size :
       {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, std::size_t{1000}, std::size_t{1} << 20}) {
    Outbox outbox;
    outbox.push_http(SharedBytes("HEAD"));
    std::string wanted = "HEAD";
    for (int i = 0; i < 100; ++i) {
      const std::string payload(static_cast<std::size_t>(i * 3), static_cast<char>('a' + i % 26));
      CHECK(outbox.push(text(payload)));
      wanted += std::string(WebSocketHeader(WebSocketHeader::Opcode::text, payload.size()).view()) + payload;
    }
    outbox.push_close(1001, "bye");
    wanted += std::string("\x88\x05\x03\xe9", 4) + "bye";
    CHECK(outbox.bytes() == wanted.size());
    CHECK(drain(outbox, size) == wanted);
    CHECK(outbox.bytes() == 0);
  }
}

TEST_CASE("a frame in many outboxes is one piece of memory") {
  const Frame frame = text("shared");
  Outbox a, b;
  CHECK(a.push(frame));
  CHECK(b.push(frame));
  CHECK(frame.bytes.owners() == 3);
  std::array<iovec, 64> pieces;
  REQUIRE(a.gather(pieces) == 2);
  CHECK(pieces[1].iov_base == frame.bytes.data());
  drain(a, 1000);
  CHECK(frame.bytes.owners() == 2);
}

TEST_CASE("the bound in bytes and the bound in frames refuse, and nothing is half taken") {
  Outbox bytes({.bytes_max = 1000});
  CHECK(bytes.push(text(std::string(900, 'x'))));
  CHECK_FALSE(bytes.push(text(std::string(200, 'x'))));
  CHECK(bytes.frames() == 1);
  drain(bytes, 1000);
  CHECK(bytes.push(text(std::string(200, 'x'))));

  Outbox frames({.frames_max = 3});
  for (int i = 0; i < 3; ++i) CHECK(frames.push(text("")));
  CHECK_FALSE(frames.push(text("")));
}

TEST_CASE("a frame larger than the bound is taken when nothing else waits") {
  Outbox outbox({.bytes_max = 1000});
  CHECK(outbox.push(text(std::string(5000, 'x'))));
  CHECK_FALSE(outbox.push(text("x")));
}

TEST_CASE("dropping what is unsent leaves the frame that has begun") {
  Outbox outbox;
  CHECK(outbox.push(text("first")));
  CHECK(outbox.push(text("second")));
  outbox.sent(4);  // the header and two bytes
  outbox.drop_unsent();
  outbox.push_close(1008, "");
  CHECK(drain(outbox, 1000) == std::string("rst") + "\x88\x02\x03\xf0");

  Outbox untouched;
  CHECK(untouched.push(text("first")));
  untouched.drop_unsent();
  CHECK(untouched.empty());
  CHECK(untouched.bytes() == 0);
}

TEST_CASE("at most 16 pongs wait, and the latest ping is the one that is answered") {
  Outbox outbox;
  for (int i = 0; i < 1000; ++i) outbox.push_pong(std::to_string(i));
  CHECK(outbox.frames() == 16);
  const auto out = drain(outbox, 1000);
  CHECK(out.ends_with("999"));
  outbox.push_pong("again");
  CHECK(outbox.frames() == 1);
}
