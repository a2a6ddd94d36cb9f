// SPDX-License-Identifier: MIT

#pragma once

// One client in the Channels protocol: its topics, multiplexed over one transport (Phoenix.Socket, __in__/2).
//
// Lives on the client's shard. The connection owns it and destroys it when the transport is gone; with it go all of
// its channels. It never waits: while a join is pending, what comes for that topic is kept aside (bounded) and taken
// up in order when the join is done, and everything else goes on, heartbeats above all.
//
// A frame that is no message closes the connection with 1011, as Phoenix does; one bad message of an application is
// the channel's affair. How much a client may send is limited (SocketLimits).
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
  /// Topics that one client may have joined or be joining. Phoenix's max_channels_per_transport.
  std::size_t channels_max = 100;
  /// Messages that may wait for the join of their topic; with more the client is closed with policy_violation. Honest
  /// clients buffer on their side until the join is answered, and send one leave or rejoin at most.
  std::size_t waiting_messages_max = 100;
  /// Bytes of them, over all topics of the client. Same policy.
  std::size_t waiting_bytes_max = 1 * MiB;
  /// For who answers a join later. Then it is refused with "join timeout": whoever owed the answer has lost it. Clients
  /// have given up long before (phoenix.js after 10 s) and try again.
  Duration join_timeout = std::chrono::seconds(30);
  /// What the client may send. Over a rate a message is not taken but answered with an error that says so (heartbeats
  /// and leaves are taken); who goes on is closed with policy_violation. At these rates one client costs its shard a
  /// tenth of its time.
  Rate messages = {.per_second = 10'000, .burst = 20'000, .debt = 1'000};
  Rate bytes = {.per_second = 8.0 * MiB, .burst = 16.0 * MiB, .debt = 1.0 * MiB};
  /// A join costs a room more than a message: its history. phoenix.js joins all its topics at once when it is back.
  Rate joins = {.per_second = 100, .burst = 500, .debt = 100};
};

class Socket final : public FrameHandler {
 public:
  /// `link.id` is given here. `user_socket` and `limits` are the mount's, which outlives its sockets.
  Socket(const UserSocket& user_socket, ClientLink link, const SocketLimits& limits);
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  /// The client is gone: ends every channel, says nothing any more.
  ~Socket() override;

  void handle_in(Frame::Kind kind, std::string_view frame) override;
  [[nodiscard]] bool is_settled() const override;
  void when_settled(UniqueFunction<void()> then) override;
  /// What was answered later; `then` runs in the turn of the channel that asked, if it is still there.
  void handle_answer(const SocketRef& to, UniqueFunction<Channel::HandleResult()> then);
  /// The same for timers, intercepted broadcasts and the channel's own subscriptions.
  void handle_info(const SocketRef& to, UniqueFunction<Channel::InfoResult()> then);

  /// What somebody pushes to the client from outside its channel.
  void push(const SocketRef& to, std::string event, Payload payload);
  void push(const SocketRef& to, std::string event, UniqueFunction<Payload()> payload);
  /// What somebody has a channel intercept from now on.
  void intercept(const SocketRef& to, std::vector<std::string> events);
  /// Closes the connection; the client may come back.
  void disconnect() { close(CloseCode::going_away, ""); }

  [[nodiscard]] const Client& client() const noexcept { return link_.client; }
  [[nodiscard]] std::size_t channels() const noexcept { return topics_.size(); }

 private:
  struct Joinable {
    std::unique_ptr<ChannelServer> server;
    std::vector<Message> waiting;  // came while it was joining; hardly ever any, and then an empty vector is free
  };

  void dispatch(const Message& message);
  void keep_waiting(Joinable& joinable, const Message& message);
  void join(const Message& message, const ChannelFactory& factory, std::optional<Ref> replaces);
  void settle(std::string_view topic);
  void tell_if_settled();
  void reply_error(const Ref& join_ref, const Message& message, std::string_view reason);
  void expire_later();
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
  TokenBucket messages_;
  TokenBucket bytes_;
  TokenBucket joins_;
  UniqueFunction<void()> settled_;
  Subscription disconnects_;
  TimerId expiry_ = TimerId::none;
};

}  // namespace entmoot
