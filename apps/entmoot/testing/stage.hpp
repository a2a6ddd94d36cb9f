// SPDX-License-Identifier: MIT

#pragma once

// The environment of a test: a stepped node with the app's rooms, and the test's clients. It implements the module
// "entmoot:test" (priv/test.js) by handlers of the test's own JavaScript server:
//
//   join push next nothing leave disconnect     a client
//   sign                                        its token
//   send kill reload                            rooms, from inside
//   request rest                                HTTP, and waiting
//
// A handler only queues a job; poll() runs it when no script is on the stack. Jobs run in the order of the test's
// calls.
//
// One thread, which polls.

#include "../server/app.hpp"
#include "test_client.hpp"

#include "stage_clock.hpp"
#include "stage_fetch.hpp"

#include <entmoot/node/node.hpp>

#include <entmoot/runtime/handlers.hpp>
#include <entmoot/runtime/script_log.hpp>

#include <boost/json/array.hpp>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace entmoot_app {

class Stage {
 public:
  /// `console` receives the lines of the rooms' consoles.
  Stage(std::shared_ptr<const App> app, entmoot::ScriptLog::Console console)
      : app_(std::move(app)),
        console_(std::move(console)),
        fetch_(entmoot::FetchPolicy::parse(app_->config.fetch).value()) {}

  /// Ends all clients and rooms and creates a new node, for the next test.
  void clear();
  /// The handlers for the test's server, which is destroyed before the stage.
  [[nodiscard]] entmoot::Handlers handlers();
  /// Runs one round. Returns whether anything was done.
  bool poll();
  /// The console of the test's own script.
  [[nodiscard]] const entmoot::ScriptLog::Console& console() const noexcept { return console_; }

 private:
  using Args = boost::json::array;
  using Do = void (Stage::*)(const Args&, entmoot::ReplyTo);
  struct Job {
    Do what;
    entmoot::JsonText args;
    entmoot::ReplyTo reply;
  };

  void join(const Args& args, entmoot::ReplyTo reply);
  void push(const Args& args, entmoot::ReplyTo reply);
  void next(const Args& args, entmoot::ReplyTo reply);
  void nothing(const Args& args, entmoot::ReplyTo reply);
  void leave(const Args& args, entmoot::ReplyTo reply);
  void disconnect(const Args& args, entmoot::ReplyTo reply);
  void sign(const Args& args, entmoot::ReplyTo reply);
  void send(const Args& args, entmoot::ReplyTo reply);
  void kill(const Args& args, entmoot::ReplyTo reply);
  void reload(const Args& args, entmoot::ReplyTo reply);
  void request(const Args& args, entmoot::ReplyTo reply);
  void rest(const Args& args, entmoot::ReplyTo reply);
  void advance(const Args& args, entmoot::ReplyTo reply);
  void fetched(const Args& args, entmoot::ReplyTo reply);
  void answer(const Args& args, entmoot::ReplyTo reply);
  void fail_fetch(const Args& args, entmoot::ReplyTo reply);

  [[nodiscard]] entmoot::Shard& shard() const { return node_->shards()[0]; }
  [[nodiscard]] entmoot::Rooms& rooms() const { return node_->rooms().rooms(); }
  [[nodiscard]] TestClient& client(const entmoot::Json& number);
  void when_reloaded(entmoot::ReplyTo reply);

  /// What is left of an advance of the clock.
  struct Advance {
    entmoot::Duration left;
    entmoot::Duration step;
    entmoot::ReplyTo reply;
  };
  void advance_further();

  std::shared_ptr<const App> app_;
  const entmoot::ScriptLog::Console console_;
  StageClock clock_;
  StageFetch fetch_;
  std::deque<Advance> advances_;
  std::unique_ptr<entmoot::Node> node_;
  std::vector<std::unique_ptr<TestClient>> clients_;  // after the node: destroyed first
  std::deque<Job> jobs_;
  std::vector<entmoot::UniqueFunction<void()>> at_rest_;
};

}  // namespace entmoot_app
