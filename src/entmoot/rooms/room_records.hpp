// SPDX-License-Identifier: MIT

#pragma once

// What the store has of a durable room, and how it is read: its records in parts, the states from which it can go on,
// and what retention discards. On the store's thread (store/store_writer.hpp).

#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/rooms/durability.hpp>
#include <entmoot/runtime/turn_journal.hpp>
#include <entmoot/store/room_store.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace entmoot {

/// Some of a room's records.
struct RecordsPart {
  std::optional<StoredRoom> room = {};  ///< None: it is not in the store.
  std::int64_t from = 1;                ///< The first record of `records`.
  TurnJournal::Records records = {};
};
/// Reads the records from `from` on: as many as are held at a time, at least one.
[[nodiscard]] Result<RecordsPart> read_records(RoomStore& store, const std::string& topic, std::int64_t from);

/// Where a room's script was started anew, in other code: the store's state of the room.
struct RoomStart {
  std::int64_t after = 0;    ///< The last record before it.
  std::uint64_t offset = 0;  ///< Of the last broadcast before it.
  std::uint64_t epoch = 0;   ///< Of its broadcasts, among those of the room (rooms/recent_broadcasts.hpp).
  std::optional<JsonText> serialized = {};  ///< What the script has serialized since.
};
[[nodiscard]] std::string encode_start(const RoomStart& start);
[[nodiscard]] Result<RoomStart> read_start(RoomStore& store, RoomId id);

/// What a room has to go on from.
struct RoomBeginnings {
  RoomStart start;
  std::vector<SavedState> saved;  ///< The newest first; the last one is the start.
};
[[nodiscard]] Result<RoomBeginnings> read_beginnings(RoomStore& store, const std::string& topic);

/// Discards the records that exceed `retain`, except those after the older of the saved states, which a recovery needs
/// if the newer one cannot be used.
[[nodiscard]] Result<void> discard_records(RoomStore& store, RoomId id, const Retention& retain, std::int64_t now_ms);

}  // namespace entmoot
