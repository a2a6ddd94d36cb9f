// SPDX-License-Identifier: MIT

#pragma once

// A client of a test: a connection without a network (as in Phoenix.ChannelTest) that joins one topic. It implements
// the protocol as phoenix.js does, but does not reconnect or rejoin, so that a test can observe a disconnected client.
//
// Received messages that no next() has asked for are queued, at most `messages_max`; beyond that the client ends with
// an error. A request is answered by its reply, by its timeout, or by the end of the client's channel, whichever comes
// first.
//
// Lives on the node's shard and is destroyed before the node.

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

class TestClient final : public entmoot::Transport {
 public:
  static constexpr std::size_t messages_max = 10'000;

  TestClient(entmoot::Node& node, std::string topic) : node_(node), topic_(std::move(topic)) {}
  ~TestClient() override { disconnect(); }
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  /// An error if the app rejects the connection.
  [[nodiscard]] entmoot::Result<void> connect(entmoot::ConnectInfo info);
  /// Loses the connection.
  void disconnect();

  /// The answer is {"status": …, "response": …}; a binary response is a base64 string.
  void push(std::string_view event, const entmoot::Payload& payload, entmoot::Duration timeout, entmoot::ReplyTo reply);
  /// The payload of the oldest queued message with that event, or of the next one to arrive; binary as above.
  void next(std::string event, entmoot::Duration timeout, entmoot::ReplyTo reply);
  /// The queued messages of one event or of all: `"message", "typing" (2 times)`. Empty if there are none.
  [[nodiscard]] std::string unread(std::optional<std::string_view> event = {}) const;

  /// Called once a round: answers requests that have timed out, and destroys a connection that the server has closed.
  void check_deadlines(entmoot::TimePoint now);

 private:
  struct Message {
    std::string event;
    entmoot::JsonText payload;
  };
  struct Request {
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
  unsigned last_ref_ = 0;                               // the join's is 1
  std::map<std::string, Request, std::less<>> pushed_;  // by ref
  std::list<Request> waiting_;
  std::deque<Message> messages_;
  bool closed_ = false;               // by the server
  std::optional<std::string> ended_;  // the reason, once no more messages can arrive
};

}  // namespace entmoot_app
