// SPDX-License-Identifier: MIT

#pragma once

// One client in the Channels protocol: its topics, multiplexed over one transport (Phoenix.Socket, __in__/2).
//
// Lives on the client's shard. The connection owns it and destroys it when the transport is gone, which ends all of its
// channels. It never blocks: while a join is pending, messages for that topic are queued (bounded) and processed in
// order after the join; everything else proceeds, heartbeats above all.
//
// A malformed frame closes the connection with 1011, as in Phoenix; an invalid application message is handled by its
// channel. The rates and amounts that a client may send are limited (SocketLimits).
//
// From: web/websocket_session, web/longpoll_session (frames), phoenix/socket_ref (late answers).  To:
// phoenix/channel_server.

#include <entmoot/base/string_map.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/phoenix/channel_server.hpp>
#include <entmoot/phoenix/client_link.hpp>
#include <entmoot/phoenix/rate.hpp>
#include <entmoot/phoenix/transport.hpp>
#include <entmoot/phoenix/user_socket.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace entmoot {

struct SocketLimits {
  /// Topics that one client may have joined or be joining (Phoenix's max_channels_per_transport).
  std::size_t channels_max = 100;
  /// Messages queued until the join of their topic is answered; beyond it the client is closed with policy_violation.
  /// Well-behaved clients buffer on their side until then, and send at most one leave or rejoin.
  std::size_t waiting_messages_max = 100;
  /// Bytes of these messages, over all topics of the client; the same policy.
  std::size_t waiting_bytes_max = 1 * MiB;
  /// Memory held for the client: its messages without an answer, each with message_bytes besides its own, and what its
  /// transport queues. While it is exceeded, the client is not read.
  std::size_t memory_max = 1 * MiB;
  /// A message's entries in the mailbox and the tables of its room.
  static constexpr std::size_t message_bytes = 2 * KiB;
  /// The same for a join, whose answer is often a history: the answers to joins that wait together have to fit into the
  /// client's outbox.
  static constexpr std::size_t join_bytes = 32 * KiB;
  /// The time to answer a pending join, which is then refused with "join timeout". Clients time out earlier (phoenix.js
  /// after 10 s) and retry.
  Duration join_timeout = std::chrono::seconds(30);
  /// What the client may send. Over a rate a message is refused with an error (except heartbeats and leaves); a client
  /// that continues is closed with policy_violation. At these rates one client takes a tenth of its shard's time.
  Rate messages = {.per_second = 10'000, .burst = 20'000, .debt = 1'000};
  Rate bytes = {.per_second = 8.0 * MiB, .burst = 16.0 * MiB, .debt = 1.0 * MiB};
  /// A join costs a room more than a message: its history. phoenix.js joins all its topics at once after a reconnect,
  /// and tries again those that are refused. So a join over this rate is refused, and never closes the connection: a
  /// client with more topics than the burst would be closed at each reconnect. `debt` has no meaning here.
  Rate joins = {.per_second = 100, .burst = 500, .debt = 0};
};

class Socket final : public FrameHandler {
 public:
  /// Assigns `link.id`. `user_socket` and `limits` belong to the mount, which outlives its sockets.
  Socket(const UserSocket& user_socket, ClientLink link, const SocketLimits& limits);
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  /// The client is gone: ends every channel without sending anything.
  ~Socket() override;

  void handle_in(Frame::Kind kind, std::string_view frame) override;
  void handle_oversize(Frame::Kind kind, std::string_view head, std::size_t bytes_max) override;
  [[nodiscard]] bool is_settled() const override;
  void when_settled(UniqueFunction<void()> then) override;
  [[nodiscard]] std::shared_ptr<MemoryAccount> account() const override { return link_.account; }
  /// Delivers a later answer: runs `then` in a turn of the channel, if it still exists.
  void handle_answer(const SocketRef& to, UniqueFunction<Channel::HandleResult()> then);
  /// As handle_answer, for timers, intercepted broadcasts and the channel's own subscriptions.
  void handle_info(const SocketRef& to, UniqueFunction<Channel::InfoResult()> then);

  /// Pushes to the client from outside its channel.
  void push(const SocketRef& to, std::string event, Payload payload);
  void push(const SocketRef& to, std::string event, UniqueFunction<Payload()> payload);
  void resend(const SocketRef& to, std::vector<std::shared_ptr<const Fastlane>> missed);
  /// Sets the events that the channel intercepts, from outside it.
  void intercept(const SocketRef& to, std::vector<std::string> events);
  /// Closes the connection; the client may reconnect.
  void disconnect() { close(CloseCode::going_away, ""); }

  [[nodiscard]] const Client& client() const noexcept { return link_.client; }
  [[nodiscard]] std::size_t channels() const noexcept { return topics_.size(); }

 private:
  struct Joinable {
    std::unique_ptr<ChannelServer> server;
    std::vector<Message> waiting;  // arrived while joining; usually empty
  };

  void dispatch(const Message& message);
  void queue_until_joined(Joinable& joinable, const Message& message);
  void join(const Message& message, const ChannelFactory& factory, std::optional<Ref> replaces);
  void settle(std::string_view topic);
  void notify_if_settled();
  void unmatched(const Message& message);
  void flooded();
  [[nodiscard]] Pace pace_of(const Message& message, TimePoint now);
  void reply_error(const Ref& join_ref, const Message& message, std::string_view reason);
  void schedule_expiry();
  void close(CloseCode code, std::string_view reason);
  void end_channels();
  [[nodiscard]] Joinable* find(std::string_view topic) noexcept;
  [[nodiscard]] ChannelServer* find(const SocketRef& to) noexcept;

  // Constant after construction.
  const UserSocket& user_socket_;
  const SocketLimits& limits_;

  ClientLink link_;
  StringMap<Joinable> topics_;
  std::uint64_t last_incarnation_ = 0;
  std::size_t waiting_bytes_ = 0;
  MemoryCharge waiting_;  // the same bytes
  TokenBucket messages_;
  TokenBucket bytes_;
  TokenBucket joins_;
  UniqueFunction<void()> settled_;
  Subscription disconnects_;
  TimerId expiry_ = TimerId::none;
};

}  // namespace entmoot
