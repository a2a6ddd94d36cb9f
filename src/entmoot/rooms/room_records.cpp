// SPDX-License-Identifier: MIT

#include <entmoot/rooms/room_records.hpp>

#include <entmoot/rooms/recent_broadcasts.hpp>
#include <entmoot/runtime/turn_record.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <utility>

namespace entmoot {

namespace {

// Read at a time; a record that is larger is read alone.
constexpr std::size_t part_bytes = std::size_t{256} * 1024;

/// The time of a record; nullopt: it was discarded.
std::optional<std::int64_t> time_of(RoomStore& store, RoomId id, std::int64_t sequence) {
  std::optional<std::int64_t> time_ms;
  const auto read = store.read(id, sequence, [&](std::int64_t at, std::string_view record) {
    const auto turn = at == sequence ? decode_turn(record) : Result<TurnRecord>(TurnRecord());
    if (turn && at == sequence) time_ms = turn->facts.time_ms;
    return false;
  });
  return read ? time_ms : std::nullopt;
}

}  // namespace

// It begins with decimal numbers; behind a new line follows what was serialized.
Result<RoomStart> read_start(RoomStore& store, RoomId id) {
  const auto state = store.state(id);
  if (!state) return state.error();
  RoomStart start;
  const std::optional<StoredImage>& kept = *state;
  if (!kept) return start;
  const std::string_view text = kept->bytes;
  const auto line = std::min(text.find('\n'), text.size());
  std::array<std::uint64_t, 3> numbers{};
  const char* at = text.data();
  const char* const end = text.data() + line;
  std::size_t read = 0;
  for (; read < numbers.size() && at < end; ++read) {
    const auto [after, error] = std::from_chars(at, end, numbers[read]);
    if (error != std::errc() || (after != end && *after != ' ')) break;
    at = after == end ? end : after + 1;
  }
  if (read == 0 || at != end || line == text.size()) {
    return fail(ErrorCode::io, "the room's state in the store is damaged");
  }
  start.after = static_cast<std::int64_t>(numbers[0]);
  start.offset = numbers[1];
  start.epoch = numbers[2];
  if (line + 1 < text.size()) start.serialized = JsonText::trusted(text.substr(line + 1));
  return start;
}

std::string encode_start(const RoomStart& start) {
  return fmt::format("{} {} {}\n{}", start.after, start.offset, start.epoch,
                     start.serialized ? start.serialized->view() : "");
}

Result<RecordsPart> read_records(RoomStore& store, const std::string& topic, std::int64_t from) {
  RecordsPart part{.from = from};
  auto room = store.find(topic);
  if (!room) {
    if (room.error().code == ErrorCode::not_found) return part;
    return room.error();
  }
  part.room = *room;
  std::size_t bytes = 0;
  auto read = store.read(room->id, from, [&](std::int64_t, std::string_view record) {
    if (!part.records.empty() && bytes + record.size() > part_bytes) return false;
    bytes += record.size();
    part.records.emplace_back(record);
    return true;
  });
  if (!read) return read.error();
  return part;
}

Result<RoomBeginnings> read_beginnings(RoomStore& store, const std::string& topic) {
  RoomBeginnings beginnings;
  const auto room = store.find(topic);
  if (!room) {
    if (room.error().code == ErrorCode::not_found) return beginnings;
    return room.error();
  }
  auto start = read_start(store, room->id);
  if (!start) return start.error();
  auto images = store.images(room->id);
  if (!images) return images.error();
  for (StoredImage& image : *images) {
    if (image.sequence <= start->after) continue;
    beginnings.saved.push_back({static_cast<std::uint64_t>(image.sequence), std::move(image.bytes)});
  }
  beginnings.saved.push_back(
      {.turns = static_cast<std::uint64_t>(start->after), .observed = RecentBroadcasts::state_after(start->offset)});
  beginnings.start = *std::move(start);
  return beginnings;
}

Result<void> discard_records(RoomStore& store, RoomId id, const Retention& retain, std::int64_t now_ms) {
  const auto images = store.images(id);
  if (!images) return images.error();
  if (images->size() < RoomStore::images_max) return {};
  const auto room = store.find(id);
  if (!room) return room.error();
  const std::int64_t oldest_ms = now_ms - std::chrono::duration_cast<std::chrono::milliseconds>(retain.age_max).count();
  // The first one that is young enough, by bisection: times do not go back.
  std::int64_t first = room->first_sequence;
  std::int64_t end = room->last_sequence + 1;
  while (first < end) {
    const std::int64_t middle = first + (end - first) / 2;
    const auto time_ms = time_of(store, id, middle);
    if (!time_ms) break;
    if (*time_ms >= oldest_ms) {
      end = middle;
    } else {
      first = middle + 1;
    }
  }
  first = std::max(first, room->last_sequence + 1 - static_cast<std::int64_t>(retain.inputs_max));
  return store.discard_before(id, std::min(first, images->back().sequence + 1));
}

}  // namespace entmoot
