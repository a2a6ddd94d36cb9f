// SPDX-License-Identifier: MIT

#pragma once

// The C++ functions that a room's script can call by name (Beam.call, Beam.callSync), and the receivers of its
// BroadcastChannels. Arguments are a JSON array, the answer is JSON.
//
//   handlers.on("broadcast", [&](const JsonText& args) -> Result<JsonText> { … });      answers when it returns
//   handlers.on_later("load", [&](JsonText args, ReplyTo reply) { worker.submit(…); }); answers later, on any thread
//   handlers.on_channel("chat", [&](const JsonText& message) -> Result<void> { … });    receives posted messages
//
// All run on the room's shard, on the fiber of its turn: they must not block, and they have about 100 KB of stack.
// Their broadcasts are released when the turn has succeeded (core/effects.hpp). An Error or an exception is thrown into
// the script.

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
  /// A command of a built-in script (TemplateOptions::scripts): a name and operands, which are valid during the call
  /// only.
  using Command = std::function<Result<void>(std::string_view name, std::span<const js::Value> operands)>;

  Handlers& on(std::string name, Now handler) {
    handlers_.insert_or_assign(std::move(name), std::move(handler));
    return *this;
  }
  /// `timeout`: how long a Beam.call waits for the answer; default: Budget::handler_timeout.
  Handlers& on_later(std::string name, Later handler, std::optional<Duration> timeout = {}) {
    if (timeout) timeouts_.insert_or_assign(name, *timeout);
    handlers_.insert_or_assign(std::move(name), std::move(handler));
    return *this;
  }
  /// Receives messages posted to `new BroadcastChannel(name)`, in addition to the room's own channels of that name.
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
