// SPDX-License-Identifier: MIT

#include "data_commands.hpp"

#include "complain.hpp"
#include "server/app_loader.hpp"
#include "server/control.hpp"
#include "server/data_folder.hpp"
#include "terminal_text.hpp"

#include <entmoot/base/base64.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/rooms/room_records.hpp>
#include <entmoot/runtime/turn_record.hpp>
#include <entmoot/store/room_store.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <boost/json/object.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
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

std::string_view outcome_of(const TurnFacts& facts) {
  if (facts.set_aside) return "set aside";
  return facts.threw ? "threw" : "ok";
}

void print_as_json(std::int64_t offset, const TurnRecord& turn) {
  const Input& input = turn.input;
  std::string line = to_json({{"offset", offset},
                              {"at", time_text(turn.facts.time_ms)},
                              {"kind", kind_of(input)},
                              {"client", input.receiver},
                              {"outcome", outcome_of(turn.facts)}});
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
             input.json.view().size() + (input.bytes ? input.bytes->size() : 0), outcome_of(turn.facts));
}

/// A room of an app's data.
struct RoomToRead {
  DataToRead data;
  StoredRoom room;
};

Result<std::unique_ptr<RoomToRead>> open_to_read(const std::filesystem::path& dir,
                                                 const std::optional<std::string>& data, const std::string& topic) {
  log::start("error");
  AppLoader loader(dir, AppLoader::Options{.data = data, .needs_variables = false});
  const auto app = loader.load();
  if (!app) return app.error();
  auto opened = DataToRead::open(**app);
  if (!opened) return opened.error();
  auto room = find_room(opened->store(), topic);
  if (!room) return room.error();
  return std::make_unique<RoomToRead>(RoomToRead{*std::move(opened), *std::move(room)});
}

Result<void> each_turn(RoomStore& store, RoomId room, std::int64_t from,
                       void (*print)(std::int64_t offset, const TurnRecord& turn)) {
  Result<void> damaged;
  auto read = store.read(room, from, [&](std::int64_t offset, std::string_view record) {
    const auto turn = decode_turn(record);
    if (!turn) damaged = fail(ErrorCode::io, fmt::format("input {}: {}", offset, turn.error().reason));
    if (turn) print(offset, *turn);
    return turn.has_value();
  });
  return read ? damaged : read;
}

}  // namespace

ExitCode show_history(const command::History& history) {
  const auto opened = open_to_read(history.dir, history.data, history.topic);
  if (!opened) return complain(opened.error().reason);
  auto& [data, room] = **opened;
  std::int64_t from = room.first_sequence;
  if (history.last) from = std::max(from, room.last_sequence + 1 - *history.last);
  if (!history.json) {
    const auto colours = Colours::of(STDOUT_FILENO);
    fmt::print("{}\n", colours.bold(fmt::format("{:>9}  {:24}  {:32}  {:>14}  {:>9}  outcome", "offset", "at", "input",
                                                "client", "bytes")));
  }
  const auto read = each_turn(data.store(), room.id, from, history.json ? print_as_json : print_as_row);
  return read ? ExitCode::ok : complain(read.error().reason);
}

ExitCode show_stored_rooms(const command::Rooms& command) {
  log::start("error");
  AppLoader loader(command.dir, AppLoader::Options{.needs_variables = false});
  const auto app = loader.load();
  if (!app) return complain(app.error().reason);
  auto data = DataToRead::open(**app);
  if (!data) return complain(data.error().reason);
  const auto colours = Colours::of(STDOUT_FILENO);
  if (!command.json) {
    fmt::print("{}\n", colours.bold(fmt::format("{:40}  {:>9}  {:>9}  {:>9}  {:>9}", "room", "inputs", "journal",
                                                "saved", "disk")));
  }
  constexpr std::size_t read_at_once = 1000;
  constexpr std::size_t topic_characters_max = 40;
  for (RoomId after{0};;) {
    const auto rooms = data->store().rooms(after, read_at_once);
    if (!rooms) return complain(rooms.error().reason);
    if (rooms->empty()) return ExitCode::ok;
    for (const StoredRoom& room : *rooms) {
      const auto usage = data->store().usage(room.id);
      if (!usage) return complain(usage.error().reason);
      const std::int64_t saved = usage->image_bytes + usage->state_bytes;
      if (command.json) {
        fmt::print("{}\n", to_json({{"topic", room.topic},
                                    {"first", room.first_sequence},
                                    {"last", room.last_sequence},
                                    {"journal", usage->record_bytes},
                                    {"saved", saved}}));
      } else {
        fmt::print("{:40}  {:>9}  {:>9}  {:>9}  {:>9}\n", terminal_line(room.topic, topic_characters_max),
                   usage->records, size_text(usage->record_bytes), size_text(saved),
                   size_text(usage->record_bytes + saved));
      }
    }
    after = rooms->back().id;
  }
}

ExitCode export_room(const command::Export& exported) {
  const auto opened = open_to_read(exported.dir, exported.data, exported.topic);
  if (!opened) return complain(opened.error().reason);
  auto& [data, room] = **opened;
  const auto usage = data.store().usage(room.id);
  if (!usage) return complain(usage.error().reason);
  const auto start = read_start(data.store(), room.id);
  if (!start) return complain(start.error().reason);
  std::string head = to_json({{"topic", room.topic},
                              {"first", room.first_sequence},
                              {"last", room.last_sequence},
                              {"bytes", usage->record_bytes + usage->image_bytes + usage->state_bytes}});
  if (const std::optional<JsonText>& serialized = start->serialized) {
    head.pop_back();
    head += fmt::format(",\"serialized\":{}}}", serialized->view());
  }
  fmt::print("{}\n", head);
  const auto read = each_turn(data.store(), room.id, room.first_sequence, print_as_json);
  return read ? ExitCode::ok : complain(read.error().reason);
}

ExitCode back_up(const command::Backup& backup) {
  log::start("error");
  const std::string folder = std::filesystem::absolute(backup.folder).string();
  if (ask_server(backup.dir, {{"command", "ping"}})) {
    const auto done = ask_server(backup.dir, {{"command", "backup"}, {"folder", folder}});
    return done ? ExitCode::ok : complain(done.error().reason);
  }
  AppLoader loader(backup.dir, AppLoader::Options{.needs_variables = false});
  const auto app = loader.load();
  if (!app) return complain(app.error().reason);
  auto store = open_existing(data_folder_of(**app));
  if (!store) return complain(store.error().reason);
  const auto done = store->backup(folder);
  return done ? ExitCode::ok : complain(done.error().reason);
}

ExitCode restore_data(const command::Restore& restore) {
  log::start("error");
  if (!restore.data && ask_server(restore.dir, {{"command", "ping"}})) {
    return complain("the server is running: stop it, so that its data can be replaced");
  }
  AppLoader loader(restore.dir, AppLoader::Options{.data = restore.data, .needs_variables = false});
  const auto app = loader.load();
  if (!app) return complain(app.error().reason);
  const std::filesystem::path folder = data_folder_of(**app);
  if (std::filesystem::exists(folder / RoomStore::file_name)) {
    return complain(fmt::format("there is data in {}: move it away, nothing of it is overwritten", folder.string()));
  }
  auto copy = open_existing(restore.folder);
  if (!copy) return complain(copy.error().reason);
  if (auto sound = copy->verify(); !sound) return complain(sound.error().reason);
  if (auto done = copy->backup(folder); !done) return complain(done.error().reason);
  auto restored = RoomStore::open(folder);
  if (!restored) return complain(restored.error().reason);
  // Clients may know of broadcasts that came after the copy was made.
  const auto renewed = restored->renew_identity();
  return renewed ? ExitCode::ok : complain(renewed.error().reason);
}

ExitCode forget_room(const command::Forget& forget) {
  log::start("error");
  if (!forget.data && ask_server(forget.dir, {{"command", "ping"}})) {
    const auto done = ask_server(forget.dir, {{"command", "forget"}, {"topic", forget.topic}});
    return done ? ExitCode::ok : complain(done.error().reason);
  }
  AppLoader loader(forget.dir, AppLoader::Options{.data = forget.data, .needs_variables = false});
  const auto app = loader.load();
  if (!app) return complain(app.error().reason);
  auto store = open_existing(data_folder_of(**app));
  if (!store) return complain(store.error().reason);
  const auto room = find_room(*store, forget.topic);
  if (!room) return complain(room.error().reason);
  if (auto forgotten = store->forget(room->id); !forgotten) return complain(forgotten.error().reason);
  constexpr std::int64_t rows_at_once = 10'000;
  for (;;) {
    const auto more = store->sweep(rows_at_once);
    if (!more) return complain(more.error().reason);
    if (!*more) return ExitCode::ok;
  }
}

}  // namespace entmoot_app
