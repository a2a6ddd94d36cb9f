// SPDX-License-Identifier: MIT

#pragma once

// What clients of the fixture (fixture.hpp) have to receive, written from the protocol's rules and from nothing of the
// server: the decision table of a socket, the life of a channel, the order of frames. It knows clients, channels and a
// clock, and writes frames with an encoder of its own.
//
// Time passes in advance() only. What one client sends in one segment is taken first; what that makes others do, and
// what channels do in turns of their own (intercepted broadcasts), comes after it, in settle().

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace entmoot::model {

/// A message in either direction. Refs are JSON texts ("\"1\"", "null"); a payload is a JSON text or bytes.
struct Message {
  std::string join_ref = "null";
  std::string ref = "null";
  std::string topic;
  std::string event;
  std::string payload = "{}";
  bool binary = false;
  std::string status = {};  ///< Of a binary reply, which has no payload around it.
  bool to_all = false;      ///< A broadcast.
};

enum class Version : std::uint8_t { v1, v2 };

/// As the protocol writes a server's message. Binary ones begin with '#'.
inline std::string written(const Message& message, Version version) {
  const auto plain = [](const std::string& ref) {
    return ref == "null" ? std::string() : ref.substr(1, ref.size() - 2);
  };
  const auto size = [](const std::string& text) { return std::string(1, static_cast<char>(text.size())); };
  if (message.binary) {
    const auto join_ref = plain(message.join_ref);
    if (message.event == "phx_reply") {
      const auto ref = plain(message.ref);
      return "#\1" + size(join_ref) + size(ref) + size(message.topic) + size(message.status) + join_ref + ref +
             message.topic + message.status + message.payload;
    }
    if (message.to_all) {
      return "#\2" + size(message.topic) + size(message.event) + message.topic + message.event + message.payload;
    }
    return std::string("#") + '\0' + size(join_ref) + size(message.topic) + size(message.event) + join_ref +
           message.topic + message.event + message.payload;
  }
  if (version == Version::v1) {
    return R"({"event":")" + message.event + R"(","payload":)" + message.payload + R"(,"ref":)" + message.ref +
           R"(,"topic":")" + message.topic + R"("})";
  }
  return "[" + message.join_ref + "," + message.ref + ",\"" + message.topic + "\",\"" + message.event + "\"," +
         message.payload + "]";
}

class Server {
 public:
  /// The index of a new client.
  std::size_t connects(Version version) {
    clients_.push_back({version, {}, {}});
    return clients_.size() - 1;
  }

  void receives(std::size_t who, const Message& message) {
    auto& topics = clients_[who].topics;
    if (message.topic == "phoenix" && message.event == "heartbeat") {
      return send(who, reply({}, message.ref, "phoenix", "ok", "{}"));
    }
    const auto found = topics.find(message.topic);
    Channel* channel = found == topics.end() ? nullptr : &found->second;
    if (channel && channel->joins_at) {  // nothing overtakes a join on its own topic
      channel->waiting.push_back(message);
      return;
    }
    if (message.event == "phx_join") return join(who, channel, message);
    if (!channel) {
      if (message.event == "phx_leave")
        return send(who, reply(message.join_ref, message.ref, message.topic, "ok", "{}"));
      return send(who, reply({}, message.ref, message.topic, "error", R"({"reason":"unmatched topic"})"));
    }
    const bool addressed =
        message.join_ref == "null" || message.join_ref == "\"\"" || message.join_ref == channel->join_ref;
    if (!addressed) return;
    if (message.event == "phx_leave") {
      send(who, reply(channel->push_ref, message.ref, message.topic, "ok", "{}"));
      return close(who, message.topic);
    }
    handle(who, *channel, message);
  }

  /// What was put off until the sender's segment had been taken.
  void settle() {
    while (!later_.empty()) {
      for (auto& step : std::exchange(later_, {})) step();
    }
  }

  /// Jumps by some milliseconds, as a manual clock does: what is due finds the time that it is after the jump.
  void advance(std::int64_t by) {
    now_ += by;
    while (!timers_.empty() && timers_.begin()->first <= now_) {
      auto step = std::move(timers_.begin()->second);
      timers_.erase(timers_.begin());
      step();
      settle();
    }
  }

  /// What client `who` was sent since the last time, as the protocol writes it.
  std::vector<std::string> sent_to(std::size_t who) { return std::exchange(clients_[who].sent, {}); }

 private:
  struct Channel {
    std::uint64_t number = 0;  // which incarnation
    std::string join_ref;
    std::string push_ref;
    std::optional<std::int64_t> joins_at = {};
    std::vector<Message> waiting = {};
  };
  struct Client {
    Version version;
    std::map<std::string, Channel> topics;
    std::vector<std::string> sent;
  };

  static Message reply(const std::string& join_ref, const std::string& ref, const std::string& topic,
                       const std::string& status, const std::string& response, bool binary = false) {
    Message message{join_ref.empty() ? "null" : join_ref, ref, topic, "phx_reply", response, binary, status};
    if (!binary) message.payload = R"({"status":")" + status + R"(","response":)" + response + "}";
    return message;
  }

  void send(std::size_t who, const Message& message) {
    clients_[who].sent.push_back(written(message, clients_[who].version));
  }
  void end(std::size_t who, const std::string& topic, const std::string& event, const std::string& payload) {
    const auto join_ref = clients_[who].topics.at(topic).join_ref;
    clients_[who].topics.erase(topic);
    send(who, {join_ref, join_ref, topic, event, payload});
  }
  void close(std::size_t who, const std::string& topic) { end(who, topic, "phx_close", "{}"); }
  void crash(std::size_t who, const std::string& topic) {
    end(who, topic, "phx_error", R"({"reason":"channel_crash"})");
  }
  [[nodiscard]] Channel* alive(std::size_t who, const std::string& topic, std::uint64_t number) {
    const auto found = clients_[who].topics.find(topic);
    return found != clients_[who].topics.end() && found->second.number == number ? &found->second : nullptr;
  }

  void join(std::size_t who, Channel* old, const Message& message) {
    const auto& topic = message.topic;
    if (!topic.starts_with("room:")) {
      return send(who, reply({}, message.ref, topic, "error", R"({"reason":"unmatched topic"})"));
    }
    std::optional<std::string> replaced;
    if (old) replaced = old->join_ref;
    Channel& channel = clients_[who].topics[topic];
    channel = {++last_number_, message.join_ref, message.join_ref == "null" ? message.ref : message.join_ref};
    if (topic != "room:slow") return joined(who, message, replaced);
    channel.joins_at = now_ + 500;
    at(500, [this, who, message, replaced, number = channel.number] {
      Channel* const slow = alive(who, message.topic, number);
      if (!slow) return;
      slow->joins_at.reset();
      auto waiting = std::exchange(slow->waiting, {});
      joined(who, message, replaced);
      for (const auto& waited : waiting) receives(who, waited);
    });
  }

  void joined(std::size_t who, const Message& message, const std::optional<std::string>& replaced) {
    const auto& topic = message.topic;
    const auto close_replaced = [&] {
      if (replaced) send(who, {*replaced, *replaced, topic, "phx_close", "{}"});
    };
    const auto refuse = [&](const std::string& reason) {
      clients_[who].topics.erase(topic);
      send(who, reply(message.join_ref, message.ref, topic, "error", R"({"reason":")" + reason + R"("})"));
      close_replaced();
    };
    if (topic == "room:deny") return refuse("unauthorized");
    if (topic == "room:crash" || (topic == "room:reply" && message.binary)) return refuse("join crashed");
    const auto response = topic == "room:reply" ? R"({"echo":)" + message.payload + "}" : std::string("{}");
    send(who, reply(message.join_ref, message.ref, topic, "ok", response));
    close_replaced();
    // What a join schedules without a delay comes before anything that a later message causes.
    if (topic == "room:after")
      send(who, {clients_[who].topics.at(topic).push_ref, "null", topic, "late", R"({"n":2})"});
  }

  void handle(std::size_t who, Channel& channel, const Message& message) {
    const auto& [join_ref, ref, topic, event, payload, binary, status, to_all] = message;
    const auto answer = [&](const std::string& with, const std::string& response, bool bytes = false) {
      send(who, reply(channel.push_ref, ref, topic, with, response, bytes));
    };
    const bool object = binary || payload.starts_with("{");
    if (event == "ok") return answer("ok", "{}");
    if (event == "echo") return answer("ok", payload, binary);
    if (event == "err") return answer("error", payload, binary);
    if (event == "noreply") return;
    if (event == "pushreply") {
      send(who, {channel.push_ref, "null", topic, "pushed", R"({"a":1})"});
      return answer("ok", "{}");
    }
    if (event == "async" && ref != "null") {
      return at(50, [this, who, message, number = channel.number] {
        auto* const asked = alive(who, message.topic, number);
        if (asked && !asked->joins_at) {
          send(who, reply(asked->push_ref, message.ref, message.topic, "ok", message.payload, message.binary));
        }
      });
    }
    if ((event == "shout" || event == "shout_from") && object) {
      const auto number = channel.number;
      broadcast(who, {.topic = topic, .event = "shout", .payload = payload, .binary = binary, .to_all = true},
                event == "shout_from" ? std::optional(who) : std::nullopt);
      if (alive(who, topic, number)) answer("ok", "{}");
      return;
    }
    if (event == "icpt" && object) return intercepted(message);
    if (event == "bshout")
      return broadcast(
          who, {.topic = topic, .event = "bshout", .payload = "\x09\x08\x07", .binary = true, .to_all = true}, {});
    if (event == "bin" && binary) {
      send(who, {channel.push_ref, "null", topic, "bpush", std::string("\0\1", 2), true});
      return answer("ok", payload + '\xff', true);
    }
    if (event == "stop") return close(who, topic);
    if (event == "stop_reply") {
      answer("ok", payload, binary);
      return close(who, topic);
    }
    crash(who, topic);
  }

  /// The sender's own copy comes at once, everybody else's after its segment.
  void broadcast(std::size_t from, const Message& message, std::optional<std::size_t> except) {
    for (std::size_t who = 0; who < clients_.size(); ++who) {
      const auto found = clients_[who].topics.find(message.topic);
      if (found == clients_[who].topics.end() || found->second.joins_at || who == except) continue;
      const auto deliver = [this, who, message, number = found->second.number] {
        if (!alive(who, message.topic, number)) return;
        if (!message.binary || clients_[who].version == Version::v2) return send(who, message);
        in_a_turn_of(who, message.topic, number, [this, who, message] { crash(who, message.topic); });
      };
      const bool at_once = who == from && !(message.binary && clients_[who].version == Version::v1);
      at_once ? deliver() : later_.push_back(deliver);
    }
  }

  void intercepted(const Message& message) {
    const auto tagged = message.payload == "{}"
                            ? std::string(R"({"tag":"mine"})")
                            : message.payload.substr(0, message.payload.size() - 1) + R"(,"tag":"mine"})";
    for (std::size_t who = 0; who < clients_.size(); ++who) {
      const auto found = clients_[who].topics.find(message.topic);
      if (found == clients_[who].topics.end() || found->second.joins_at) continue;
      later_.push_back([this, who, message, tagged, number = found->second.number] {
        in_a_turn_of(who, message.topic, number, [this, who, message, tagged] {
          if (message.binary) return crash(who, message.topic);  // it has nowhere to put its tag
          send(who, {clients_[who].topics.at(message.topic).push_ref, "null", message.topic, "icpt", tagged});
        });
      });
    }
  }

  /// What a delivery makes a channel do, it does after everything that is being delivered.
  void in_a_turn_of(std::size_t who, const std::string& topic, std::uint64_t number, std::function<void()> step) {
    later_.push_back([this, who, topic, number, step = std::move(step)] {
      if (alive(who, topic, number)) step();
    });
  }

  void at(std::int64_t in, std::function<void()> step) { timers_.emplace(now_ + in, std::move(step)); }

  std::vector<Client> clients_;
  std::uint64_t last_number_ = 0;
  std::int64_t now_ = 0;
  std::multimap<std::int64_t, std::function<void()>> timers_;
  std::vector<std::function<void()>> later_;
};

}  // namespace entmoot::model
