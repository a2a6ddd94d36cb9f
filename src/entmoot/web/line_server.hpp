// SPDX-License-Identifier: MIT

#pragma once

// Requests and replies, one line each, over a Unix socket: how another process on this machine talks to a server
// (`entmoot rooms`). The file system controls access: only the user who owns the socket can open it.
//
// Bounds: `clients_max` connections, further ones are closed; a line has at most `line_bytes_max` bytes, a longer one
// ends its connection. A client's next request is read once the previous one has been answered.
//
// Belongs to one shard, where its handler runs; its sockets are served by a thread of its own, so that they cost the
// shard nothing. Replies may be sent from any thread.

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/base/unique_function.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace entmoot {

class Shard;

class LineServer {
 public:
  static constexpr std::size_t clients_max = 16;
  static constexpr std::size_t line_bytes_max = 1 * MiB;

  using Answer = UniqueFunction<void(std::string line)>;
  /// Runs on the shard. Neither line includes its line feed. If the Answer is destroyed unused, the client keeps
  /// waiting.
  using Handler = std::function<void(std::string line, Answer answer)>;

  LineServer(Shard& shard, Handler handler);
  /// Removes the socket. On the shard's thread, like listen().
  ~LineServer();
  LineServer(const LineServer&) = delete;
  LineServer& operator=(const LineServer&) = delete;

  /// Replaces whatever exists at `path`.
  [[nodiscard]] Result<void> listen(const std::filesystem::path& path);

 private:
  struct Inner;
  std::shared_ptr<Inner> inner_;  // shared with pending operations
};

/// The client's side: sends `line` to the socket at `path` and waits for the reply. Blocks. ErrorCode::unavailable if
/// no server listens there.
[[nodiscard]] Result<std::string> ask_line(const std::filesystem::path& path, const std::string& line);

}  // namespace entmoot
