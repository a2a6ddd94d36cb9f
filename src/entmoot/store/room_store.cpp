// SPDX-License-Identifier: MIT

#include <entmoot/store/room_store.hpp>

#include <entmoot/base/guarded.hpp>
#include <entmoot/store/sqlite.hpp>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <random>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace entmoot {

namespace {

// Written into the file. A version that reads files of an older one brings them up to date in open().
constexpr std::int64_t schema_version = 1;

// `discarded`: the last record that is over. Records up to it may still be in `records`, until `garbage` is swept,
// which states for each room before which record; `everything` for rooms that were forgotten.
constexpr const char* schema = R"(
  create table meta (key text primary key, value blob not null) without rowid;
  create table rooms (id integer primary key autoincrement, topic text not null unique,
    discarded integer not null default 0);
  create table records (room integer not null, sequence integer not null, record blob not null,
    primary key (room, sequence)) without rowid;
  create table images (room integer not null, sequence integer not null, image blob not null,
    primary key (room, sequence)) without rowid;
  create table states (room integer primary key, sequence integer not null, state text not null);
  create table garbage (room integer primary key, before integer not null);
)";
constexpr std::int64_t everything = std::numeric_limits<std::int64_t>::max();

// SQLite's limit for a row is 10^9 bytes.
constexpr std::size_t bytes_max = 999'000'000;

// Pages in memory; a transaction that changes more writes the rest into the log before its end.
constexpr int cache_kib = 16 * 1024;
// A log that a long transaction has made longer than this is cut when it begins anew.
constexpr std::int64_t log_kept_bytes = std::int64_t{64} * 1024 * 1024;

constexpr std::size_t probe_bytes = 4096;

enum Sql : std::size_t {
  room_by_topic,
  room_by_id,
  insert_room,
  delete_room,
  insert_record,
  read_records,
  set_discarded,
  add_garbage,
  newest_image,
  put_image_row,
  drop_old_images,
  read_images,
  put_state_row,
  read_state,
  delete_state,
  get_meta,
  put_meta,
  first_garbage,
  garbage_boundary,
  delete_records,
  delete_image_rows,
  delete_garbage,
  rooms_after,
  usage_of_one,
  sql_count
};

#define ENTMOOT_LAST_SEQUENCE "max(discarded, coalesce((select max(sequence) from records where room = rooms.id), 0))"
#define ENTMOOT_USAGE                                                                                       \
  "select id, topic, discarded, " ENTMOOT_LAST_SEQUENCE                                                     \
  ", (select coalesce(sum(length(record)), 0) from records where room = rooms.id and sequence > discarded)" \
  ", (select count(*) from images where room = rooms.id)"                                                   \
  ", (select coalesce(sum(length(image)), 0) from images where room = rooms.id)"                            \
  ", (select coalesce(sum(length(cast(state as blob))), 0) from states where room = rooms.id) from rooms"

/// The text of a statement.
constexpr const char* text_of(Sql which) {
  switch (which) {
    case room_by_topic: return "select id, topic, discarded, " ENTMOOT_LAST_SEQUENCE " from rooms where topic = ?";
    case room_by_id: return "select id, topic, discarded, " ENTMOOT_LAST_SEQUENCE " from rooms where id = ?";
    case insert_room: return "insert into rooms (topic) values (?)";
    case delete_room: return "delete from rooms where id = ?";
    case insert_record: return "insert into records (room, sequence, record) values (?, ?, ?)";
    case read_records: return "select sequence, record from records where room = ? and sequence >= ? order by sequence";
    case set_discarded: return "update rooms set discarded = ?2 where id = ?1";
    case add_garbage:
      return "insert into garbage (room, before) values (?, ?) on conflict (room) do update set before = max(before, "
             "excluded.before)";
    case newest_image: return "select max(sequence) from images where room = ?";
    case put_image_row: return "insert or replace into images (room, sequence, image) values (?, ?, ?)";
    case drop_old_images:
      return "delete from images where room = ?1 and sequence < coalesce((select sequence from images where room = ?1 "
             "order by sequence desc limit 1 offset ?2 - 1), 0)";
    case read_images: return "select sequence, image from images where room = ? order by sequence desc";
    case put_state_row: return "insert or replace into states (room, sequence, state) values (?, ?, ?)";
    case read_state: return "select sequence, state from states where room = ?";
    case delete_state: return "delete from states where room = ?";
    case get_meta: return "select value from meta where key = ?";
    case put_meta: return "insert or replace into meta (key, value) values (?, ?)";
    case first_garbage: return "select room, before from garbage order by room limit 1";
    case garbage_boundary:
      return "select sequence from records where room = ? and sequence < ? order by sequence limit 1 offset ?";
    case delete_records: return "delete from records where room = ? and sequence < ?";
    case delete_image_rows: return "delete from images where room = ?";
    case delete_garbage: return "delete from garbage where room = ?";
    case rooms_after:
      return "select id, topic, discarded, " ENTMOOT_LAST_SEQUENCE " from rooms where id > ? order by id limit ?";
    case usage_of_one: return ENTMOOT_USAGE " where id = ?";
    case sql_count: break;
  }
  return nullptr;
}

#undef ENTMOOT_USAGE
#undef ENTMOOT_LAST_SEQUENCE

std::int64_t number(RoomId id) { return static_cast<std::int64_t>(id); }

Error system_failure(const std::filesystem::path& path, const char* action, int number) {
  return fail(ErrorCode::io, path.string() + ": " + action + ": " + std::generic_category().message(number));
}

/// The entries of the folder are on the disk.
Result<void> sync_directory(const std::filesystem::path& directory) {
  const std::string name = directory.empty() ? "." : directory.string();
  const int file = ::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return system_failure(name, "cannot be opened", errno);
  const int failed = ::fsync(file) == 0 ? 0 : errno;
  ::close(file);
  if (failed != 0) return system_failure(name, "cannot be written to the disk", failed);
  return {};
}

Result<void> make_directory(const std::filesystem::path& directory) {
  if (::mkdir(directory.c_str(), S_IRWXU) == 0) return sync_directory((directory / "..").lexically_normal());
  if (errno != EEXIST) return system_failure(directory, "cannot be created", errno);
  std::error_code ignored;
  if (!std::filesystem::is_directory(directory, ignored)) {
    return fail(ErrorCode::already_exists, directory.string() + " is not a folder");
  }
  return {};
}

/// SQLite gives its log the mode of the database file. A file that exists is not opened here: to close it would drop
/// the locks that this process holds on it (fcntl(2), POSIX).
Result<void> make_file(const std::filesystem::path& path) {
  constexpr mode_t mode = S_IRUSR | S_IWUSR;
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file >= 0) {
    ::close(file);
    return sync_directory(path.parent_path());
  }
  if (errno != EEXIST) return system_failure(path, "cannot be created", errno);
  if (::chmod(path.c_str(), mode) != 0) return system_failure(path, "its mode cannot be set to 0600", errno);
  return {};
}

}  // namespace

struct RoomStore::Parts {
  Parts(Database with, std::filesystem::path at) : database(std::move(with)), path(std::move(at)) {}

  Database database;
  const std::filesystem::path path;
  std::array<std::optional<Statement>, sql_count> statements = {};  // after the database: destroyed before it
  bool garbage = false;
  std::uint64_t openings = 0;
  std::uint64_t identity = 0;

  Result<Statement*> sql(Sql which) {
    auto& statement = statements[which];
    if (!statement) {
      auto prepared = database.prepare(text_of(which));
      if (!prepared) return explained(prepared.error());
      statement.emplace(*std::move(prepared));
    }
    return &*statement;
  }

  /// Runs a statement without rows.
  template <class... Values>
  Result<void> run(Sql which, Values... values) {
    auto statement = sql(which);
    if (!statement) return statement.error();
    [[maybe_unused]] int parameter = 0;
    (bind(**statement, ++parameter, values), ...);
    if (auto done = (*statement)->step(); !done) return explained(done.error());
    return {};
  }
  /// Runs a statement to its first row, which the caller resets.
  template <class... Values>
  Result<Statement*> first_row(Sql which, Values... values) {
    auto statement = sql(which);
    if (!statement) return statement.error();
    [[maybe_unused]] int parameter = 0;
    (bind(**statement, ++parameter, values), ...);
    auto row = (*statement)->step();
    if (!row) return explained(row.error());
    return *row ? *statement : nullptr;
  }
  static void bind(Statement& statement, int parameter, std::int64_t value) { statement.bind(parameter, value); }
  static void bind(Statement& statement, int parameter, RoomId id) { statement.bind(parameter, number(id)); }
  static void bind(Statement& statement, int parameter, std::string_view bytes) {
    statement.bind_blob(parameter, bytes);
  }

  /// Says what the operator can do. For the error of the call that has just failed. Such a reason may reach a client,
  /// so the path is in the detail.
  [[nodiscard]] Error explained(const Error& error) const {
    std::string detail = path.string() + ": " + error.reason + (error.detail.empty() ? "" : " (" + error.detail + ")");
    switch (database.fault()) {
      case DatabaseFault::full:
        return fail(ErrorCode::io, "the disk of the data folder is full: free some space; nothing was changed",
                    std::move(detail));
      case DatabaseFault::device:
        return fail(ErrorCode::io,
                    "the disk of the data folder does not work: look into the system's log; nothing was changed",
                    std::move(detail));
      case DatabaseFault::damaged:
        return fail(ErrorCode::io, "the data folder is damaged: restore a backup", std::move(detail));
      case DatabaseFault::none:
      case DatabaseFault::in_use:
      case DatabaseFault::other: break;
    }
    return fail(error.code, error.reason, std::move(detail));
  }

  Result<void> begin() {
    if (database.in_transaction()) return fail(ErrorCode::invalid, "a transaction is already open");
    if (auto done = database.run("begin immediate"); !done) return explained(done.error());
    return {};
  }
  Result<void> commit() {
    if (!database.in_transaction()) return fail(ErrorCode::invalid, "there is no transaction to commit");
    if (auto done = database.run("commit"); !done) {
      Error error = explained(done.error());
      rollback();
      return error;
    }
    return {};
  }
  void rollback() noexcept {
    if (!database.in_transaction()) return;
    (void)database.run("rollback");  // cannot fail in a way that leaves something: what is not committed is lost
    garbage = true;                  // sweep() finds out
  }

  /// A change of several statements: within the caller's transaction, or as one.
  template <class Change>
  Result<void> together(Change&& change) {
    if (database.in_transaction()) return change();
    if (auto begun = begin(); !begun) return begun.error();
    if (auto done = change(); !done) {
      rollback();
      return done.error();
    }
    return commit();
  }

  Result<StoredRoom> found(Result<Statement*> row) {
    if (!row) return row.error();
    if (!*row) return fail(ErrorCode::not_found, "the store has no such room");
    Statement& columns = **row;
    StoredRoom room = room_in(columns);
    columns.reset();
    return room;
  }
  Result<StoredRoom> room(RoomId id) { return found(first_row(room_by_id, id)); }

  /// An image or a state at `sequence` is of a room that has got there, and the records after it are there.
  Result<void> check_position(RoomId id, std::int64_t sequence, std::size_t bytes) {
    const auto at = room(id);
    if (!at) return at.error();
    if (sequence < 0 || sequence > at->last_sequence) {
      return fail(ErrorCode::invalid, "the room's last record is " + std::to_string(at->last_sequence) + ", not " +
                                          std::to_string(sequence));
    }
    if (sequence + 1 < at->first_sequence) {
      return fail(ErrorCode::invalid, "the records after " + std::to_string(sequence) + " were discarded");
    }
    return check_size(bytes);
  }
  static Result<void> check_size(std::size_t bytes) {
    if (bytes > bytes_max) return fail(ErrorCode::limit, "more than " + std::to_string(bytes_max) + " bytes");
    return {};
  }

  Result<void> look_for_garbage() {
    auto row = first_row(first_garbage);
    if (!row) return row.error();
    garbage = *row != nullptr;
    if (*row) (*row)->reset();
    return {};
  }

  static StoredRoom room_in(const Statement& row) {
    return {.id = RoomId{row.number(0)},
            .topic = row.text(1),
            .first_sequence = row.number(2) + 1,
            .last_sequence = row.number(3)};
  }
  static RoomUsage usage_in(const Statement& row) {
    RoomUsage usage;
    usage.room = room_in(row);
    usage.records = usage.room.last_sequence - row.number(2);
    usage.record_bytes = row.number(4);
    usage.images = row.number(5);
    usage.image_bytes = row.number(6);
    usage.state_bytes = row.number(7);
    return usage;
  }
};

RoomStore::RoomStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
RoomStore::~RoomStore() = default;
RoomStore::RoomStore(RoomStore&&) noexcept = default;
RoomStore& RoomStore::operator=(RoomStore&&) noexcept = default;

Result<RoomStore> RoomStore::open(const std::filesystem::path& directory, RoomStoreOptions options) {
  const std::filesystem::path path = directory / file_name;
  if (options.vfs.empty()) {
    if (auto made = make_directory(directory); !made) return made.error();
    if (auto made = make_file(path); !made) return made.error();
  }
  // Whoever holds the lock holds it for long, so waiting is of no use.
  auto database = Database::open(path.string(), {.exclusive_wal = true, .busy_ms = 0, .vfs = std::move(options.vfs)});
  if (!database) {
    if (database.error().code != ErrorCode::unavailable) return database.error();
    return fail(ErrorCode::unavailable,
                path.string() + " is in use by another process: stop the server that has it open, or ask that server",
                database.error().detail);
  }
  auto parts = std::make_unique<Parts>(*std::move(database), path);
  Database& opened = parts->database;
  // Debian's SQLite overwrites what is deleted, pages that become free too: "fast" does so where it costs no write.
  if (auto set =
          opened.run("pragma secure_delete = fast; pragma temp_store = memory; pragma cache_size = -" +
                     std::to_string(cache_kib) + "; pragma journal_size_limit = " + std::to_string(log_kept_bytes));
      !set) {
    return parts->explained(set.error());
  }
  std::int64_t version = 0;
  {
    auto get = opened.prepare("pragma user_version");
    if (!get) return parts->explained(get.error());
    if (auto row = get->step(); !row) return parts->explained(row.error());
    version = get->number(0);
  }
  if (version > schema_version) {
    return fail(ErrorCode::invalid, path.string() + " was written by a newer version of Entmoot (its format is " +
                                        std::to_string(version) + ", this version knows " +
                                        std::to_string(schema_version) + "): use that version, or restore a backup");
  }
  if (version == 0) {
    if (auto made = opened.run("begin immediate;" + std::string(schema) +
                               "pragma user_version = " + std::to_string(schema_version) + "; commit");
        !made) {
      return parts->explained(made.error());
    }
  }
  if (auto looked = parts->look_for_garbage(); !looked) return looked.error();
  RoomStore store(std::move(parts));
  if (auto counted = store.count_opening(); !counted) return counted.error();
  return store;
}

namespace {
constexpr std::string_view identity_key = "identity";
}  // namespace

/// A disk that is full keeps nobody from opening the store: the next one then counts the same.
Result<void> RoomStore::count_opening() {
  constexpr std::string_view key = "openings";
  const auto before = meta(key);
  if (!before) return before.error();
  const auto read = [](const std::optional<std::string>& text, std::uint64_t& number) {
    if (text) std::from_chars(text->data(), text->data() + text->size(), number);
    return text.has_value();
  };
  (void)read(*before, parts_->openings);
  ++parts_->openings;
  (void)set_meta(key, std::to_string(parts_->openings));
  const auto identity = meta(identity_key);
  if (!identity) return identity.error();
  if (!read(*identity, parts_->identity)) (void)renew_identity();
  return {};
}

Result<void> RoomStore::renew_identity() {
  std::random_device entropy;
  parts_->identity = (std::uint64_t{entropy()} << 32) | entropy();
  return set_meta(identity_key, std::to_string(parts_->identity));
}

std::uint64_t RoomStore::identity() const noexcept { return parts_->identity; }

std::uint64_t RoomStore::openings() const noexcept { return parts_->openings; }

Result<void> RoomStore::begin() { return parts_->begin(); }
Result<void> RoomStore::commit() { return parts_->commit(); }
void RoomStore::rollback() noexcept { parts_->rollback(); }
bool RoomStore::in_transaction() const noexcept { return parts_->database.in_transaction(); }

Result<void> RoomStore::atomically(UniqueFunction<Result<void>(RoomStore&)> change) {
  if (!in_transaction()) {
    return parts_->together([&] { return guarded([&] { return change(*this); }); });
  }
  if (auto done = parts_->database.run("savepoint change"); !done) return parts_->explained(done.error());
  auto done = guarded([&] { return change(*this); });
  if (!in_transaction()) return done;  // a failure has rolled everything back
  if (!done) parts_->garbage = true;   // sweep() finds out
  const auto ended = parts_->database.run(done ? "release change" : "rollback to change; release change");
  if (!ended) return parts_->explained(ended.error());
  return done;
}

Result<StoredRoom> RoomStore::find(std::string_view topic) {
  auto statement = parts_->sql(room_by_topic);
  if (!statement) return statement.error();
  (*statement)->bind(1, topic);  // as a text: a blob is never equal to one
  return parts_->found(parts_->first_row(room_by_topic));
}

Result<StoredRoom> RoomStore::find(RoomId id) { return parts_->room(id); }

Result<StoredRoom> RoomStore::create(std::string_view topic) {
  const auto there = find(topic);
  if (there) return fail(ErrorCode::already_exists, "the store has this room already");
  if (there.error().code != ErrorCode::not_found) return there.error();
  auto statement = parts_->sql(insert_room);
  if (!statement) return statement.error();
  (*statement)->bind(1, topic);
  if (auto done = parts_->run(insert_room); !done) return done.error();
  return StoredRoom{.id = RoomId{parts_->database.last_insert_id()}, .topic = std::string(topic)};
}

Result<void> RoomStore::forget(RoomId id) {
  return parts_->together([&]() -> Result<void> {
    if (const auto there = parts_->room(id); !there) return there.error();
    if (auto done = parts_->run(delete_room, id); !done) return done.error();
    if (auto done = parts_->run(delete_state, id); !done) return done.error();
    if (auto done = parts_->run(add_garbage, id, everything); !done) return done.error();
    parts_->garbage = true;
    return {};
  });
}

Result<std::vector<StoredRoom>> RoomStore::rooms(RoomId after, std::size_t most) {
  std::vector<StoredRoom> rooms;
  auto row = parts_->first_row(rooms_after, after, static_cast<std::int64_t>(most));
  if (!row) return row.error();
  if (!*row) return rooms;
  Statement& columns = **row;
  for (;;) {
    rooms.push_back(Parts::room_in(columns));
    const auto next = columns.step();
    if (!next) return parts_->explained(next.error());
    if (!*next) return rooms;
  }
}

Result<RoomUsage> RoomStore::usage(RoomId id) {
  const auto row = parts_->first_row(usage_of_one, id);
  if (!row) return row.error();
  if (!*row) return fail(ErrorCode::not_found, "the store has no such room");
  RoomUsage usage = Parts::usage_in(**row);
  (*row)->reset();
  return usage;
}

Result<void> RoomStore::append(RoomId id, std::int64_t sequence, std::string_view record) {
  const auto room = parts_->room(id);
  if (!room) return room.error();
  if (sequence != room->last_sequence + 1) {
    return fail(ErrorCode::invalid, "record " + std::to_string(sequence) + " does not follow the room's last one, " +
                                        std::to_string(room->last_sequence));
  }
  if (auto fits = Parts::check_size(record.size()); !fits) return fits.error();
  return parts_->run(insert_record, id, sequence, record);
}

Result<void> RoomStore::read(RoomId id, std::int64_t from,
                             UniqueFunction<bool(std::int64_t sequence, std::string_view record)> visit) {
  const auto room = parts_->room(id);
  if (!room) return room.error();
  if (from < room->first_sequence) {
    return fail(ErrorCode::invalid, "record " + std::to_string(from) + " was discarded; the first one is " +
                                        std::to_string(room->first_sequence));
  }
  auto row = parts_->first_row(read_records, id, from);
  if (!row) return row.error();
  std::int64_t expected = from;
  for (; *row; ++expected) {
    Statement& columns = **row;
    const std::int64_t sequence = columns.number(0);
    if (sequence != expected) {
      columns.reset();
      return fail(ErrorCode::io, "the data folder is damaged: restore a backup",
                  "room " + std::to_string(number(id)) + ": record " + std::to_string(expected) + " is missing");
    }
    const auto more = guarded([&] { return visit(sequence, columns.bytes(1)); });
    if (!more || !*more) {
      columns.reset();
      return more ? Result<void>() : Result<void>(more.error());
    }
    const auto next = columns.step();
    if (!next) return parts_->explained(next.error());
    if (!*next) break;
  }
  return {};
}

Result<void> RoomStore::discard_before(RoomId id, std::int64_t sequence) {
  return parts_->together([&]() -> Result<void> {
    const auto room = parts_->room(id);
    if (!room) return room.error();
    if (sequence > room->last_sequence + 1) {
      return fail(ErrorCode::invalid, "the room's last record is " + std::to_string(room->last_sequence) + ", before " +
                                          std::to_string(sequence));
    }
    if (sequence <= room->first_sequence) return {};
    if (auto done = parts_->run(set_discarded, id, sequence - 1); !done) return done.error();
    if (auto done = parts_->run(add_garbage, id, sequence); !done) return done.error();
    parts_->garbage = true;
    return {};
  });
}

Result<void> RoomStore::put_image(RoomId id, std::int64_t sequence, std::string_view image) {
  if (auto fits = parts_->check_position(id, sequence, image.size()); !fits) return fits.error();
  const auto newest = parts_->first_row(newest_image, id);
  if (!newest) return newest.error();
  const bool late = *newest && !(*newest)->is_null(0) && (*newest)->number(0) > sequence;
  if (*newest) (*newest)->reset();
  if (late) return fail(ErrorCode::invalid, "the store has a newer image than " + std::to_string(sequence));
  return parts_->together([&]() -> Result<void> {
    if (auto done = parts_->run(put_image_row, id, sequence, image); !done) return done.error();
    return parts_->run(drop_old_images, id, std::int64_t{images_max});
  });
}

Result<std::vector<StoredImage>> RoomStore::images(RoomId id) {
  if (const auto room = parts_->room(id); !room) return room.error();
  std::vector<StoredImage> out;
  const auto row = parts_->first_row(read_images, id);
  if (!row) return row.error();
  if (!*row) return out;
  for (;;) {
    out.push_back({.sequence = (*row)->number(0), .bytes = std::string((*row)->bytes(1))});
    const auto next = (*row)->step();
    if (!next) return parts_->explained(next.error());
    if (!*next) return out;
  }
}

Result<void> RoomStore::put_state(RoomId id, std::int64_t sequence, std::string_view state) {
  if (auto fits = parts_->check_position(id, sequence, state.size()); !fits) return fits.error();
  const auto last = parts_->first_row(read_state, id);
  if (!last) return last.error();
  const bool late = *last && (*last)->number(0) > sequence;
  if (*last) (*last)->reset();
  if (late) {
    return fail(ErrorCode::invalid, "the store has a newer state than " + std::to_string(sequence));
  }
  auto statement = parts_->sql(put_state_row);
  if (!statement) return statement.error();
  (*statement)->bind(1, number(id)).bind(2, sequence).bind(3, state);
  return parts_->run(put_state_row);
}

Result<std::optional<StoredImage>> RoomStore::state(RoomId id) {
  if (const auto room = parts_->room(id); !room) return room.error();
  const auto row = parts_->first_row(read_state, id);
  if (!row) return row.error();
  if (!*row) return std::nullopt;
  StoredImage state{.sequence = (*row)->number(0), .bytes = (*row)->text(1)};
  (*row)->reset();
  return state;
}

Result<std::optional<std::string>> RoomStore::meta(std::string_view key) {
  auto statement = parts_->sql(get_meta);
  if (!statement) return statement.error();
  (*statement)->bind(1, key);
  const auto row = parts_->first_row(get_meta);
  if (!row) return row.error();
  if (!*row) return std::nullopt;
  std::string value((*row)->bytes(0));
  (*row)->reset();
  return value;
}

Result<void> RoomStore::set_meta(std::string_view key, std::string_view value) {
  if (auto fits = Parts::check_size(value.size()); !fits) return fits.error();
  auto statement = parts_->sql(put_meta);
  if (!statement) return statement.error();
  (*statement)->bind(1, key).bind_blob(2, value);
  return parts_->run(put_meta);
}

Result<bool> RoomStore::sweep(std::int64_t rows_max) {
  std::int64_t left = rows_max;
  while (left > 0) {
    const auto row = parts_->first_row(first_garbage);
    if (!row) return row.error();
    if (!*row) {
      parts_->garbage = false;
      return false;
    }
    const RoomId id{(*row)->number(0)};
    const std::int64_t before = (*row)->number(1);
    (*row)->reset();
    const auto swept = parts_->together([&]() -> Result<void> {
      // One delete of a range, up to the row that is beyond the budget if there is one.
      const auto boundary = parts_->first_row(garbage_boundary, id, before, left);
      if (!boundary) return boundary.error();
      const bool last = *boundary == nullptr;
      const std::int64_t end = last ? before : (*boundary)->number(0);
      if (*boundary) (*boundary)->reset();
      if (auto done = parts_->run(delete_records, id, end); !done) return done.error();
      left -= parts_->database.changes() + 1;
      if (!last) return {};
      if (before == everything) {
        if (auto done = parts_->run(delete_image_rows, id); !done) return done.error();
      }
      return parts_->run(delete_garbage, id);
    });
    if (!swept) return swept.error();
  }
  return true;
}

bool RoomStore::garbage() const noexcept { return parts_->garbage; }

std::int64_t RoomStore::log_bytes() const noexcept { return parts_->database.wal_bytes(); }

Result<void> RoomStore::checkpoint() {
  if (auto done = parts_->database.checkpoint(); !done) return parts_->explained(done.error());
  return {};
}

Result<void> RoomStore::verify() {
  std::string problems;
  const auto collect = [&](const char* sql) -> Result<void> {
    auto statement = parts_->database.prepare(sql);
    if (!statement) return parts_->explained(statement.error());
    for (;;) {
      const auto row = statement->step();
      if (!row) return parts_->explained(row.error());
      if (!*row) return {};
      if (const std::string text = statement->text(0); text != "ok") problems += (problems.empty() ? "" : "; ") + text;
    }
  };
  constexpr std::array checks = {
      "pragma integrity_check",
      // The records that were not discarded are one run.
      "select 'room ' || id || ': its journal has a gap' from rooms where exists (select 1 from records where room = "
      "id "
      "and sequence > discarded) and (select min(sequence) <> discarded + 1 or max(sequence) - min(sequence) + 1 <> "
      "count(*) from records where room = id and sequence > discarded)",
      "select 'room ' || room || ': records of no room' from (select distinct room from records) where room not in "
      "(select id from rooms) and room not in (select room from garbage)",
      "select 'room ' || room || ': an image of no room' from images where room not in (select id from rooms) and room "
      "not in (select room from garbage)",
      "select 'room ' || room || ': a state of no room' from states where room not in (select id from rooms)",
      "select 'room ' || room || ': an image without its records' from images, rooms where room = id and "
      "images.sequence > max(discarded, coalesce((select max(sequence) from records where room = id), 0))",
  };
  for (const char* check : checks) {
    if (auto done = collect(check); !done) return done.error();
  }
  if (problems.empty()) return {};
  return fail(ErrorCode::io, "the data folder is damaged: restore a backup", parts_->path.string() + ": " + problems);
}

Result<void> RoomStore::probe() { return set_meta("probe", std::string(probe_bytes, '\0')); }

// --- backups

struct RoomStoreBackup::Parts {
  std::filesystem::path partial;
  std::filesystem::path complete;
  std::unique_ptr<DatabaseCopy> copy = {};  // null: it is over
  bool done = false;

  ~Parts() {
    copy.reset();
    if (done) return;
    std::error_code ignored;
    std::filesystem::remove(partial, ignored);
    std::filesystem::remove(partial.string() + "-journal", ignored);
  }
};

RoomStoreBackup::RoomStoreBackup(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
RoomStoreBackup::~RoomStoreBackup() = default;
RoomStoreBackup::RoomStoreBackup(RoomStoreBackup&&) noexcept = default;

Result<RoomStoreBackup> RoomStore::start_backup(const std::filesystem::path& directory) {
  if (auto made = make_directory(directory); !made) return made.error();
  const std::filesystem::path complete = directory / file_name;
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::symlink_status(complete, ignored))) {
    return fail(ErrorCode::already_exists, complete.string() + " already exists: choose another folder, or remove it");
  }
  // Under another name until it is complete, so that half a backup is never mistaken for one.
  auto parts = std::make_unique<RoomStoreBackup::Parts>();
  parts->complete = complete;
  parts->partial = complete.string() + ".partial";
  std::filesystem::remove(parts->partial, ignored);
  if (auto made = make_file(parts->partial); !made) return made.error();
  auto to = Database::open(parts->partial.string());
  if (!to) return to.error();
  auto copy = DatabaseCopy::start(parts_->database, *std::move(to));
  if (!copy) return copy.error();
  parts->copy = std::make_unique<DatabaseCopy>(*std::move(copy));
  return RoomStoreBackup(std::move(parts));
}

Result<bool> RoomStoreBackup::step(int pages) {
  if (parts_->done) return false;
  if (!parts_->copy) return fail(ErrorCode::failed, "the backup has failed already");
  const auto more = parts_->copy->step(pages);
  if (!more) return more.error();
  if (*more) return true;
  parts_->copy.reset();  // closes the file
  // Without replacing a file that appeared meanwhile, which rename(2) would do.
  if (::link(parts_->partial.c_str(), parts_->complete.c_str()) != 0) {
    if (errno == EEXIST) return fail(ErrorCode::already_exists, parts_->complete.string() + " already exists");
    if (::rename(parts_->partial.c_str(), parts_->complete.c_str()) != 0) {
      return system_failure(parts_->complete, "cannot be created", errno);
    }
  } else {
    ::unlink(parts_->partial.c_str());
  }
  parts_->done = true;
  if (auto synced = sync_directory(parts_->complete.parent_path()); !synced) return synced.error();
  return false;
}

Result<void> RoomStore::backup(const std::filesystem::path& directory) {
  auto copy = start_backup(directory);
  if (!copy) return copy.error();
  constexpr int pages = 1024;
  for (;;) {
    const auto more = copy->step(pages);
    if (!more) return more.error();
    if (!*more) return {};
  }
}

}  // namespace entmoot
