// SPDX-License-Identifier: MIT

#pragma once

// Runs one channel, on its client's shard: Joining → Joined → Ended (Phoenix.Channel.Server).
//
// The crash boundary. Every call into the user's Channel goes through here, and whatever it throws stops here: a
// crash in join() is the reply "join crashed", a crash later is `phx_error`, and it is logged. Nothing else of the
// socket is touched.
//
// A join is atomic. History in the join's reply and live broadcasts after it meet without a gap and without a
// duplicate, also when the room with the history lives on another shard and the join waits for it:
//
//   (1) The room answers the join and makes its broadcasts in its turns. Both leave as posts to the client's shard,
//       from one thread, in the order they were made; posts keep that order.
//   (2) The channel is subscribed in the very step in which the join's reply is pushed, on the client's shard, when
//       the answer arrives, not when the client asked.
//   (3) So a broadcast made before the answer was posted before it, arrives before it, and finds no subscription: the
//       client has it from the history. One made after the answer arrives after it and finds the subscription. There
//       is no third case.
//
// That holds for who broadcasts from the thread that answers, with PubSub::broadcast. And because nothing can be
// delivered before the subscription, the reply to the join is strictly the first thing a client sees of a channel.
//
// Lifetime. The socket owns it and asks ended() after each call into it; it never destroys itself.

#include <entmoot/phoenix/channel.hpp>
#include <entmoot/phoenix/client_link.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace entmoot {

class ChannelServer final : private Subscriber {
 public:
  /// Messages from inside that may wait until the channel has joined; with more the join has crashed.
  static constexpr std::size_t early_max = 100;
  /// Broadcasts that may wait for others that are on their way through handle_out (Channel::intercept_drained); with
  /// more they wait no longer, and may overtake those.
  static constexpr std::size_t passing_max = 100;

  /// `incarnation` tells the channels apart that a socket has had on one topic.
  ChannelServer(ClientLink& link, std::string topic, std::uint64_t incarnation, std::unique_ptr<Channel> channel);

  // --- the socket's side

  /// `replaces` is the join_ref of the channel that this one takes the place of: its phx_close follows our reply.
  /// One that is answered later is refused after `patience`.
  void join(const Message& message, std::optional<Ref> replaces, Duration patience);
  void handle_in(const Message& message);
  void handle_answer(const SocketRef& to, UniqueFunction<Channel::HandleResult()> then);
  void handle_info(UniqueFunction<Channel::InfoResult()> then);
  /// The client leaves: reply, phx_close, terminate.
  void leave(const Ref& ref);
  /// Ends without a word to the client.
  void end(ChannelEnd reason);

  [[nodiscard]] bool joining() const noexcept { return std::holds_alternative<Joining>(state_); }
  [[nodiscard]] bool joined() const noexcept { return std::holds_alternative<Joined>(state_); }
  [[nodiscard]] bool ended() const noexcept { return std::holds_alternative<Ended>(state_); }
  [[nodiscard]] std::uint64_t incarnation() const noexcept { return incarnation_; }
  /// As given in the join, perhaps null.
  [[nodiscard]] const Ref& join_ref() const noexcept { return join_ref_; }
  /// Whether a message with this join_ref is for this incarnation. One without is for any.
  [[nodiscard]] bool accepts(const Ref& join_ref) const noexcept {
    return join_ref.is_absent() || join_ref == join_ref_;
  }

  // --- the channel's side

  [[nodiscard]] const std::string& topic() const noexcept { return topic_; }
  [[nodiscard]] const Client& client() const noexcept { return link_.client; }
  void intercept(std::vector<std::string> events);
  /// None unless it has joined.
  [[nodiscard]] SubscriberId subscriber() const noexcept { return joined() ? subscriber_ : SubscriberId::none; }
  /// The same, known beforehand.
  [[nodiscard]] SubscriberId subscriber_id() const noexcept { return subscriber_; }
  [[nodiscard]] SocketRef address() const;
  [[nodiscard]] SocketRef current_ref() const;
  void push(std::string_view event, Payload payload);
  void broadcast(std::string_view event, Payload payload, SubscriberId except);
  void subscribe(std::string_view topic);
  [[nodiscard]] ReplyTo answer(UniqueFunction<Channel::HandleResult(Result<Answer>)> then);
  void after(Duration delay, UniqueFunction<Channel::InfoResult()> then);
  /// Calls `then` once when the channel, which has joined, has ended, whatever the reason; after terminate()
  /// (Process.monitor/1).
  void monitor(UniqueFunction<void()> then);

 private:
  using Early = std::vector<UniqueFunction<Channel::InfoResult()>>;
  struct Joining {
    Ref ref;
    std::optional<Ref> replaces;
    Early early;
  };
  struct Joined {
    Subscription subscription;
  };
  struct Ended {};
  /// The push or join that the running turn is about.
  struct Handling {
    Ref ref;
    bool joins;
  };

  /// Broadcasts of events that went to handle_out, behind which those that go straight to the client have to stay.
  struct Passing {
    std::vector<std::string> events;
    std::vector<Broadcast> waiting;
  };

  void handle_broadcast(const Fastlane& message) override;
  void deliver(const Fastlane& message);
  void end_passing();
  /// In a turn of this channel, after the one that is running: broadcasts come at any time.
  void handle_info_later(UniqueFunction<Channel::InfoResult()> then);

  template <class Step>
  void turn(std::optional<Handling> handling, Step&& step);
  void crash(std::string_view what);
  void finish_join(std::string_view status, const Payload& response);
  void finish_handling(const Ref& ref, Channel::HandleResult result);
  void send_reply(const Ref& ref, const Channel::Reply& reply);
  void stop(ChannelEnd reason);
  void terminate(ChannelEnd reason);
  void give_up_joining(Duration after);

  // Constant after construction, the join's refs after join().
  ClientLink& link_;
  const std::string topic_;
  const std::uint64_t incarnation_;
  const std::unique_ptr<Channel> channel_;
  const SubscriberId subscriber_;
  Ref join_ref_;
  Ref push_ref_;  // join_ref of what we send: the join's ref if the client gave no join_ref, as in Phoenix

  std::variant<Joining, Joined, Ended> state_;
  TimerId join_timeout_ = TimerId::none;
  std::optional<Handling> handling_;
  std::unique_ptr<Passing> passing_;  // hardly ever any
  std::uint64_t last_passing_ = 0;
  std::vector<Subscription> subscriptions_;  // the channel's own, for handle_info
  std::vector<UniqueFunction<void()>> monitors_;
};

}  // namespace entmoot
