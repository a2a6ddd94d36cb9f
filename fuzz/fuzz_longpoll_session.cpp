// SPDX-License-Identifier: MIT

// A sequence of HTTP requests to a long-poll mount, on two stepped shards without sockets. Invariants: each request is
// answered exactly once, with an HTTP status and a body that phoenix.js understands; messages are frames of the
// protocol; and sessions without polls end.
//
//     O query    opens a session            G query    the same, with the last session's token in a header: polls
//     P body     posts a list, where | stands for the end of a line       S body     posts one message
//     K token    uses this token instead    M method   without a body     H origin   polls from another page
//     0 to 3     selects this session       !          uses the other shard
//     +123       tenths of a second that pass          .          a round of both shards
//     a          pending answers of channels are given

#include "../tests/phoenix/fixture.hpp"
#include "wire.hpp"

#include <entmoot/web/connections.hpp>
#include <entmoot/web/longpoll.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <set>

using namespace entmoot;
using namespace std::chrono_literals;
using entmoot::fuzz::require;

namespace {

/// Small enough to be reached.
constexpr LongpollOptions options = {.window = 10s,
                                     .sessions_max = 6,
                                     .sessions_per_network_max = 4,
                                     .queued_bytes_max = 2048,
                                     .queued_frames_max = 16,
                                     .publishes_max = 2,
                                     .messages_max = 8,
                                     .message_bytes_max = 512};

struct Mount {
  World world{2};
  PerShard<Connections> connections{
      world.shards.size(), [this](unsigned index) { return std::make_unique<Connections>(world.shards[index]); }};
  std::shared_ptr<Longpoll> longpoll = std::make_shared<Longpoll>(
      EndpointSocket{.connect = [this](const ConnectInfo& info,
                                       Transport& transport) { return world.mount.connect(info, transport); },
                     .longpoll = options},
      options, world.shards, connections);
};

Mount& the_mount() {
  static Mount& mount = *new Mount;  // never ends: its shards outlive whatever the runtime library ends at exit
  return mount;
}

class Story {
 public:
  explicit Story(Mount& mount) : mount_(mount), world_(mount.world) {}

  void act(char verb, std::string_view rest) {
    switch (verb) {
      case 'O': return ask({.method = "GET", .path = "/", .query = std::string(rest), .host = "here"});
      case 'G': return ask(with_token({.method = "GET", .path = "/", .query = std::string(rest), .host = "here"}));
      case 'K': return ask({.method = "GET", .path = "/", .query = "vsn=2.0.0&token=" + std::string(rest)});
      case 'M': return ask(with_token({.method = std::string(rest), .path = "/"}));
      case 'H':
        return ask(with_token(
            {.method = "GET", .path = "/", .host = "here", .headers = {{"origin", "http://" + std::string(rest)}}}));
      case 'P':
      case 'S': return publish(verb, rest);
      case '!': shard_ = 1 - shard_; return;
      case '+': return pass(rest);
      case 'a': return answer_all();
      default:
        if (verb >= '0' && verb <= '3') current_ = static_cast<std::size_t>(verb - '0');
        for (const std::size_t i : {0u, 1u}) world_.shards[i].poll();
    }
  }

  void end() {
    answer_all();
    // One and a half windows, looked at that often; the last request may have begun a session.
    for (int i = 0; i < 3; ++i) world_.advance(options.window * 3 / 2 + 1ms);
    for (const auto& [request, answers] : asked_) require(answers == 1);
    for (const std::size_t i : {0u, 1u}) {
      run_on(world_.shards[i], [&] {
        require(mount_.connections.on(world_.shards[i]).size() == 0);
        require(world_.mount.count_here() == 0 && world_.pubsub.count_here("room:1") == 0);
      });
    }
    run_on(world_.shards[0], [&] { world_.diary = {}; });
    world_.settles();
  }

 private:
  struct Asked {
    HttpRequest request;
    int answers = 0;
  };

  HttpRequest with_token(HttpRequest request) const {
    if (!tokens_.empty()) {
      request.headers.push_back({"x-phoenix-longpoll-token", tokens_[current_ % tokens_.size()]});
    }
    return request;
  }

  void publish(char verb, std::string_view rest) {
    std::string body(rest);
    if (verb == 'P') std::ranges::replace(body, '|', '\n');
    ask(with_token({.method = "POST",
                    .path = "/",
                    .headers = {{"content-type", verb == 'P' ? "application/x-ndjson" : "application/json"}},
                    .body = body}));
  }

  void pass(std::string_view digits) {
    int tenths = 0;
    for (const char c : digits.substr(0, 3)) tenths = tenths * 10 + (c >= '0' && c <= '9' ? c - '0' : 0);
    world_.advance(100ms * tenths);
  }

  void answer_all() {
    run_on(world_.shards[0], [&] {
      for (const auto& ref : std::exchange(world_.diary.refs, {})) reply(ref, "ok", json("{}"));
      for (auto& answer : std::exchange(world_.diary.answers, {})) std::move(answer)(json("{}"));
    });
  }

  void ask(const HttpRequest& request) {
    Shard& shard = world_.shards[shard_];
    Asked& asked = asked_.emplace_back(Asked{request});
    run_on(shard, [&] {
      mount_.longpoll->serve(request, Peer{.address = "test", .network = "test"},
                             Responder(shard, [this, &asked](HttpResponse response) { check(asked, response); }));
    });
    for (const std::size_t i : {0u, 1u}) world_.shards[i].poll();
  }

  void check(Asked& asked, const HttpResponse& response) {
    const bool is_get = asked.request.method == "GET";
    require(++asked.answers == 1);
    if (response.status == 500) return require(is_get);  // connect may throw
    require(std::ranges::any_of(response.headers, [](const auto& header) {
      return header.name == "access-control-allow-origin" && header.value == "*";
    }));
    if (response.body.empty()) {
      static const std::set<int> statuses = {200, 400, 413, 503};
      return require(statuses.contains(response.status) && (response.status != 200 || !is_get));
    }
    require(response.status == 200);
    check_body(asked.request, parse_json(response.body.view()).value().as_object());
  }

  void check_body(const HttpRequest& request, const boost::json::object& body) {
    static const std::set<std::int64_t> statuses = {200, 204, 403, 408, 410};
    const auto status = body.at("status").as_int64();
    require(statuses.contains(status));
    if (request.method != "GET" || status == 403) return require(body.size() == 1);
    require(body.size() == 3 && status != 408);
    const auto& messages = body.at("messages").as_array();
    require(messages.empty() == (status != 200));
    for (const auto& message : messages) fuzz::check_text_frame(message.as_string());
    const auto& token = body.at("token").as_string();
    if (status == 410) {
      tokens_.emplace_back(token);
      current_ = tokens_.size() - 1;
    } else {
      require(*request.header("x-phoenix-longpoll-token") == token);
    }
  }

  Mount& mount_;
  World& world_;
  std::deque<Asked> asked_;
  std::vector<std::string> tokens_;
  std::size_t current_ = 0;
  std::size_t shard_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Story story(the_mount());
  fuzz::tell(data, size, [&](char verb, std::string_view rest) { story.act(verb, rest); });
  story.end();
  return 0;
}
