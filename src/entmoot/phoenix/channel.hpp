// SPDX-License-Identifier: MIT

#pragma once

// The base class of an application's channels: one client's subscription to one topic (Phoenix.Channel).
//
//     class RoomChannel : public Channel {
//       JoinResult join(std::string_view topic, const Payload&) override {
//         rooms_.get_history(subtopic(topic), answer());  // joined when the room replies
//         return Later{};
//       }
//       HandleResult handle_in(std::string_view event, const Payload& payload) override {
//         if (event != "send_message") throw UnhandledEvent(event);
//         rooms_.send_message(subtopic(topic()), payload, answer());  // replied when the room replies
//         return NoReply{};
//       }
//     };
//
// A channel lives on its client's shard from join to terminate; every callback runs there, one at a time. In Phoenix it
// is a process; here it is an object with the crash boundary of a process: an exception from a callback ends this
// channel (the client gets `phx_error`, or "join crashed") and nothing else.
//
// Broadcasts on the channel's topic go directly to the client, bypassing this object, except for intercepted events.
// The channel is run by phoenix/channel_server.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/base/unique_function.hpp>
#include <entmoot/otp/reply_to.hpp>
#include <entmoot/phoenix/client.hpp>
#include <entmoot/phoenix/message.hpp>
#include <entmoot/phoenix/socket_ref.hpp>
#include <entmoot/phoenix/topic.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace entmoot {

class ChannelServer;
enum class SubscriberId : std::uint64_t;
class Presence;

/// Why a channel ended (the reason given to Phoenix's terminate/2).
enum class ChannelEnd : std::uint8_t {
  normal,          ///< Stop; the client gets phx_close and does not rejoin
  shutdown,        ///< as `normal`
  left,            ///< the client left
  duplicate_join,  ///< the client joined the topic again
  socket_closed,   ///< the client disconnected
  crash,           ///< a callback threw, or stopped with this reason; the client gets phx_error and rejoins
};

/// The channel has no handler for the event. If it escapes a callback it ends the channel, as in Phoenix.
class UnhandledEvent : public std::runtime_error {
 public:
  explicit UnhandledEvent(std::string_view event) : std::runtime_error("no handler for " + std::string(event)) {}
};

class Channel {
 public:
  // Results of join().
  struct Ok {  ///< {:ok, reply, socket}
    Payload response = empty_object();
  };
  struct Refused {  ///< {:error, reply}; an Error does the same with {"reason": …}
    Payload response;
  };
  struct Later {};  ///< Joined or refused later, through an answer() or socket_ref() that join() has passed on.
  using JoinResult = std::variant<Ok, Error, Refused, Later>;

  // Results of the handlers.
  struct NoReply {};  ///< {:noreply, socket}
  struct Reply {      ///< {:reply, {status, payload}, socket}
    std::string status = "ok";
    Payload response = empty_object();
  };
  struct Stop {  ///< {:stop, reason, reply, socket}
    ChannelEnd reason = ChannelEnd::normal;
    std::optional<Reply> reply = {};
  };
  using HandleResult = std::variant<NoReply, Reply, Stop>;
  using InfoResult = std::variant<NoReply, Stop>;

  Channel() = default;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  virtual ~Channel() = default;

  /// Decides whether the client may join. Cannot push or broadcast; use after({}, …), which runs once it has joined.
  virtual JoinResult join(std::string_view topic, const Payload& payload) = 0;
  /// Handles a message of the client. The default throws UnhandledEvent.
  virtual HandleResult handle_in(std::string_view event, const Payload& payload);
  /// Handles a broadcast on a topic to which subscribe() has subscribed this channel. The default ignores it.
  virtual InfoResult handle_info(const Broadcast& message);
  /// Handles a broadcast of an intercepted event: pushes it, pushes something else instead, or nothing (handle_out/3).
  /// Called in a turn of its own, after the current turn. The default throws UnhandledEvent.
  virtual InfoResult handle_out(std::string_view event, const Payload& payload);
  /// Called after intercept() has removed events from the list and handle_out has been called for all pending
  /// broadcasts of them. New broadcasts of these events wait until `drained` is answered, so that they cannot overtake
  /// the pending ones (bounded by ChannelServer::drain_queue_max). The default answers at once; a channel whose
  /// handle_out delegates the push to an actor passes `drained` on to that actor.
  virtual void intercept_drained(ReplyTo drained);
  /// The last call to a channel that had joined. Pushes made here come after phx_close.
  virtual void terminate(ChannelEnd reason);

 protected:
  /// Broadcasts of these events, and of no others, are passed to handle_out instead of to the client (intercept/1).
  /// Call it in the constructor, in join() if it depends on the client, or later: it applies to broadcasts made from
  /// then on, and preserves the order of the broadcasts of each event.
  void intercept(std::initializer_list<std::string_view> events) {
    intercept(std::vector<std::string>(events.begin(), events.end()));
  }
  void intercept(std::vector<std::string> events);

  /// This client is told the offsets of broadcasts that have one. Call it in join().
  void count_broadcasts() noexcept { counts_ = true; }

  [[nodiscard]] const std::string& topic() const noexcept;
  [[nodiscard]] const Client& client() const noexcept;

  /// Pushes to this client (push/3). Throws if `payload` is neither a JSON object nor binary.
  void push(std::string_view event, Payload payload);
  /// Broadcasts to all subscribers of this topic, this client included (broadcast/3). Subscribers on this shard receive
  /// it before this channel's next push. If joins wait for a history, broadcast from where the history is kept, with
  /// PubSub::broadcast.
  void broadcast(std::string_view event, Payload payload);
  /// Broadcasts to all subscribers of this topic except this channel (broadcast_from/3).
  void broadcast_from(std::string_view event, Payload payload);
  /// Broadcasts on `topic` are passed to handle_info (Phoenix.PubSub.subscribe/2).
  void subscribe(std::string_view topic);

  /// For reply() later, from any thread: refers to the push or join being handled (socket_ref/1). Throws if there is
  /// none, or if the client gave no ref.
  [[nodiscard]] SocketRef socket_ref() const;
  /// Refers to this channel, for push(), stop() and disconnect() from any thread (self()).
  [[nodiscard]] SocketRef address() const;
  /// Identifies this channel to PubSub::broadcast, which can exclude it, from any thread.
  [[nodiscard]] SubscriberId subscriber_id() const noexcept;

  /// For an actor's call: the actor's answer becomes the reply to the push or join being handled. A value is replied as
  /// "ok", an Error as "error" {"reason": …}; an actor that exits before it has answered is such an Error. The ReplyTo
  /// may outlive this channel and its client, but not the Shards.
  [[nodiscard]] ReplyTo answer();
  /// As above, but `then` makes the reply: it is called in this channel's turn with the result, a Result<JsonText> or a
  /// Result<Answer>, and returns a HandleResult. NoReply leaves a join pending.
  template <class F>
  [[nodiscard]] ReplyTo answer(F then) {
    return answer_with(ReplyTo::for_answers(std::move(then)));
  }

  /// Calls `then` in this channel's turn after `delay`, once the channel has joined, unless it has ended
  /// (Process.send_after/3, and send(self(), …) without delay).
  void after(Duration delay, UniqueFunction<InfoResult()> then);

 private:
  friend class ChannelServer;
  friend class Presence;  // tracks channels
  [[nodiscard]] ReplyTo answer_with(UniqueFunction<HandleResult(Result<Answer>)> then);
  ChannelServer* server_ = nullptr;
  std::vector<std::string> intercepted_;
  bool counts_ = false;
};

}  // namespace entmoot
