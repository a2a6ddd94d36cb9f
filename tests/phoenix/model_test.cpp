// SPDX-License-Identifier: MIT

// Random sessions against a model that says frame by frame what each client has to receive. How it works:
//   1. A seed gives two shards and five clients of both versions. Then, a few hundred times: one client sends a segment
//      of up to six frames (text and binary, refs that fit, are stale, null or empty), or time passes.
//   2. The same goes into the model (model.hpp).
//   3. After each step what every client received is compared: on each topic the same frames in the same order.
//   4. A failure prints the seed; ENTMOOT_SEED=n runs that one alone, ENTMOOT_SESSIONS=n runs more of them.

#include "model.hpp"
#include "fixture.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

using namespace entmoot;

namespace {

/// A client's message as the protocol writes it.
Frame frame_of(const model::Message& message, model::Version version) {
  const auto quoted = [](const std::string& text) { return "\"" + text + "\""; };
  if (message.binary) {
    const auto plain = [](const std::string& ref) { return ref == "null" ? "" : ref.substr(1, ref.size() - 2); };
    const std::string fields[] = {plain(message.join_ref), plain(message.ref), message.topic, message.event};
    std::string bytes(1, '\0');
    for (const auto& field : fields) bytes += static_cast<char>(field.size());
    for (const auto& field : fields) bytes += field;
    return {Frame::Kind::binary, SharedBytes(bytes + message.payload)};
  }
  if (version == model::Version::v1) {
    return {Frame::Kind::text, SharedBytes(R"({"topic":)" + quoted(message.topic) + R"(,"ref":)" + message.ref +
                                           R"(,"event":)" + quoted(message.event) + R"(,"join_ref":)" +
                                           message.join_ref + R"(,"payload":)" + message.payload + "}")};
  }
  return {Frame::Kind::text, SharedBytes("[" + message.join_ref + "," + message.ref + "," + quoted(message.topic) +
                                         "," + quoted(message.event) + "," + message.payload + "]")};
}

/// The topic of a server's frame, and the frame as the model writes it.
std::pair<std::string, std::string> read(const Frame& frame, model::Version version) {
  const std::string text(frame.bytes.view());
  if (frame.kind == Frame::Kind::binary) {
    const std::size_t fields = text[0] == 0 ? 3 : text[0] == 1 ? 4 : 2;
    const std::size_t before = text[0] == 0 ? 1 : text[0] == 1 ? 2 : 0;  // fields in front of the topic
    std::size_t at = 1 + fields;
    for (std::size_t i = 0; i < before; ++i) at += static_cast<unsigned char>(text[1 + i]);
    return {text.substr(at, static_cast<unsigned char>(text[1 + before])), "#" + text};
  }
  CAPTURE(text);
  const auto parsed = parse_json(text);
  REQUIRE(parsed.has_value());
  CHECK(to_json(*parsed) == text);  // compact: the same text when it is written again
  if (version == model::Version::v1) return {std::string(parsed->at("topic").as_string()), text};
  REQUIRE(parsed->as_array().size() == 5);
  return {std::string(parsed->as_array()[2].as_string()), text};
}

using ByTopic = std::map<std::string, std::vector<std::string>>;

/// For a failure's message, with bytes that can be read.
std::string listed(const ByTopic& frames) {
  std::string list;
  for (const auto& [topic, texts] : frames) {
    for (const auto& text : texts) list += "\n    " + (text[0] == '#' ? fmt::format("{}", log::quoted(text)) : text);
  }
  return list;
}

class Session {
 public:
  explicit Session(unsigned seed) : random_(seed) {
    for (std::size_t i = 0; i < versions_.size(); ++i) {
      versions_[i] = i % 3 == 2 ? model::Version::v1 : model::Version::v2;
      clients_.push_back(std::make_unique<TestClient>(world_.shards[i % 2], world_.mount,
                                                      versions_[i] == model::Version::v1 ? "" : "vsn=2.0.0"));
      server_.connects(versions_[i]);
    }
  }

  void step() {
    if (chance(5)) {
      pass(below(120));
    } else {
      const std::size_t who = below(clients_.size());
      const auto segment = make_segment(who);
      clients_[who]->sends_frames_at_once(segment.frames);
      for (const auto& message : segment.messages) server_.receives(who, message);
      server_.settle();
      world_.settles();
      pass(1);
    }
    compare();
  }

  void finish() {
    pass(3000);
    compare();
  }

 private:
  struct Segment {
    std::vector<model::Message> messages;
    std::vector<Frame> frames;
  };

  /// Millisecond by millisecond, so that no two clients' slow joins are done at the same time: their order on two
  /// shards would be anybody's guess.
  void pass(std::size_t milliseconds) {
    for (; milliseconds > 0; --milliseconds) {
      world_.advance(std::chrono::milliseconds(1));
      server_.advance(1);
    }
  }
  std::size_t below(std::size_t end) { return random_() % end; }
  bool chance(std::size_t one_in) { return below(one_in) == 0; }
  template <class Value>
  const Value& any_of(const std::vector<Value>& values) {
    return values[below(values.size())];
  }

  Segment make_segment(std::size_t who) {
    Segment segment;
    last_segment_ = fmt::format("client {} of version {}:", who, versions_[who] == model::Version::v1 ? 1 : 2);
    for (std::size_t count = chance(3) ? 1 + below(6) : 1; count > 0; --count) {
      auto message = make_message(who);
      segment.frames.push_back(frame_of(message, versions_[who]));
      last_segment_ += fmt::format("\n    {}", log::quoted(segment.frames.back().bytes.view()));
      if (message.binary) {  // what has no ref there is the empty string
        if (message.join_ref == "null") message.join_ref = "\"\"";
        if (message.ref == "null") message.ref = "\"\"";
      }
      segment.messages.push_back(std::move(message));
    }
    return segment;
  }

  model::Message make_message(std::size_t who) {
    static const std::vector<std::string> topics = {"room:1",    "room:1",     "room:2",     "room:after", "room:slow",
                                                    "room:deny", "room:crash", "room:reply", "room:",      "nope"};
    static const std::vector<std::string> events = {
        "ok",        "echo",       "err",       "noreply",   "async",     "pushreply",  "shout",    "shout",
        "icpt",      "shout_from", "bshout",    "bin",       "stop",      "stop_reply", "stop_err", "crash",
        "phx_leave", "phx_leave",  "phx_reply", "phx_close", "phx_error", "unknown"};
    static const std::vector<std::string> payloads = {"{}", R"({"a":1})", R"({"b":[1,"x"]})", "[1,2]", "null", "\"x\""};
    model::Message message;
    message.topic = any_of(topics);
    message.ref = chance(20) ? "null" : "\"" + std::to_string(++last_ref_) + "\"";
    message.binary = versions_[who] == model::Version::v2 && chance(6);
    message.payload = message.binary ? std::string("\x01\xff", below(3)) : any_of(payloads);
    if (chance(12)) {
      message.topic = "phoenix";
      message.event = chance(4) ? "other" : "heartbeat";
      return message;
    }
    std::string& joined_as = join_refs_[{who, message.topic}];
    if (joined_as.empty() || chance(4)) {
      message.event = "phx_join";
      message.join_ref = chance(10) ? "null" : chance(15) ? "\"\"" : chance(8) ? joined_as : message.ref;
      if (message.join_ref.empty()) message.join_ref = message.ref;
      joined_as = message.binary && message.join_ref == "null" ? "\"\"" : message.join_ref;
    } else {
      message.event = any_of(events);
      message.join_ref = chance(8) ? "null" : chance(8) ? "\"stale\"" : chance(20) ? "\"\"" : joined_as;
    }
    return message;
  }

  void compare() {
    for (std::size_t who = 0; who < clients_.size(); ++who) {
      CAPTURE(who);
      REQUIRE_FALSE(clients_[who]->closed());
      ByTopic received;
      for (const Frame& frame : clients_[who]->received_frames()) {
        auto [topic, text] = read(frame, versions_[who]);
        received[topic].push_back(std::move(text));
      }
      ByTopic expected;
      for (auto& text : server_.sent_to(who)) {
        const bool binary = text[0] == '#';
        const Frame frame{binary ? Frame::Kind::binary : Frame::Kind::text,
                          SharedBytes(binary ? text.substr(1) : text)};
        expected[read(frame, versions_[who]).first].push_back(text);
      }
      CAPTURE(last_segment_);
      CHECK(listed(received) == listed(expected));
      REQUIRE(received == expected);
    }
  }

  std::mt19937 random_;
  World world_{2};
  std::vector<model::Version> versions_ = std::vector<model::Version>(5);
  std::vector<std::unique_ptr<TestClient>> clients_;
  model::Server server_;
  std::map<std::pair<std::size_t, std::string>, std::string> join_refs_;
  int last_ref_ = 0;
  std::string last_segment_;
};

void run_session(unsigned seed) {
  CAPTURE(seed);
  Session session(seed);
  for (int step = 0; step < 200; ++step) {
    CAPTURE(step);
    session.step();
  }
  session.finish();
}

unsigned number_from(const char* name, unsigned otherwise) {
  const char* text = std::getenv(name);
  return text ? static_cast<unsigned>(std::atoi(text)) : otherwise;
}

}  // namespace

TEST_CASE("random sessions of all versions receive frame by frame what the protocol's rules say") {
  if (std::getenv("ENTMOOT_SEED")) return run_session(number_from("ENTMOOT_SEED", 1));
  for (unsigned seed = 1; seed <= number_from("ENTMOOT_SESSIONS", 200); ++seed) run_session(seed);
}
