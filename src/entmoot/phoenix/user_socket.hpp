// SPDX-License-Identifier: MIT

#pragma once

// The base class of an application's sockets: decides who may connect, and routes topics to channels (`use
// Phoenix.Socket`).
//
//     class ChatSocket : public UserSocket {
//      public:
//       explicit ChatSocket(Rooms& rooms) {
//         channel("room:*", [&rooms] { return std::make_unique<RoomChannel>(rooms); });
//       }
//     };
//
// One object serves all shards: it does not change after its constructor, connect() is const, and factories may be
// called on several shards concurrently.

#include <entmoot/base/result.hpp>
#include <entmoot/phoenix/channel.hpp>
#include <entmoot/phoenix/client.hpp>
#include <entmoot/phoenix/topic.hpp>

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace entmoot {

using ChannelFactory = std::function<std::unique_ptr<Channel>()>;

class UserSocket {
 public:
  UserSocket() = default;
  UserSocket(const UserSocket&) = delete;
  UserSocket& operator=(const UserSocket&) = delete;
  virtual ~UserSocket() = default;

  /// Accepts the client, with `assigns` and `id` as the application sets them, or refuses it: an Error with an empty
  /// reason is Phoenix's `:error`, one with a reason its `{:error, reason}`; an exception is answered with HTTP 500
  /// (connect/3 and id/1).
  [[nodiscard]] virtual Result<Client> connect(Client client) const { return client; }

  /// The first declared route that matches, or nullptr.
  [[nodiscard]] const ChannelFactory* route(std::string_view topic) const noexcept {
    for (const Route& candidate : routes_) {
      if (candidate.pattern.matches(topic)) return &candidate.factory;
    }
    return nullptr;
  }

 protected:
  /// channel/3. Call it in the constructor.
  void channel(std::string_view pattern, ChannelFactory factory) {
    routes_.push_back({TopicPattern(pattern), std::move(factory)});
  }

 private:
  struct Route {
    TopicPattern pattern;
    ChannelFactory factory;
  };
  std::vector<Route> routes_;
};

}  // namespace entmoot
