// SPDX-License-Identifier: MIT

#pragma once

// The messages of all rooms in one SQLite file.
//
// Any thread may ask. The work is done on the store's own thread, one job after the other, so a room's messages are
// kept in the order in which it sent them and a load that is asked for after an append sees it. The answer is posted by
// the ReplyTo itself, so the shards must outlive the store. Bound: the worker's queue; what does not fit is dropped
// with its ReplyTo, which tells the asker.

#include <entmoot/core/worker.hpp>
#include <entmoot/otp/reply_to.hpp>
#include <entmoot/store/sqlite.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace persistent_room {

/// What a room that starts is given: its last messages.
inline constexpr std::int64_t history_max = 1000;

class HistoryStore {
 public:
  /// The error says why the file cannot be used.
  [[nodiscard]] static entmoot::Result<std::unique_ptr<HistoryStore>> open(const std::string& path);

  /// Answers the list of the room's messages, oldest first.
  void load(std::string room, entmoot::ReplyTo reply);
  /// `args` is [message]. Answers null when it is on the disk.
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
  entmoot::Worker worker_{"history-store"};  // last: its jobs are done before the tables go
};

}  // namespace persistent_room
