// SPDX-License-Identifier: MIT

#pragma once

// Runs one channel, on its client's shard: Joining → Joined → Ended (Phoenix.Channel.Server).
//
// The crash boundary. Every call into the application's Channel goes through this class, which catches every exception:
// a crash in join() is replied as "join crashed", a later one is `phx_error`, and both are logged. The rest of the
// socket is not affected.
//
// A join is atomic. The history in the join's reply and the live broadcasts after it have neither a gap nor a
// duplicate between them, also when the room with the history lives on another shard and the join waits for it:
//
//   (1) The room answers the join and makes its broadcasts in its turns. Both are posts to the client's shard, made
//       from one thread; posts keep their order.
//   (2) The channel is subscribed in the same step in which the join's reply is pushed, on the client's shard, when the
//       answer arrives, not when the client asked.
//   (3) So a broadcast made before the answer arrives before it and finds no subscription: the client has it from the
//       history. A broadcast made after the answer arrives after it and finds the subscription. There is no third case.
//
// This holds for broadcasts made with PubSub::broadcast on the thread that answers. And because nothing can be
// delivered before the subscription, the reply to the join is the first message a client receives from a channel.
//
// Lifetime. The socket owns it and checks ended() after each call; it never destroys itself.

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
  /// Limit of internal messages queued until the channel has joined; beyond it the join crashes.
  static constexpr std::size_t early_max = 100;
  /// Limit of broadcasts queued behind earlier ones in handle_out (Channel::intercept_drained); beyond it they are
  /// delivered and may overtake those.
  static constexpr std::size_t drain_queue_max = 100;

  /// `incarnation` distinguishes the successive channels of a socket on one topic.
  ChannelServer(ClientLink& link, std::string topic, std::uint64_t incarnation, std::unique_ptr<Channel> channel);

  // --- the socket's side

  /// `replaces` is the join_ref of the channel that this one replaces: its phx_close follows the reply to the join. A
  /// join that is answered later is refused after `timeout`.
  void join(const Message& message, std::optional<Ref> replaces, Duration timeout);
  void handle_in(const Message& message);
  void handle_answer(const SocketRef& to, UniqueFunction<Channel::HandleResult()> then);
  void handle_info(UniqueFunction<Channel::InfoResult()> then);
  /// The client leaves: sends the reply and phx_close, then terminates.
  void leave(const Ref& ref);
  /// Ends without sending anything to the client.
  void end(ChannelEnd reason);

  [[nodiscard]] bool joining() const noexcept { return std::holds_alternative<Joining>(state_); }
  [[nodiscard]] bool joined() const noexcept { return std::holds_alternative<Joined>(state_); }
  [[nodiscard]] bool ended() const noexcept { return std::holds_alternative<Ended>(state_); }
  [[nodiscard]] std::uint64_t incarnation() const noexcept { return incarnation_; }
  /// As given in the join, perhaps null.
  [[nodiscard]] const Ref& join_ref() const noexcept { return join_ref_; }
  /// Whether a message with this join_ref is for this incarnation. A message without one is for any.
  [[nodiscard]] bool accepts(const Ref& join_ref) const noexcept {
    return join_ref.is_absent() || join_ref == join_ref_;
  }

  // --- the channel's side

  [[nodiscard]] const std::string& topic() const noexcept { return topic_; }
  [[nodiscard]] const Client& client() const noexcept { return link_.client; }
  void intercept(std::vector<std::string> events);
  /// `none` unless joined.
  [[nodiscard]] SubscriberId subscriber() const noexcept { return joined() ? subscriber_ : SubscriberId::none; }
  /// The same id, also before joining.
  [[nodiscard]] SubscriberId subscriber_id() const noexcept { return subscriber_; }
  [[nodiscard]] SocketRef address() const;
  [[nodiscard]] SocketRef current_ref() const;
  void push(std::string_view event, Payload payload);
  /// Sends broadcasts that the client has missed, as they were sent to others.
  void resend(const std::vector<std::shared_ptr<const Fastlane>>& missed);
  void broadcast(std::string_view event, Payload payload, SubscriberId except);
  void subscribe(std::string_view topic);
  [[nodiscard]] ReplyTo answer(UniqueFunction<Channel::HandleResult(Result<Answer>)> then);
  /// Without a delay, before anything that a later message of the client causes, as what a channel of Phoenix sends to
  /// itself.
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
  /// The push or join being handled in the current turn.
  struct Handling {
    Ref ref;
    bool joins;
    std::size_t bytes = 0;  ///< Of its payload.
  };

  /// Events no longer intercepted whose earlier broadcasts are still in handle_out, and the later broadcasts behind
  /// them.
  struct InterceptDrain {
    std::vector<std::string> events;
    std::vector<std::shared_ptr<const Fastlane>> queued;
  };

  void handle_broadcast(const Fastlane& message) override;
  void deliver(const Fastlane& message);
  [[nodiscard]] bool send(const Fastlane& message);
  void finish_intercept_drain();
  /// Calls `then` in a later turn of this channel: broadcasts may arrive during a turn.
  void handle_info_later(UniqueFunction<Channel::InfoResult()> then);

  template <class Step>
  void turn(std::optional<Handling> handling, Step&& step);
  void catch_up();
  void run_soon();
  void crash(std::string_view what);
  void finish_join(std::string_view status, const Payload& response);
  void finish_handling(const Ref& ref, Channel::HandleResult result);
  void send_reply(const Ref& ref, const Channel::Reply& reply);
  void stop(ChannelEnd reason);
  void terminate(ChannelEnd reason);
  void start_join_timeout(Duration timeout);

  // Constant after construction, the join's refs after join().
  ClientLink& link_;
  const std::string topic_;
  const std::uint64_t incarnation_;
  const std::unique_ptr<Channel> channel_;
  const SubscriberId subscriber_;
  Ref join_ref_;
  Ref push_ref_;  // join_ref of sent messages: the join's ref if the client gave no join_ref, as in Phoenix

  std::variant<Joining, Joined, Ended> state_;
  TimerId join_timeout_ = TimerId::none;
  std::optional<Handling> handling_;
  std::unique_ptr<InterceptDrain> intercept_drain_;  // usually null
  std::uint64_t last_intercept_drain_ = 0;
  std::vector<Subscription> subscriptions_;  // made by subscribe(), for handle_info
  std::vector<UniqueFunction<void()>> monitors_;
  Early soon_;              // scheduled by the current turn, without a delay: runs at its end
  bool runs_soon_ = false;  // these are being run
};

}  // namespace entmoot
