// SPDX-License-Identifier: MIT

#pragma once

// A client of a test: a connection without a network (Phoenix.ChannelTest's socket) and one topic on it. It speaks the
// protocol as phoenix.js does, except that it does not come back by itself: whether a client was thrown out is what a
// test wants to see.
//
// What comes and nobody has asked for yet is kept, at most `messages_max`; then the test is told that it does not
// listen. A question is answered when its answer comes, when its time is up, or when the client's stay ends, whichever
// is first.
//
// Lives on the node's shard and goes before it.

#include <entmoot/node/node.hpp>
#include <entmoot/otp/reply_to.hpp>
#include <entmoot/phoenix/payload.hpp>
#include <entmoot/phoenix/transport.hpp>

#include <cstddef>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace entmoot_app {

class Visitor final : public entmoot::Transport {
 public:
  static constexpr std::size_t messages_max = 10'000;

  Visitor(entmoot::Node& node, std::string topic) : node_(node), topic_(std::move(topic)) {}
  ~Visitor() override { disconnect(); }
  Visitor(const Visitor&) = delete;
  Visitor& operator=(const Visitor&) = delete;

  /// An error: the app takes nobody in who comes like this.
  [[nodiscard]] entmoot::Result<void> connect(entmoot::ConnectInfo info);
  /// The network is gone.
  void disconnect();

  /// The answer is {"status": …, "response": …}; a response that is bytes is their base64 as a string.
  void push(std::string_view event, const entmoot::Payload& payload, entmoot::Duration timeout, entmoot::ReplyTo reply);
  /// The payload of the oldest message of that name; bytes as above.
  void next(std::string event, entmoot::Duration timeout, entmoot::ReplyTo reply);
  /// What has come and was not asked for, of one name or all: "message", "typing" (2 times). Empty: nothing.
  [[nodiscard]] std::string unread(std::optional<std::string_view> event = {}) const;

  /// Once a round: answers what has waited too long, and lets go of a connection that the server has closed.
  void look_at_the_clock(entmoot::TimePoint now);

 private:
  struct Message {
    std::string event;
    entmoot::JsonText payload;
  };
  struct Question {
    std::string event;
    entmoot::TimePoint deadline;
    entmoot::Duration timeout;
    entmoot::ReplyTo reply;
  };

  // Transport
  void push(entmoot::Frame frame) override;
  void close(entmoot::CloseCode code, std::string_view reason) override;

  void take_text(std::string_view text);
  void take_bytes(std::string_view frame);
  void take_reply(const std::string& ref, std::string_view status, const entmoot::JsonText& response);
  void take_message(std::string event, entmoot::JsonText payload);
  void end(const std::string& why);

  [[nodiscard]] entmoot::Shard& shard() const { return node_.shards()[0]; }

  entmoot::Node& node_;
  const std::string topic_;
  std::unique_ptr<entmoot::FrameHandler> socket_;
  unsigned last_ref_ = 0;                                // the join's is 1
  std::map<std::string, Question, std::less<>> pushed_;  // by ref
  std::list<Question> waiting_;
  std::deque<Message> messages_;
  bool closed_ = false;               // by the server
  std::optional<std::string> ended_;  // why nothing comes any more
};

}  // namespace entmoot_app
