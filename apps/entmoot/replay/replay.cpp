// SPDX-License-Identifier: MIT

#include "replay.hpp"

#include "../complain.hpp"
#include "../server/app_loader.hpp"
#include "../server/data_folder.hpp"
#include "../terminal_text.hpp"
#include "past_room.hpp"

#include <entmoot/base/log.hpp>
#include <entmoot/runtime/turn_record.hpp>
#include <entmoot/store/room_store.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

namespace entmoot_app {

using namespace entmoot;

namespace {

/// The first input whose handler threw; nullopt: none did.
Result<std::optional<std::int64_t>> first_that_threw(RoomStore& store, const StoredRoom& room) {
  std::optional<std::int64_t> found;
  Result<void> damaged;
  const auto read = store.read(room.id, room.first_sequence, [&](std::int64_t sequence, std::string_view record) {
    const auto turn = decode_turn(record);
    if (!turn) damaged = turn.error();
    if (turn && turn->facts.threw) found = sequence;
    return damaged && !found;
  });
  if (!read) return read.error();
  if (!damaged) return damaged.error();
  return found;
}

/// After which input the room is opened.
Result<std::int64_t> offset_of(const command::Replay& replay, RoomStore& store, const StoredRoom& room) {
  if (replay.at) return *replay.at;
  if (replay.until.empty()) return room.last_sequence;
  const auto threw = first_that_threw(store, room);
  if (!threw) return threw.error();
  const std::optional<std::int64_t>& found = *threw;
  if (!found) return fail(ErrorCode::not_found, fmt::format("no input of {} has thrown", room.topic));
  fmt::print("input {} throws; this is the room before it\n", *found);
  return *found - 1;
}

void prompt(PastRoom& room, const std::string& label) {
  const bool is_terminal = ::isatty(STDIN_FILENO) == 1;
  const auto colours = Colours::of(STDOUT_FILENO);
  std::string line;
  for (;;) {
    if (is_terminal) fmt::print("{} ", colours.green(label));
    std::fflush(stdout);
    if (!std::getline(std::cin, line) || line == "." || line == "quit" || line == "exit") break;
    if (line.find_first_not_of(' ') == std::string::npos) continue;
    const auto result = room.evaluate(line);
    fmt::print("{}\n", result ? terminal_text(*result) : colours.red(terminal_text(result.error().reason)));
  }
}

}  // namespace

ExitCode replay_room(const command::Replay& replay) {
  log::start("error");
  take_hash_key();
  AppLoader loader(replay.dir, AppLoader::Options{.data = replay.data});
  const auto app = loader.load();
  if (!app) return complain(app.error().reason);
  auto data = DataToRead::open_to_run(**app);
  if (!data) return complain(data.error().reason);
  RoomStore& store = data->store();
  const auto room = find_room(store, replay.topic);
  if (!room) return complain(room.error().reason);
  const auto at = offset_of(replay, store, *room);
  if (!at) return complain(at.error().reason);
  auto past = PastRoom::open(**app, store, replay.topic, *at);
  if (!past) return complain(past.error().reason);
  if (const auto opened = (*past)->evaluate("undefined"); !opened) return complain(opened.error().reason);
  prompt(**past, fmt::format("{}@{}>", replay.topic, *at));
  return ExitCode::ok;
}

}  // namespace entmoot_app
