// SPDX-License-Identifier: MIT

#pragma once

// While an app is being written (`--watch`): its pages are told what is wrong with the code, and when there is other
// code. The topic "entmoot:dev", which priv/dev.js joins.

#include <entmoot/core/per_shard.hpp>
#include <entmoot/core/shards.hpp>
#include <entmoot/phoenix/channel.hpp>
#include <entmoot/phoenix/pubsub.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace entmoot_app {

/// What pages are told. Any thread may tell.
class DevNews {
 public:
  static constexpr std::string_view topic = "entmoot:dev";

  DevNews(entmoot::Shards& shards, entmoot::PubSub& pubsub)
      : shards_(shards),
        pubsub_(pubsub),
        problem_(shards.size(), [](unsigned) { return std::make_unique<std::string>(); }) {}

  /// Empty: all is well.
  void problem(const std::string& text);
  /// The files of the page are others: it should load them.
  void page_changed();
  /// On each shard.
  [[nodiscard]] const std::string& problem_here() const { return problem_.local(); }

 private:
  entmoot::Shards& shards_;
  entmoot::PubSub& pubsub_;
  entmoot::PerShard<std::string> problem_;
};

class DevChannel final : public entmoot::Channel {
 public:
  explicit DevChannel(const DevNews& news) : news_(news) {}
  /// The reply is {"problem": …}.
  JoinResult join(std::string_view topic, const entmoot::Payload& payload) override;

 private:
  const DevNews& news_;
};

}  // namespace entmoot_app
