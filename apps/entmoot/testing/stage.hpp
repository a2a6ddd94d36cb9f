// SPDX-License-Identifier: MIT

#pragma once

// What a test acts on: a node of its own and the clients that it lets join. It answers what the module "entmoot:test"
// (priv/test.js) asks for, by handlers of the test's own JavaScript server:
//
//   join push next nothing leave disconnect     a client
//   sign                                        its token
//   send kill reload                            rooms, from inside
//   request rest                                HTTP, and waiting
//
// A handler only writes down what was asked; it is done by poll(), when no script is on the stack. So the order in
// which a test asks is the order in which things happen.
//
// One thread, which polls.

#include "../server/app.hpp"
#include "visitor.hpp"

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
  /// `console`: where the rooms' consoles go.
  Stage(std::shared_ptr<const App> app, entmoot::ScriptLog::Console console)
      : app_(std::move(app)), console_(std::move(console)) {}

  /// Another test begins: nobody and nothing is there.
  void clear();
  /// For the test's server, which goes before the stage.
  [[nodiscard]] entmoot::Handlers handlers();
  /// One round. Returns whether anything was done.
  bool poll();
  /// Where the test's own console goes.
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

  [[nodiscard]] entmoot::Shard& shard() const { return node_->shards()[0]; }
  [[nodiscard]] entmoot::Rooms& rooms() const { return node_->rooms().rooms(); }
  [[nodiscard]] Visitor& visitor(const entmoot::Json& number);
  void when_reloaded(entmoot::ReplyTo reply);

  std::shared_ptr<const App> app_;
  const entmoot::ScriptLog::Console console_;
  std::unique_ptr<entmoot::Node> node_;
  std::vector<std::unique_ptr<Visitor>> visitors_;  // after the node: they go first
  std::deque<Job> jobs_;
  std::vector<entmoot::UniqueFunction<void()>> at_rest_;
};

}  // namespace entmoot_app
