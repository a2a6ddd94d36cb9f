// SPDX-License-Identifier: MIT

#pragma once

// The C++ functions that a room's script may call by name (Beam.call, Beam.callSync), and where its BroadcastChannels
// lead. Arguments come as a JSON array, the answer goes back as JSON.
//
//   handlers.on("broadcast", [&](const JsonText& args) -> Result<JsonText> { … });      answers now
//   handlers.on_later("load", [&](JsonText args, ReplyTo reply) { worker.submit(…); }); answers when it can, anywhere
//   handlers.on_channel("chat", [&](const JsonText& message) -> Result<void> { … });    takes what is posted there
//
// All run on the room's shard, on the fiber of its turn: they must not block, and they have some 100 KB of stack. What
// they send by PubSub is released when the turn has succeeded (core/effects.hpp). An Error, or an exception, is thrown
// into the script.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/js/host.hpp>
#include <entmoot/otp/reply_to.hpp>

#include <boost/json/array.hpp>

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace entmoot {

class Handlers {
 public:
  using Now = std::function<Result<JsonText>(const JsonText& args)>;
  using Later = std::function<void(JsonText args, ReplyTo reply)>;
  using Channel = std::function<Result<void>(const JsonText& message)>;
  /// What a script that was built in beside the prelude asks for (TemplateOptions::scripts): a name and operands, which
  /// are valid for the call only.
  using Command = std::function<Result<void>(std::string_view name, std::span<const js::Value> operands)>;

  Handlers& on(std::string name, Now handler) {
    handlers_.insert_or_assign(std::move(name), std::move(handler));
    return *this;
  }
  /// `timeout`: how long a Beam.call waits for it, unless the room's budget says so.
  Handlers& on_later(std::string name, Later handler, std::optional<Duration> timeout = {}) {
    if (timeout) timeouts_.insert_or_assign(name, *timeout);
    handlers_.insert_or_assign(std::move(name), std::move(handler));
    return *this;
  }
  /// Where messages posted to `new BroadcastChannel(name)` go, besides the room's own channels of that name.
  Handlers& on_channel(std::string name, Channel route) {
    channels_.insert_or_assign(std::move(name), std::move(route));
    return *this;
  }

  Handlers& on_command(Command command) {
    command_ = std::move(command);
    return *this;
  }

  using Handler = std::variant<Now, Later>;
  [[nodiscard]] const Handler* find(std::string_view name) const {
    const auto found = handlers_.find(name);
    return found == handlers_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] Duration timeout(std::string_view name, Duration usual) const {
    const auto found = timeouts_.find(name);
    return found == timeouts_.end() ? usual : found->second;
  }
  [[nodiscard]] const Channel* find_channel(std::string_view name) const {
    const auto found = channels_.find(name);
    return found == channels_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] const Command& command() const noexcept { return command_; }

 private:
  std::map<std::string, Handler, std::less<>> handlers_;
  std::map<std::string, Duration, std::less<>> timeouts_;
  std::map<std::string, Channel, std::less<>> channels_;
  Command command_;
};

}  // namespace entmoot
