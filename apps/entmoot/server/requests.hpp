// SPDX-License-Identifier: MIT

#pragma once

// HTTP for what the app's folder holds: files of public/, what the server brings along (/entmoot/phoenix.js), and
// requests to rooms, which their scripts answer in handleRequest. All of it may change with a reload, so nothing is a
// route of the endpoint: it all comes here.

#include "../rooms/rooms.hpp"

#include <entmoot/web/http_request.hpp>
#include <entmoot/web/responder.hpp>
#include <entmoot/web/static_files.hpp>

namespace entmoot_app {

class Requests {
 public:
  /// `own` are the server's files, the same for every app. All outlive it.
  Requests(Rooms& rooms, const entmoot::StaticFiles& own) : rooms_(rooms), own_(own) {}

  /// On the connection's shard, on several at once.
  void handle(const entmoot::HttpRequest& request, entmoot::Responder responder) const;

 private:
  Rooms& rooms_;
  const entmoot::StaticFiles& own_;
};

}  // namespace entmoot_app
