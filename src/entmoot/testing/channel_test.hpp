// SPDX-License-Identifier: MIT

#pragma once

// For tests of channels: the test is the socket (Phoenix.ChannelTest). A TestClient is a client without a network; what
// it sends goes through the whole protocol, and what it received is the frames as text.
//
//     ManualClock clock;
//     Shards shards(1, clock);
//     PubSub pubsub(shards);
//     SocketMount mount(shards, pubsub, chat_socket);
//     TestClient client(shards[0], mount);
//     client.sends(R"(["1","1","room:1","phx_join",{}])");
//     CHECK(client.received() == std::vector<std::string>{…});
//
// The shards are stepped, never started: the test decides which shard takes its next step.

#include <entmoot/base/check.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/core/shards.hpp>
#include <entmoot/phoenix/socket_mount.hpp>
#include <entmoot/phoenix/transport.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace entmoot {

/// Runs `work` as `shard`, after what had been posted to it before: one round of its loop.
template <class Work>
void run_on(Shard& shard, Work&& work) {
  bool ran = false;
  shard.post([&] {
    work();
    ran = true;
  });
  shard.poll();
  ENTMOOT_CHECK(ran, "the shard took no step");
}

/// Steps all shards in turn until none has anything to do.
inline void settle(const Shards& shards) {
  constexpr int rounds_max = 10'000;  // more is two shards posting to each other for ever
  for (int round = 0; round < rounds_max; ++round) {
    bool did = false;
    for (std::size_t i = 0; i < shards.size(); ++i) did |= shards[i].poll();
    if (!did) return;
  }
  ENTMOOT_CHECK(false, "the shards never come to rest");
}

class TestClient : public Transport {
 public:
  /// Connects on `shard`; whether it was taken in says connected().
  TestClient(Shard& shard, SocketMount& mount, std::string query = "vsn=2.0.0")
      : TestClient(shard, mount, ConnectInfo{.query = std::move(query), .peer = "test", .peer_is_loopback = true}) {}
  TestClient(Shard& shard, SocketMount& mount, ConnectInfo info) : shard_(shard) {
    run_on(shard_, [&] {
      try {
        auto socket = mount.connect(std::move(info), *this);
        if (socket) {
          socket_ = std::move(*socket);
        } else {
          refused_ = socket.error();
        }
      } catch (const std::exception& error) {
        refused_ = fail(ErrorCode::exception, "connect crashed", error.what());
      }
    });
  }
  ~TestClient() override { disconnects(); }
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  /// One frame, handled in one round of the client's shard.
  void sends(std::string_view frame) { sends({Frame::Kind::text, SharedBytes(frame)}); }
  void sends(Frame frame) {
    run_on(shard_, [&] {
      if (socket_) socket_->handle_in(frame.kind, frame.bytes.view());
    });
  }
  /// Several frames in one round, as if they had come in one segment.
  void sends_at_once(const std::vector<std::string>& frames) {
    std::vector<Frame> as_frames;
    for (const auto& frame : frames) as_frames.push_back({Frame::Kind::text, SharedBytes(frame)});
    sends_frames_at_once(as_frames);
  }
  void sends_frames_at_once(const std::vector<Frame>& frames) {
    run_on(shard_, [&] {
      for (const auto& frame : frames) socket_->handle_in(frame.kind, frame.bytes.view());
    });
  }
  /// The network is gone.
  void disconnects() {
    if (socket_) run_on(shard_, [&] { socket_.reset(); });
  }

  /// What came since the last time that was asked, as text.
  [[nodiscard]] std::vector<std::string> received() {
    std::vector<std::string> texts;
    for (const Frame& frame : std::exchange(frames_, {})) texts.emplace_back(frame.bytes.view());
    return texts;
  }
  /// The same, with the bytes themselves.
  [[nodiscard]] std::vector<Frame> received_frames() { return std::exchange(frames_, {}); }
  [[nodiscard]] bool connected() const noexcept { return socket_ != nullptr; }
  /// No answer to a join is outstanding.
  [[nodiscard]] bool settled() const { return !socket_ || socket_->is_settled(); }
  [[nodiscard]] const std::optional<Error>& refused() const noexcept { return refused_; }
  [[nodiscard]] std::optional<CloseCode> closed() const noexcept { return closed_; }

  void push(Frame frame) override {
    if (!closed_) frames_.push_back(std::move(frame));
  }
  void close(CloseCode code, std::string_view) override {
    if (!closed_) closed_ = code;
  }

 private:
  Shard& shard_;
  std::unique_ptr<FrameHandler> socket_;
  std::optional<Error> refused_;
  std::optional<CloseCode> closed_;
  std::vector<Frame> frames_;
};

}  // namespace entmoot
