// SPDX-License-Identifier: MIT

#pragma once

// A page of a node's rooms, out of any number of them: those whose topic contains a text, in the order of one column.
//
// Each shard visits its rooms in slices, as tasks between which everything else runs, and keeps only the candidates for
// the page: their number is bounded, not that of the rooms. The first shard merges them. The page is a snapshot of no
// single moment: rooms that start or end meanwhile may be in it or not.

#include <entmoot/base/unique_function.hpp>
#include <entmoot/core/shards.hpp>
#include <entmoot/rooms/room.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

class RoomShard;

/// A column of the list.
enum class RoomColumn : std::uint8_t { topic, clients, heap, cpu, turns, mailbox, errors, crashes };
/// "heap"; nullopt if there is no such column.
[[nodiscard]] std::optional<RoomColumn> room_column(std::string_view name) noexcept;

struct RoomQuery {
  /// `first` + `count`: what a page may reach. Beyond it, a narrower text or the other order finds the room.
  static constexpr std::size_t reach_max = 1000;

  std::string text = {};  ///< What the topic contains; empty: any.
  RoomColumn column = RoomColumn::topic;
  bool descending = false;
  std::size_t first = 0;  ///< The number of rooms before the page.
  std::size_t count = 50;
};

struct RoomPage {
  std::vector<RoomInfo> rows = {};
  std::size_t matching = 0;  ///< Rooms whose topic contains the text.
  std::size_t total = 0;     ///< All rooms.
};

/// Reports the page on the first shard. Any thread. `here` returns the rooms of the calling shard.
void search_rooms(const Shards& shards, std::function<RoomShard&()> here, RoomQuery query,
                  UniqueFunction<void(RoomPage)> report);

}  // namespace entmoot
