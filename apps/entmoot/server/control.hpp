// SPDX-License-Identifier: MIT

#pragma once

// How `entmoot rooms`, `console`, `eval` and `reload` reach the running server: a Unix socket that only the server's
// own user can open. A request is a JSON object on a line, the answer as well:
//
//   {"command":"rooms"}                                          {"ok":[{"topic":"chat:lobby",…}]}
//   {"command":"eval","topic":"chat:lobby","expression":"…"}     {"ok":"…"} or {"error":"…","code":"…"}
//   {"command":"kill","topic":"chat:lobby"}, {"command":"send","topic":…,"message":…}, {"command":"reload"},
//   {"command":"ping"}
//
// Where the socket lies depends on the app's folder alone, so the commands find the server of the folder they are in.
// The line itself is web/line_server.hpp's. Lives on the first shard.

#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/otp/reply_to.hpp>

#include <filesystem>
#include <memory>
#include <string>

namespace entmoot {
class LineServer;
class Rooms;
}  // namespace entmoot

namespace entmoot_app {

class Server;

/// Where the server of the app in `folder` listens: in $XDG_RUNTIME_DIR or /tmp, in a folder that is this user's alone
/// and is made if need be. An error if somebody else has put something there.
[[nodiscard]] entmoot::Result<std::filesystem::path> control_socket(const std::filesystem::path& folder);

class Control {
 public:
  /// Begins to listen. What prevents it is a warning in the log: the server does its work without.
  Control(Server& server, const std::filesystem::path& folder);
  /// From the main thread, while the shards run.
  ~Control();
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;

 private:
  Server& server_;
  std::unique_ptr<entmoot::LineServer> lines_;  // the first shard's
};

/// Answers a list of RoomInfo as JSON, by topic: the rows of `entmoot rooms`. Any thread.
void list_rooms(entmoot::Rooms& rooms, entmoot::ReplyTo reply);

/// One request to the server of the app in `folder`, from another process. Blocks; the error says if none is running.
[[nodiscard]] entmoot::Result<entmoot::Json> ask_server(const std::filesystem::path& folder,
                                                        const entmoot::Json& request);

}  // namespace entmoot_app
