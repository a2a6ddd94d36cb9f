// SPDX-License-Identifier: MIT

#pragma once

// Requests and answers, a line each, over a Unix socket: how another process on this machine speaks with a server
// (`entmoot rooms`). Who may connect is the file system's to say: the socket can be opened by its own user alone.
//
// Bounds: `visitors_max` connections, the next is closed; a line has `line_bytes_max` bytes at most, a longer one ends
// its connection. A visitor's next request is read when the one before has been answered.
//
// Lives on one shard; answers may come from anywhere.

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
  static constexpr std::size_t visitors_max = 16;
  static constexpr std::size_t line_bytes_max = 1 * MiB;

  using Answer = UniqueFunction<void(std::string line)>;
  /// Runs on the shard; neither line has its end in it. An Answer that is destroyed unused leaves its visitor waiting.
  using Handler = std::function<void(std::string line, Answer answer)>;

  LineServer(Shard& shard, Handler handler);
  /// Removes the socket. On the shard's thread, like listen().
  ~LineServer();
  LineServer(const LineServer&) = delete;
  LineServer& operator=(const LineServer&) = delete;

  /// Whatever lies at `path` is replaced.
  [[nodiscard]] Result<void> listen(const std::filesystem::path& path);

 private:
  struct Inner;
  std::shared_ptr<Inner> inner_;  // shared with what is under way
};

/// The other side: sends `line` to the socket at `path` and waits for the answer. Blocks; the error says whether nobody
/// listens there.
[[nodiscard]] Result<std::string> ask_line(const std::filesystem::path& path, const std::string& line);

}  // namespace entmoot
