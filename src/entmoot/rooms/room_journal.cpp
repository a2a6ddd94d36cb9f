// SPDX-License-Identifier: MIT

#include <entmoot/rooms/room_journal.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/base/weak_this.hpp>
#include <entmoot/rooms/room_storage.hpp>
#include <entmoot/runtime/turn_record.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace entmoot {

namespace {

// Read at a time; a record that is larger is read alone.
constexpr std::size_t part_bytes = std::size_t{256} * 1024;

struct Part {
  std::optional<StoredRoom> room = {};  // none: it is not in the store
  std::int64_t from = 1;                // the first record of `records`
  TurnJournal::Records records = {};
};

/// Reads the records from `from` on.
Result<Part> read_part(RoomStore& store, const std::string& topic, std::int64_t from) {
  Part part{.from = from};
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

/// The store's state of a room: after which record its script was started, in decimal; behind a new line, what it has
/// serialized since.
struct StartState {
  std::int64_t start = 0;
  std::optional<JsonText> serialized = {};
};

std::string encode_start(std::int64_t start, std::string_view serialized = {}) {
  return fmt::format("{}\n{}", start, serialized);
}

Result<StartState> read_start(RoomStore& store, RoomId id) {
  const auto state = store.state(id);
  if (!state) return state.error();
  StartState read;
  const std::optional<StoredImage>& kept = *state;
  if (!kept) return read;
  const std::string_view text = kept->bytes;
  const auto line = std::min(text.find('\n'), text.size());
  const auto [end, error] = std::from_chars(text.data(), text.data() + line, read.start);
  if (error != std::errc() || end != text.data() + line || line == text.size()) {
    return fail(ErrorCode::io, "the room's state in the store is damaged");
  }
  if (line + 1 < text.size()) read.serialized = JsonText::trusted(text.substr(line + 1));
  return read;
}

/// What a room has to start from.
struct Start {
  StartState state;
  std::vector<SavedState> saved;
};

Result<Start> read_saved(RoomStore& store, const std::string& topic) {
  Start start;
  const auto room = store.find(topic);
  if (!room) {
    if (room.error().code == ErrorCode::not_found) return start;
    return room.error();
  }
  auto state = read_start(store, room->id);
  if (!state) return state.error();
  start.state = *std::move(state);
  auto images = store.images(room->id);
  if (!images) return images.error();
  for (StoredImage& image : *images) {
    if (image.sequence <= start.state.start) continue;
    start.saved.push_back({static_cast<std::uint64_t>(image.sequence), std::move(image.bytes)});
  }
  start.saved.push_back({static_cast<std::uint64_t>(start.state.start)});
  return start;
}

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

/// Discards the records that exceed `retain`, except those after the older of the saved states, which a recovery needs
/// if the newer one cannot be used.
Result<void> discard(RoomStore& store, RoomId id, const Retention& retain, std::int64_t now_ms) {
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

Error unwritable(const Error& why) {
  return fail(ErrorCode::unavailable, fmt::format("the server cannot write to its disk: {}", why.reason));
}

}  // namespace

/// Appends to the room's journal. Shared with the callbacks under way.
class RoomJournal::Writer : public std::enable_shared_from_this<Writer> {
 public:
  using Committed = UniqueFunction<void(Result<void>)>;

  Writer(Shard& shard, RoomStorage& storage, std::string topic, Durability durability, Retention retain)
      : shard_(shard),
        storage_(storage),
        topic_(std::move(topic)),
        mode_(durability == Durability::full ? Commit::now : Commit::relaxed),
        retain_(retain) {}

  [[nodiscard]] Shard& shard() const noexcept { return shard_; }
  [[nodiscard]] StoreWriter& store() const noexcept { return storage_.store(); }
  [[nodiscard]] const std::string& topic() const noexcept { return topic_; }
  [[nodiscard]] Commit mode() const noexcept { return mode_; }

  /// What the store has.
  void found(const std::optional<StoredRoom>& room) {
    if (room) id_ = room->id;
    last_ = room ? room->last_sequence : 0;
  }

  /// The first record creates the room, in the same transaction; those that follow meanwhile wait for its id.
  void append(std::string record, Committed committed) {
    if (creating_) {
      waiting_.push_back({std::move(record), std::move(committed)});
      return;
    }
    const std::int64_t sequence = ++last_;
    if (id_) return storage_.store().append(*id_, sequence, std::move(record), mode_, here(std::move(committed)));
    creating_ = true;
    auto made = std::make_shared<RoomId>();
    const std::size_t bytes = record.size();
    storage_.store().write(
        bytes, mode_,
        [made, topic = topic_, record = std::move(record)](RoomStore& rooms) -> Result<void> {
          const auto room = rooms.create(topic);
          if (!room) return room.error();
          *made = room->id;
          return rooms.append(room->id, 1, record);
        },
        here([self = shared_from_this(), made, committed = std::move(committed)](const Result<void>& result) mutable {
          self->created(result ? std::optional(*made) : std::nullopt);
          committed(result);
        }));
  }

  /// The script is started anew after the last record, with these records.
  void start_anew(std::vector<std::string> records, Committed committed) {
    ENTMOOT_CHECK(id_.has_value(), "a room that reloads was recorded before");
    std::size_t bytes = 0;
    for (const std::string& record : records) bytes += record.size();
    const std::int64_t start = last_;
    state_ = {.start = start};
    last_ += static_cast<std::int64_t>(records.size());
    storage_.store().write(
        bytes, mode_,
        [id = *id_, start, records = std::move(records)](RoomStore& rooms) -> Result<void> {
          if (auto put = rooms.put_state(id, start, encode_start(start)); !put) return put;
          for (std::int64_t sequence = start; const std::string& record : records) {
            if (auto appended = rooms.append(id, ++sequence, record); !appended) return appended;
          }
          return {};
        },
        here(std::move(committed)));
  }

  [[nodiscard]] const StartState& state() const noexcept { return state_; }
  void started(StartState state) { state_ = std::move(state); }
  void put_serialized(const JsonText& serialized) {
    if (!id_) return;
    state_.serialized = serialized;
    storage_.store().write(
        serialized.view().size(), Commit::relaxed,
        [id = *id_, at = last_, text = encode_start(state_.start, serialized.view())](RoomStore& rooms) {
          return rooms.put_state(id, at, text);
        },
        [](const Result<void>&) {});
  }

  void save(std::size_t bytes, UniqueFunction<std::string()> encode) {
    if (!id_) return;  // its first record is under way
    const std::int64_t now_ms = shard_.clock().wall().now().time_since_epoch().count();
    storage_.encode(bytes,
                    [self = shared_from_this(), id = *id_, at = last_, now_ms, encode = std::move(encode)]() mutable {
                      std::string image = encode();
                      const std::size_t size = image.size();
                      self->storage_.store().write(
                          size, Commit::relaxed,
                          [id, at, image = std::move(image), self, now_ms](RoomStore& rooms) -> Result<void> {
                            if (auto put = rooms.put_image(id, at, image); !put) return put;
                            return discard(rooms, id, self->retain_, now_ms);
                          },
                          [self](const Result<void>& result) {
                            if (result || result.error().code == ErrorCode::overloaded) return;
                            log::debug("room {}: its state was not saved, its turns are: {}", log::quoted(self->topic_),
                                       log::quoted(result.error().reason));
                          });
                    });
  }

 private:
  struct Waiting {
    std::string record;
    Committed committed;
  };

  Committed here(Committed committed) {
    return [&shard = shard_, committed = std::move(committed)](Result<void> result) mutable {
      shard.post([committed = std::move(committed), result = std::move(result)]() mutable { committed(result); });
    };
  }

  void created(std::optional<RoomId> id) {
    id_ = id;
    creating_ = false;
    if (!id) last_ = 0;
    for (Waiting& each : std::exchange(waiting_, {})) append(std::move(each.record), std::move(each.committed));
  }

  Shard& shard_;
  RoomStorage& storage_;
  const std::string topic_;
  const Commit mode_;
  const Retention retain_;
  std::optional<RoomId> id_;
  std::int64_t last_ = 0;
  StartState state_;
  bool creating_ = false;
  std::deque<Waiting> waiting_;
};

class RoomJournal::Handle final : public TurnJournal {
 public:
  enum class Role { current, beside, cut_off };

  Handle(std::shared_ptr<Writer> writer, Role role)
      : writer_(std::move(writer)), role_(role), here_(std::make_shared<Handle*>(this)) {}
  ~Handle() override { *here_ = nullptr; }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  [[nodiscard]] const std::shared_ptr<Handle*>& here() const noexcept { return here_; }
  void cut_off() noexcept {
    role_ = Role::cut_off;
    kept_.clear();
  }
  void adopt() {
    role_ = Role::current;
    writer_->start_anew(std::exchange(kept_, {}), [self = self_.ref()](const Result<void>& result) {
      if (Handle* const handle = self.get(); handle && !result) handle->failed_ = result.error();
    });
  }

  // TurnJournal
  void saved(UniqueFunction<void(Result<std::vector<SavedState>>)> read) override {
    if (role_ != Role::current) return writer_->shard().post([read = std::move(read)]() mutable { read({}); });
    ask<Start>([topic = writer_->topic()](RoomStore& store) { return read_saved(store, topic); },
               [self = self_.ref(), read = std::move(read)](Result<Start> start) mutable {
                 if (!start) return read(start.error());
                 self.get()->writer_->started(std::move(start->state));
                 read(std::move(start->saved));
               });
  }

  void begin_after(std::uint64_t turns) override { next_ = static_cast<std::int64_t>(turns) + 1; }

  void read_next(UniqueFunction<void(Result<Records>)> read) override {
    if (role_ != Role::current) return writer_->shard().post([read = std::move(read)]() mutable { read(Records()); });
    ask<Part>([topic = writer_->topic(), from = next_](RoomStore& store) { return read_part(store, topic, from); },
              [self = self_.ref(), read = std::move(read)](Result<Part> part) mutable {
                if (!part) return read(part.error());
                Handle& handle = *self.get();
                handle.writer_->found(part->room);
                handle.next_ = part->from + static_cast<std::int64_t>(part->records.size());
                read(std::move(part->records));
              });
  }

  void append(std::string record, UniqueFunction<void(Result<void>)> committed) override {
    auto guarded = [self = self_.ref(), committed = std::move(committed)](const Result<void>& result) mutable {
      Handle* const handle = self.get();
      if (!handle) return;
      if (handle->failed_) return committed(unwritable(*handle->failed_));
      committed(result ? result : Result<void>(unwritable(result.error())));
    };
    if (role_ == Role::current) return writer_->append(std::move(record), std::move(guarded));
    if (role_ == Role::beside) kept_.push_back(std::move(record));
    writer_->shard().post([guarded = std::move(guarded)]() mutable { guarded({}); });
  }

  [[nodiscard]] bool holds_back() const noexcept override { return writer_->mode() == Commit::now; }
  [[nodiscard]] std::optional<Error> refuses() const override {
    if (!writer_->store().failing()) return std::nullopt;
    const auto why = writer_->store().reason();
    return why ? std::optional(unwritable(*why)) : std::nullopt;
  }

  void save(std::size_t bytes, UniqueFunction<std::string()> encode) override {
    if (role_ == Role::current) writer_->save(bytes, std::move(encode));
  }

  [[nodiscard]] std::uint32_t slot() const noexcept override {
    return static_cast<std::uint32_t>(std::hash<std::string>()(writer_->topic()));
  }

 private:
  /// Runs `job` on the store's thread, and passes its result to `then`, if this object still exists.
  template <class T, class Job>
  void ask(Job job, UniqueFunction<void(Result<T>)> then) {
    auto answer = [self = self_.ref(), then = std::move(then)](Result<T> result) mutable {
      if (self.get()) then(std::move(result));
    };
    auto shared = std::make_shared<decltype(answer)>(std::move(answer));
    Shard& shard = writer_->shard();
    const bool queued = writer_->store().run([shared, &shard, job = std::move(job)](RoomStore& store) mutable {
      shard.post([shared, result = job(store)]() mutable { (*shared)(std::move(result)); });
    });
    if (queued) return;
    shard.post([shared] { (*shared)(fail(ErrorCode::overloaded, "the store is overloaded, try again")); });
  }

  const std::shared_ptr<Writer> writer_;
  Role role_;
  std::int64_t next_ = 1;          // the next record to read
  std::vector<std::string> kept_;  // of one beside
  std::optional<Error> failed_;    // the adoption
  const std::shared_ptr<Handle*> here_;
  WeakThis<Handle> self_{this};
};

RoomJournal::RoomJournal(Shard& shard, RoomStorage& storage, std::string topic, Durability durability, Retention retain)
    : writer_(std::make_shared<Writer>(shard, storage, std::move(topic), durability, retain)) {}

RoomJournal::~RoomJournal() = default;

std::unique_ptr<TurnJournal> RoomJournal::open() {
  if (current_ && *current_) (*current_)->cut_off();
  auto handle = std::make_unique<Handle>(writer_, Handle::Role::current);
  current_ = handle->here();
  return handle;
}

std::unique_ptr<TurnJournal> RoomJournal::open_beside() {
  if (beside_ && *beside_) (*beside_)->cut_off();
  auto handle = std::make_unique<Handle>(writer_, Handle::Role::beside);
  beside_ = handle->here();
  return handle;
}

void RoomJournal::put_serialized(const JsonText& state) { writer_->put_serialized(state); }

const std::optional<JsonText>& RoomJournal::serialized() const noexcept { return writer_->state().serialized; }

void RoomJournal::adopt() {
  ENTMOOT_CHECK(beside_ && *beside_, "the actor of the reload runs");
  if (current_ && *current_) (*current_)->cut_off();
  current_ = std::exchange(beside_, nullptr);
  (*current_)->adopt();
}

}  // namespace entmoot
