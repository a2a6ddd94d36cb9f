// SPDX-License-Identifier: MIT

#pragma once

// For tests of channels (Phoenix.ChannelTest). A TestClient is a client without a network; its messages pass through
// the whole protocol, and the frames it receives are available as text.
//
//     ManualClock clock;
//     Shards shards(1, clock);
//     PubSub pubsub(shards);
//     SocketMount mount(shards, pubsub, chat_socket);
//     TestClient client(shards[0], mount);
//     client.sends(R"(["1","1","room:1","phx_join",{}])");
//     CHECK(client.received() == std::vector<std::string>{…});
//
// The shards are stepped, never started: the test decides which shard runs next.

#include <entmoot/base/check.hpp>
#include <entmoot/base/guarded.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/core/shards.hpp>
#include <entmoot/phoenix/socket_mount.hpp>
#include <entmoot/phoenix/transport.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace entmoot {

/// Runs `work` on `shard` in a round of its loop, after the tasks posted before.
template <class Work>
void run_on(Shard& shard, Work&& work) {
  bool ran = false;
  shard.post([&] {
    work();
    ran = true;
  });
  for (int round = 0; !ran && round < 1000; ++round) shard.poll();  // the first one, unless much has been posted before
  ENTMOOT_CHECK(ran, "a shard runs a posted task when it is polled");
}

/// Polls all shards in turn until none has work left.
inline void settle(const Shards& shards) {
  constexpr int rounds_max = 10'000;  // beyond it two shards post to each other for ever
  for (int round = 0; round < rounds_max; ++round) {
    bool did = false;
    for (std::size_t i = 0; i < shards.size(); ++i) did |= shards[i].poll();
    if (!did) return;
  }
  ENTMOOT_CHECK(false, "the shards become idle within 10,000 rounds");
}

class TestClient : public Transport {
 public:
  /// Connects on `shard`; see connected() and refused().
  TestClient(Shard& shard, SocketMount& mount, std::string query = "vsn=2.0.0")
      : TestClient(shard, mount, ConnectInfo{.query = std::move(query), .peer = "test", .peer_is_loopback = true}) {}
  TestClient(Shard& shard, SocketMount& mount, ConnectInfo info) : shard_(shard) {
    run_on(shard_, [&] {
      auto socket = guarded([&] { return mount.connect(std::move(info), *this); });
      if (socket) {
        socket_ = std::move(*socket);
      } else {
        refused_ = socket.error();
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
  /// A frame of which the transport has kept only the beginning, because it is over the limit.
  void sends_head(Frame::Kind kind, std::string_view head, std::size_t bytes_max) {
    run_on(shard_, [&] {
      if (socket_) socket_->handle_oversize(kind, head, bytes_max);
    });
  }
  /// Several frames in one round, as if received in one TCP segment.
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
  /// The transport is lost.
  void disconnects() {
    if (socket_) run_on(shard_, [&] { socket_.reset(); });
  }

  /// The frames received since the last call, as text.
  [[nodiscard]] std::vector<std::string> received() {
    std::vector<std::string> texts;
    for (const Frame& frame : std::exchange(frames_, {})) texts.emplace_back(frame.bytes.view());
    return texts;
  }
  /// As received(), as frames.
  [[nodiscard]] std::vector<Frame> received_frames() { return std::exchange(frames_, {}); }
  [[nodiscard]] bool connected() const noexcept { return socket_ != nullptr; }
  /// Whether no answer to a join is outstanding.
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
