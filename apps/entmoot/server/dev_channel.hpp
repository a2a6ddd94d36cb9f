// SPDX-License-Identifier: MIT

#pragma once

// Under `--watch`, an app's pages show the errors of the last reload, and reload when their own files change. They join
// the topic "entmoot:dev" (priv/dev.js).

#include <entmoot/core/per_shard.hpp>
#include <entmoot/core/shards.hpp>
#include <entmoot/phoenix/channel.hpp>
#include <entmoot/phoenix/pubsub.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace entmoot_app {

/// Sends the news to the pages. Any thread.
class DevNews {
 public:
  static constexpr std::string_view topic = "entmoot:dev";

  DevNews(entmoot::Shards& shards, entmoot::PubSub& pubsub)
      : shards_(shards),
        pubsub_(pubsub),
        problem_(shards.size(), [](unsigned) { return std::make_unique<std::string>(); }) {}

  /// The errors of the last reload; empty if it succeeded.
  void problem(const std::string& text);
  /// Makes the pages reload, because files in public/ have changed.
  void page_changed();
  /// The last problem, on the calling shard.
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
