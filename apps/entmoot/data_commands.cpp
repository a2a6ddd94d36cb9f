// SPDX-License-Identifier: MIT

#include "data_commands.hpp"

#include "complain.hpp"
#include "server/app_loader.hpp"
#include "server/control.hpp"
#include "server/data_folder.hpp"
#include "terminal_text.hpp"

#include <entmoot/base/base64.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/runtime/turn_record.hpp>
#include <entmoot/store/room_store.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <boost/json/object.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

namespace entmoot_app {

using namespace entmoot;

namespace {

/// "2026-03-01T12:00:00.123Z"
std::string time_text(std::int64_t ms) {
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(ms)};
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                     (time - seconds).count());
}

/// What an input is, in the words of docs/rooms.md.
std::string kind_of(const Input& input) {
  using Kind = js::Entry::Kind;
  constexpr std::string_view own = "entmoot:";
  switch (input.kind) {
    case Kind::evaluate: return "start";
    case Kind::message: return "message " + input.name;
    case Kind::settle: return fmt::format("answer {}", input.id);
    case Kind::fire: return fmt::format("timer {}", input.id);
    case Kind::invoke: break;
  }
  return input.name.starts_with(own) ? input.name.substr(own.size()) : input.name;
}

void print_as_json(std::int64_t offset, const TurnRecord& turn) {
  const Input& input = turn.input;
  std::string line = to_json({{"offset", offset},
                              {"at", time_text(turn.facts.time_ms)},
                              {"kind", kind_of(input)},
                              {"client", input.receiver},
                              {"outcome", turn.facts.threw ? "threw" : "ok"}});
  line.pop_back();
  line += fmt::format(",\"payload\":{}", input.json.view());
  if (input.bytes) line += fmt::format(",\"bytes\":\"{}\"", base64_encode(input.bytes->view()));
  fmt::print("{}}}\n", line);
}

void print_as_row(std::int64_t offset, const TurnRecord& turn) {
  constexpr std::size_t kind_characters_max = 32;
  const Input& input = turn.input;
  fmt::print("{:>9}  {}  {:32}  {:>14}  {:>9}  {}\n", offset, time_text(turn.facts.time_ms),
             terminal_line(kind_of(input), kind_characters_max),
             input.receiver == 0 ? "" : std::to_string(input.receiver),
             input.json.view().size() + (input.bytes ? input.bytes->size() : 0), turn.facts.threw ? "threw" : "ok");
}

}  // namespace

ExitCode show_history(const command::History& history) {
  log::start("error");
  AppLoader loader(history.dir, AppLoader::Options{.data = history.data});
  const auto app = loader.load();
  if (!app) return complain(app.error().reason);
  auto store = open_existing(data_folder_of(**app));
  if (!store) return complain(store.error().reason);
  const auto room = find_room(*store, history.topic);
  if (!room) return complain(room.error().reason);
  std::int64_t from = room->first_sequence;
  if (history.last) from = std::max(from, room->last_sequence + 1 - *history.last);
  if (!history.json) {
    const auto colours = Colours::of(STDOUT_FILENO);
    fmt::print("{}\n", colours.bold(fmt::format("{:>9}  {:24}  {:32}  {:>14}  {:>9}  outcome", "offset", "at", "input",
                                                "client", "bytes")));
  }
  Result<void> damaged;
  const auto read = store->read(room->id, from, [&](std::int64_t offset, std::string_view record) {
    const auto turn = decode_turn(record);
    if (!turn) damaged = fail(ErrorCode::io, fmt::format("input {}: {}", offset, turn.error().reason));
    if (turn) history.json ? print_as_json(offset, *turn) : print_as_row(offset, *turn);
    return turn.has_value();
  });
  if (!read) return complain(read.error().reason);
  if (!damaged) return complain(damaged.error().reason);
  return ExitCode::ok;
}

ExitCode back_up(const command::Backup& backup) {
  log::start("error");
  const std::string folder = std::filesystem::absolute(backup.folder).string();
  if (ask_server(backup.dir, {{"command", "ping"}})) {
    const auto done = ask_server(backup.dir, {{"command", "backup"}, {"folder", folder}});
    return done ? ExitCode::ok : complain(done.error().reason);
  }
  AppLoader loader(backup.dir);
  const auto app = loader.load();
  if (!app) return complain(app.error().reason);
  auto store = open_existing(data_folder_of(**app));
  if (!store) return complain(store.error().reason);
  const auto done = store->backup(folder);
  return done ? ExitCode::ok : complain(done.error().reason);
}

}  // namespace entmoot_app
