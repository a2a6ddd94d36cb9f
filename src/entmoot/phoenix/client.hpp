// SPDX-License-Identifier: MIT

#pragma once

// One client as its connect request presented it and the application took it in: what Phoenix keeps in
// %Phoenix.Socket{}. Filled by UserSocket::connect, read-only for the channels after that.

#include <entmoot/base/clock.hpp>
#include <entmoot/phoenix/query.hpp>
#include <entmoot/phoenix/transport.hpp>

#include <boost/json/object.hpp>

#include <optional>
#include <string>

namespace entmoot {

struct Client {
  ConnectInfo info;
  Params params;                ///< The query string, `vsn` included, and the parts of the path.
  boost::json::object assigns;  ///< The application's own (Phoenix.Socket.assign/3).
  /// Names the client's sockets: the event "disconnect" on this topic closes them all. Empty: no name.
  std::string id;
  /// When what the client has shown (its token) ends: then its socket is closed with policy_violation, "token expired",
  /// and it may connect again with a newer one. None: never.
  std::optional<WallTime> expires_at = {};
};

}  // namespace entmoot
