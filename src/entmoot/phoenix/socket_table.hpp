// SPDX-License-Identifier: MIT

#pragma once

// The clients of one shard by number, so that a late reply finds its client or finds that it is gone. Touched by its
// shard's thread only; non-owning.

#include <entmoot/base/check.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/phoenix/socket_counters.hpp>
#include <entmoot/phoenix/socket_ref.hpp>

#include <cstdint>
#include <unordered_map>

namespace entmoot {

class Socket;

class SocketTable {
 public:
  explicit SocketTable(Shard& shard) : shard_(shard) {}
  SocketTable(const SocketTable&) = delete;
  SocketTable& operator=(const SocketTable&) = delete;
  ~SocketTable() { ENTMOOT_CHECK(sockets_.empty(), "sockets must be destroyed before their mount"); }

  [[nodiscard]] Shard& shard() const noexcept { return shard_; }

  /// Numbers are never reused.
  SocketId add(Socket& socket) {
    shard_.assert_here();
    const auto id = static_cast<SocketId>(++last_id_);
    sockets_.emplace(last_id_, &socket);
    return id;
  }
  void remove(SocketId id) noexcept {
    shard_.assert_here();
    sockets_.erase(static_cast<std::uint64_t>(id));
  }
  [[nodiscard]] Socket* find(SocketId id) const noexcept {
    shard_.assert_here();
    const auto found = sockets_.find(static_cast<std::uint64_t>(id));
    return found == sockets_.end() ? nullptr : found->second;
  }
  [[nodiscard]] std::size_t size() const noexcept { return sockets_.size(); }
  [[nodiscard]] SocketCounters& counters() noexcept { return counters_; }

 private:
  Shard& shard_;
  std::uint64_t last_id_ = 0;
  SocketCounters counters_;
  std::unordered_map<std::uint64_t, Socket*> sockets_;
};

}  // namespace entmoot
