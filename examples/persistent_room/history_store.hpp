// SPDX-License-Identifier: MIT

#pragma once

// The messages of all rooms in one SQLite file.
//
// Any thread may call. Jobs run on the store's own thread, one after the other, so a room's messages are stored in the
// order in which it sent them, and a load after an append sees it. The ReplyTo posts the answer to a shard, so the
// shards must outlive the store. Bound: the worker's queue; a job that does not fit is dropped with its ReplyTo, which
// answers the caller with an error.

#include <entmoot/core/worker.hpp>
#include <entmoot/otp/reply_to.hpp>
#include <entmoot/store/sqlite.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace persistent_room {

/// The number of messages that load() answers at most.
inline constexpr std::int64_t history_max = 1000;

class HistoryStore {
 public:
  /// Opens or creates the file.
  [[nodiscard]] static entmoot::Result<std::unique_ptr<HistoryStore>> open(const std::string& path);

  /// Answers the room's last messages, oldest first.
  void load(std::string room, entmoot::ReplyTo reply);
  /// `args` is [message]. Answers null when the message is on the disk.
  void append(std::string room, entmoot::JsonText args, entmoot::ReplyTo reply);

 private:
  struct Tables {
    entmoot::Database database;
    entmoot::Statement insert;
    entmoot::Statement select;
  };
  explicit HistoryStore(Tables tables) : tables_(std::move(tables)) {}
  entmoot::Result<entmoot::JsonText> load_now(const std::string& room);
  entmoot::Result<entmoot::JsonText> append_now(const std::string& room, const entmoot::JsonText& args);

  Tables tables_;                            // the worker's thread only
  entmoot::Worker worker_{"history-store"};  // last: destroyed first, after its jobs are done
};

}  // namespace persistent_room
