// SPDX-License-Identifier: MIT

#pragma once

// One connected client: the contents of its connect request and what the application added (%Phoenix.Socket{}). Filled
// by UserSocket::connect, read-only for the channels after that.

#include <entmoot/base/clock.hpp>
#include <entmoot/phoenix/query.hpp>
#include <entmoot/phoenix/transport.hpp>

#include <boost/json/object.hpp>

#include <optional>
#include <string>

namespace entmoot {

struct Client {
  ConnectInfo info;
  Params params;                ///< The query parameters, `vsn` included, and the path parameters.
  boost::json::object assigns;  ///< Data of the application (Phoenix.Socket.assign/3).
  /// Names the client's sockets: the event "disconnect" on this topic closes them all. Empty: none.
  std::string id;
  /// When the client's credentials (its token) expire: its socket is then closed with policy_violation, "token
  /// expired", and it may connect again with a newer token. None: never.
  std::optional<WallTime> expires_at = {};
};

}  // namespace entmoot
