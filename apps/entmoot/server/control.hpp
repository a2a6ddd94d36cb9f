// SPDX-License-Identifier: MIT

#pragma once

// The control socket, which `entmoot rooms`, `console`, `eval` and `reload` use to reach the running server: a Unix
// socket that only the server's user can open. Requests and answers are JSON objects, one per line:
//
//   {"command":"rooms"}                                          {"ok":[{"topic":"chat:lobby",…}]}
//   {"command":"eval","topic":"chat:lobby","expression":"…"}     {"ok":"…"} or {"error":"…","code":"…"}
//   {"command":"kill","topic":"chat:lobby"}, {"command":"send","topic":…,"message":…}, {"command":"reload"},
//   {"command":"backup","folder":…}, {"command":"forget","topic":…}, {"command":"ping"}
//
// The socket's path depends on the app's folder only, so a command finds the server of the folder that it is given.
// The line protocol and its limits are those of web/line_server.hpp. Control lives on the first shard.

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

/// The path of the control socket of the app in `folder`. It lies in $XDG_RUNTIME_DIR or /tmp, in a folder that only
/// this user can open; the function creates that folder if needed. An error if the folder belongs to another user.
[[nodiscard]] entmoot::Result<std::filesystem::path> control_socket(const std::filesystem::path& folder);

class Control {
 public:
  /// Starts listening. A failure is logged as a warning; the server runs without the socket then.
  Control(Server& server, const std::filesystem::path& folder);
  /// From the main thread, while the shards run.
  ~Control();
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;

 private:
  Server& server_;
  std::unique_ptr<entmoot::LineServer> lines_;  // the first shard's
};

/// Answers the running rooms as a JSON array sorted by topic, the rows of `entmoot rooms`. Any thread.
void list_rooms(entmoot::Rooms& rooms, entmoot::ReplyTo reply);

/// Sends one request to the server of the app in `folder`, from another process, and returns its answer. Blocks.
/// ErrorCode::unavailable if no server is running.
[[nodiscard]] entmoot::Result<entmoot::Json> ask_server(const std::filesystem::path& folder,
                                                        const entmoot::Json& request);

}  // namespace entmoot_app
