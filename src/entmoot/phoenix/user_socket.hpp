// SPDX-License-Identifier: MIT

#pragma once

// What a user writes for a kind of socket: who may connect, and which channel serves which topic (`use
// Phoenix.Socket`).
//
//     class ChatSocket : public UserSocket {
//      public:
//       explicit ChatSocket(Rooms& rooms) {
//         channel("room:*", [&rooms] { return std::make_unique<RoomChannel>(rooms); });
//       }
//     };
//
// One object serves all shards: it does not change after its constructor, connect() and id() are const, and factories
// may be called on every shard at the same time.

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

  /// Takes the client in, with `assigns` and `id` filled as the application likes, or refuses it: an Error with an
  /// empty reason is Phoenix's `:error`, one with a reason its `{:error, reason}`; what it throws is answered with HTTP
  /// 500 (connect/3 and id/1).
  [[nodiscard]] virtual Result<Client> connect(Client client) const { return client; }

  /// The first declared route that matches, or nullptr.
  [[nodiscard]] const ChannelFactory* route(std::string_view topic) const noexcept {
    for (const Route& candidate : routes_) {
      if (candidate.pattern.matches(topic)) return &candidate.factory;
    }
    return nullptr;
  }

 protected:
  /// channel/3. To be called in the constructor.
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
