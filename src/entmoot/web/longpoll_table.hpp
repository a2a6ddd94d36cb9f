// SPDX-License-Identifier: MIT

#pragma once

// The long-poll sessions of one mount on one shard, by number, and the limit on them. Non-owning: sessions are
// connections of the shard (web/connections.hpp), which ends them when it drains or closes.
//
// Limits are per shard, because new sessions are spread round robin over the shards with the connections that open
// them; the limit for the whole mount is the shard's times the number of shards.
//
// The shard's thread only.

#include <entmoot/core/shard.hpp>
#include <entmoot/web/connections.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace entmoot {

class LongpollSession;

struct LongpollOptions {
  /// How long a poll waits for a message; shorter than clients wait for a response (phoenix.js: 20 s). A session
  /// without polls ends after one and a half to three windows.
  Duration window = std::chrono::seconds(10);
  std::size_t sessions_max = 4'000;            ///< Per shard; then 503. A session costs a Socket and its queue.
  std::size_t sessions_per_network_max = 250;  ///< Per shard, from one address (web/admission.hpp); then 503.
  std::size_t queued_bytes_max = 1 * MiB;      ///< Not yet fetched; beyond it the session ends, as for a slow reader.
  std::size_t queued_frames_max = 8192;        ///< As `queued_bytes_max`.
  std::size_t publishes_max = 4;               ///< Queued POSTs; then 503. Clients send one at a time.
  std::size_t messages_max = 100;              ///< In a POST; the rest is ignored. Phoenix's limit, which phoenix.js
                                               ///< observes since 1.8.7; older versions may send more.
  std::size_t message_bytes_max = 64 * KiB;    ///< As for a WebSocket message; then 413.
  bool oversize_is_answered = false;           ///< Instead, a longer message gets an error (handle_oversize).
  std::size_t body_bytes_max = 1 * MiB;        ///< Of a POST with its messages; then 413.
};

class LongpollTable {
 public:
  /// `connections` outlives close().
  LongpollTable(Connections& connections, const LongpollOptions& options) noexcept
      : connections_(connections), options_(options) {}
  LongpollTable(const LongpollTable&) = delete;
  LongpollTable& operator=(const LongpollTable&) = delete;

  [[nodiscard]] Connections& connections() const noexcept { return connections_; }
  [[nodiscard]] const LongpollOptions& options() const noexcept { return options_; }

  /// Whether `network` may open another session (empty: not counted).
  [[nodiscard]] bool has_room(const std::string& network) const;
  /// Returns the session's number, which is never reused.
  std::uint64_t add(LongpollSession& session, const std::string& network);
  void remove(std::uint64_t id, const std::string& network) noexcept;
  [[nodiscard]] LongpollSession* find(std::uint64_t id) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return sessions_.size(); }

  /// From now on has_room() is false.
  void close() noexcept { closed_ = true; }

 private:
  Connections& connections_;
  const LongpollOptions options_;
  std::uint64_t last_id_ = 0;
  bool closed_ = false;
  std::unordered_map<std::uint64_t, LongpollSession*> sessions_;
  std::unordered_map<std::string, std::size_t> by_network_;
};

}  // namespace entmoot
