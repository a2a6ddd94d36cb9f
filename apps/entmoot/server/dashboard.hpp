// SPDX-License-Identifier: MIT

#pragma once

// The dashboard: the page at /entmoot (apps/dashboard), and the socket at /entmoot/socket through which it asks. It has
// one channel, "dashboard"; what the page asks are its events, and each has a reply:
//
//   history  {since}                                     the samples of the last hour (MetricsHistory)
//   rooms    {text, column, descending, first, count}    a page of the list (RoomPage)
//   room     {topic}                                     details (details_of)
//   eval     {topic, expression}, send {topic, message}, kill {topic}, sleep {topic}, reload {}
//
// The last ones are logged, with the operator (server/operator_access.hpp). Nothing is broadcast: topics are shared
// with the app's rooms.

#include "metrics_history.hpp"

#include <entmoot/node/node.hpp>
#include <entmoot/phoenix/channel.hpp>
#include <entmoot/phoenix/user_socket.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace entmoot_app {

class Server;

/// Its socket: lets in operators only.
class DashboardSocket final : public entmoot::UserSocket {
 public:
  /// `server` outlives it.
  DashboardSocket(Server& server, std::string token);
  [[nodiscard]] entmoot::Result<entmoot::Client> connect(entmoot::Client client) const override;

 private:
  Server& server_;
  const std::string token_;
};

class DashboardChannel final : public entmoot::Channel {
 public:
  explicit DashboardChannel(Server& server) : server_(server) {}
  /// The reply: {version, app, shards}.
  JoinResult join(std::string_view topic, const entmoot::Payload& payload) override;
  HandleResult handle_in(std::string_view event, const entmoot::Payload& payload) override;

 private:
  void note(std::string_view what) const;

  Server& server_;
};

/// Samples the node's metrics, and mounts the page and its socket.
class Dashboard {
 public:
  /// `server` outlives it.
  Dashboard(Server& server, std::string token);

  /// Before the node starts. The dashboard outlives the node's run.
  void mount(entmoot::Node& node);
  /// Answers MetricsHistory::since(). Any thread.
  void history(std::int64_t since, entmoot::ReplyTo reply);

 private:
  void sample();

  Server& server_;
  const bool is_local_only_;
  DashboardSocket socket_;
  entmoot::Node* node_ = nullptr;
  MetricsHistory history_;  // of the first shard
};

}  // namespace entmoot_app
