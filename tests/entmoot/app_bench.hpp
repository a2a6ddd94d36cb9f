// SPDX-License-Identifier: MIT

#pragma once

// Runs an app's folder as a server does, but without sockets and threads: the test decides which shard takes the next
// step and what time it is. Clients use the protocol (phoenix/socket), so a test reads what phoenix.js would receive.
//
//     AppBench bench({{"rooms/room.ts", "export function handleIn() { return {n: 1}; }"}});
//     Person ann(bench);
//     CHECK(ann.join("room:a") == "ok {}");
//     CHECK(ann.push("room:a", "hi") == R"(ok {"n":1})");
//     CHECK(ann.news() == Texts{R"(room:a greeting {"text":"hello"})"});

#include <entmoot/base/clock.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/otp/reply_to.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {
struct HttpRequest;
struct HttpResponse;
}  // namespace entmoot

namespace entmoot_app {

using Texts = std::vector<std::string>;
/// The files of a folder.
using Files = std::map<std::string, std::string>;

class AppBench {
 public:
  static constexpr unsigned shard_count = 2;

  explicit AppBench(const Files& files);
  /// An app of one file that serves "room:*".
  explicit AppBench(std::string_view room) : AppBench(Files{{"rooms/room.ts", std::string(room)}}) {}
  AppBench(std::string_view room, std::string_view config)
      : AppBench(Files{{"rooms/room.ts", std::string(room)},
                       {"entmoot.config.ts", "export default " + std::string(config) + ";"}}) {}
  /// Ends the rooms.
  ~AppBench();
  AppBench(const AppBench&) = delete;
  AppBench& operator=(const AppBench&) = delete;

  /// Changes files, loads the folder and reloads the rooms. Returns the errors, or an empty string.
  std::string reload(const Files& files);
  /// The same, without any step of the shards.
  std::string begin_reload(const Files& files);
  std::string reload(std::string_view room) { return reload(Files{{"rooms/room.ts", std::string(room)}}); }
  std::string begin_reload(std::string_view room) { return begin_reload(Files{{"rooms/room.ts", std::string(room)}}); }

  /// Steps all shards until they are idle.
  void settle();
  /// Runs one round of one shard, for tests of interleavings. Returns whether it did anything.
  bool step(unsigned shard);
  /// Settles, moves the clock, and settles.
  void advance(entmoot::Duration by);

  /// Which shard a room lives on.
  [[nodiscard]] unsigned home_of(std::string_view topic) const;

  // The operator's commands. Each returns a JSON text, "error: …", or "(no answer)".
  std::string info(std::string_view topic, std::string_view message);
  std::string evaluate(std::string_view topic, std::string_view expression);
  std::string kill(std::string_view topic);
  /// The rows of `entmoot rooms`, as texts: "room:a running 2".
  Texts rooms();
  /// A field of a room's row, as JSON.
  std::string about(std::string_view topic, const std::string& field);

  /// An HTTP request: GET, unless `request` says otherwise.
  entmoot::HttpResponse http(entmoot::HttpRequest request);
  /// The response to the last request, if it has arrived meanwhile.
  entmoot::HttpResponse late_http();
  /// Status and body: "200 hello"; "0 (no answer)".
  std::string http(const std::string& method, const std::string& path, const std::string& body = {});

  /// The log lines since the last call that contain `part`.
  Texts logged(std::string_view part);

  struct Parts;
  [[nodiscard]] Parts& parts() noexcept { return *parts_; }

 private:
  entmoot::Json list();
  std::string asked(const std::function<void(entmoot::ReplyTo reply)>& ask);
  const std::unique_ptr<Parts> parts_;
};

/// The options of a client's connection.
struct Coming {
  std::string query = {};          ///< Appended after vsn.
  std::string forwarded_for = {};  ///< The header that a proxy adds.
  std::string token = {};          ///< phoenix.js's authToken.
};

/// A client of the bench, on a shard of the test's choice.
class Person {
 public:
  explicit Person(AppBench& bench, unsigned shard = 0, Coming coming = {});
  ~Person();
  Person(Person&&) noexcept;
  Person& operator=(Person&&) = delete;

  /// The reply: "ok {}", "error {\"reason\":…}" or "(no reply)".
  std::string join(std::string_view topic, std::string_view params = "{}");
  std::string push(std::string_view topic, std::string_view event, std::string_view payload = "{}");
  std::string push_bytes(std::string_view topic, std::string_view event, std::string_view bytes);
  std::string leave(std::string_view topic);
  /// Loses the connection.
  void disconnect();

  // The same without a step of the rooms' shards: returns the ref for reply().
  unsigned asks_join(std::string_view topic, std::string_view params = "{}");
  unsigned asks(std::string_view topic, std::string_view event, std::string_view payload = "{}");
  [[nodiscard]] std::string reply(unsigned ref);

  /// The messages received since the last call, without replies: "room:a event {…}".
  Texts news();
  /// All frames received since the last call, replies as "room:a reply ok {}".
  Texts frames();
  [[nodiscard]] bool connected() const;
  /// Why the connection was rejected; empty if it was accepted.
  [[nodiscard]] std::string refused() const;

 private:
  void read();
  unsigned send(std::string_view topic, std::string_view event, std::string_view payload);

  struct Client;
  AppBench* bench_;
  std::unique_ptr<Client> client_;
};

}  // namespace entmoot_app

/// Shows the texts in failed assertions.
template <>
struct doctest::StringMaker<entmoot_app::Texts> {
  static String convert(const entmoot_app::Texts& texts) {
    std::string all;
    for (const auto& text : texts) all.append("\n    ").append(text);
    return all.c_str();
  }
};
