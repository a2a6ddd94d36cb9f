// SPDX-License-Identifier: MIT

#pragma once

// What a user writes: one client's end of one topic, in Phoenix's words (Phoenix.Channel).
//
//     class RoomChannel : public Channel {
//       JoinResult join(std::string_view topic, const Payload&) override {
//         rooms_.get_history(subtopic(topic), answer());  // joined when the room has answered
//         return Later{};
//       }
//       HandleResult handle_in(std::string_view event, const Payload& payload) override {
//         if (event != "send_message") throw UnhandledEvent(event);
//         rooms_.send_message(subtopic(topic()), payload, answer());  // replied when the room has answered
//         return NoReply{};
//       }
//     };
//
// A channel lives on its client's shard from join to terminate; every callback runs there, one at a time. In Phoenix
// it is a process; here it is an object with a process's crash boundary: whatever a callback throws ends this channel
// (the client sees `phx_error`, or "join crashed") and nothing else.
//
// Broadcasts on the channel's topic go straight to the client, past this object, but for those it intercepts. What runs
// it: phoenix/channel_server.

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
  normal,          ///< Stop; the client sees phx_close and stays out
  shutdown,        ///< the same
  left,            ///< the client left
  duplicate_join,  ///< the client joined the topic again
  socket_closed,   ///< the client is gone
  crash,           ///< a callback threw, or stopped with this reason; the client sees phx_error and joins again
};

/// An event that a channel does not know. Letting it escape ends the channel, as in Phoenix.
class UnhandledEvent : public std::runtime_error {
 public:
  explicit UnhandledEvent(std::string_view event) : std::runtime_error("no handler for " + std::string(event)) {}
};

class Channel {
 public:
  // What join() answers.
  struct Ok {  ///< {:ok, reply, socket}
    Payload response = empty_object();
  };
  struct Refused {  ///< {:error, reply}; an Error does the same with {"reason": …}
    Payload response;
  };
  struct Later {};  ///< Joined or refused by an answer() or socket_ref() that join() has handed to somebody.
  using JoinResult = std::variant<Ok, Error, Refused, Later>;

  // What the handlers answer.
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

  /// May the client join? Nothing can be pushed or broadcast in here; after({}, …) does that when it has joined.
  virtual JoinResult join(std::string_view topic, const Payload& payload) = 0;
  /// A message of the client. The default knows no event.
  virtual HandleResult handle_in(std::string_view event, const Payload& payload);
  /// A broadcast on a topic that this channel has subscribed to by itself. The default ignores it.
  virtual InfoResult handle_info(const Broadcast& message);
  /// A broadcast on this topic that intercept() has named: push it, push something else in its place, or nothing
  /// (handle_out/3). It is called in a turn of its own, after the turn that is running. The default knows no event.
  virtual InfoResult handle_out(std::string_view event, const Payload& payload);
  /// intercept() has taken events off the list, and whatever of them was on its way has been given to handle_out. New
  /// broadcasts of them wait until `drained` is answered, so that they overtake nothing (ChannelServer::passing_max).
  /// The default answers at once; a channel whose handle_out leaves the push to somebody else hands `drained` on to
  /// them.
  virtual void intercept_drained(ReplyTo drained);
  /// The last call to a channel that had joined. What is pushed here comes after phx_close.
  virtual void terminate(ChannelEnd reason);

 protected:
  /// Broadcasts of these events, and of no others, come to handle_out instead of to the client (intercept/1). In the
  /// constructor, in join() if it depends on who joins, or later: that holds for what is broadcast from then on, and no
  /// broadcast of an event overtakes another because of it.
  void intercept(std::initializer_list<std::string_view> events) {
    intercept(std::vector<std::string>(events.begin(), events.end()));
  }
  void intercept(std::vector<std::string> events);

  [[nodiscard]] const std::string& topic() const noexcept;
  [[nodiscard]] const Client& client() const noexcept;

  /// To this client (push/3). Throws if `payload` is neither a JSON object nor binary.
  void push(std::string_view event, Payload payload);
  /// To everybody on this topic, this client included (broadcast/3). Subscribers on this shard have it before whatever
  /// this channel pushes next. Who also keeps a history for joins that wait should broadcast where the history is kept,
  /// with PubSub::broadcast.
  void broadcast(std::string_view event, Payload payload);
  /// To everybody on this topic but this channel (broadcast_from/3).
  void broadcast_from(std::string_view event, Payload payload);
  /// Broadcasts on `topic` come to handle_info (Phoenix.PubSub.subscribe/2).
  void subscribe(std::string_view topic);

  /// For reply(), later and from anywhere: the push that is being handled, or the join (socket_ref/1). Throws if there
  /// is none, or if the client gave no ref to reply to.
  [[nodiscard]] SocketRef socket_ref() const;
  /// This channel, for push(), stop() and disconnect() from anywhere (self()).
  [[nodiscard]] SocketRef address() const;
  /// Under which PubSub::broadcast can leave it out, from anywhere.
  [[nodiscard]] SubscriberId subscriber_id() const noexcept;

  /// For an actor's call: its answer is the answer to the push or join that is being handled. A value is replied as
  /// "ok", an Error as "error" {"reason": …}, and an actor that ends before it has answered is such an error too. The
  /// ReplyTo may outlive this channel and its client, but not the Shards.
  [[nodiscard]] ReplyTo answer();
  /// The same, but `then` makes the reply: it is called in this channel's turn with the result, a Result<JsonText> or a
  /// Result<Answer>, and returns a HandleResult. NoReply leaves a join waiting.
  template <class F>
  [[nodiscard]] ReplyTo answer(F then) {
    return answer_with(ReplyTo::for_answers(std::move(then)));
  }

  /// Calls `then` in this channel's turn when `delay` is over, if the channel is still there, and not before it has
  /// joined (Process.send_after/3, and send(self(), …) with no delay).
  void after(Duration delay, UniqueFunction<InfoResult()> then);

 private:
  friend class ChannelServer;
  friend class Presence;  // a channel can be present
  [[nodiscard]] ReplyTo answer_with(UniqueFunction<HandleResult(Result<Answer>)> then);
  ChannelServer* server_ = nullptr;
  std::vector<std::string> intercepted_;
};

}  // namespace entmoot
