// SPDX-License-Identifier: MIT

#include <entmoot/rooms/room_journal.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/base/weak_this.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace entmoot {

namespace {

// Read at a time; a record that is larger is read alone.
constexpr std::size_t part_bytes = std::size_t{256} * 1024;

/// In place of an image: the script was started anew with the next record.
constexpr std::string_view started_anew = "anew";

struct Part {
  std::optional<StoredRoom> room = {};  // none: it is not in the store
  std::int64_t from = 1;                // the first record of `records`
  TurnJournal::Records records = {};
};

Result<Part> read_part(RoomStore& store, const std::string& topic, std::optional<std::int64_t> from) {
  Part part;
  auto room = store.find(topic);
  if (!room) {
    if (room.error().code == ErrorCode::not_found) return part;
    return room.error();
  }
  part.room = *room;
  part.from = from.value_or(room->first_sequence);
  if (!from) {
    const auto images = store.images(room->id);
    if (!images) return images.error();
    if (!images->empty()) part.from = images->front().sequence + 1;
  }
  std::size_t bytes = 0;
  auto read = store.read(room->id, part.from, [&](std::int64_t, std::string_view record) {
    if (!part.records.empty() && bytes + record.size() > part_bytes) return false;
    bytes += record.size();
    part.records.emplace_back(record);
    return true;
  });
  if (!read) return read.error();
  return part;
}

Error unwritable(const Error& why) {
  return fail(ErrorCode::unavailable, fmt::format("the server cannot write to its disk: {}", why.reason));
}

}  // namespace

/// Appends to the room's journal. Shared with the callbacks under way.
class RoomJournal::Writer : public std::enable_shared_from_this<Writer> {
 public:
  using Committed = UniqueFunction<void(Result<void>)>;

  Writer(Shard& shard, StoreWriter& store, std::string topic, Durability durability)
      : shard_(shard),
        store_(store),
        topic_(std::move(topic)),
        mode_(durability == Durability::full ? Commit::now : Commit::relaxed) {}

  [[nodiscard]] Shard& shard() const noexcept { return shard_; }
  [[nodiscard]] StoreWriter& store() const noexcept { return store_; }
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
    if (id_) return store_.append(*id_, sequence, std::move(record), mode_, here(std::move(committed)));
    creating_ = true;
    auto made = std::make_shared<RoomId>();
    const std::size_t bytes = record.size();
    store_.write(
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

  /// The script is started anew after the last record.
  void start_anew(Committed committed) {
    if (!id_) return committed({});  // nothing was recorded of it
    store_.write(
        started_anew.size(), mode_,
        [id = *id_, at = last_](RoomStore& rooms) { return rooms.put_image(id, at, started_anew); },
        here(std::move(committed)));
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
  StoreWriter& store_;
  const std::string topic_;
  const Commit mode_;
  std::optional<RoomId> id_;
  std::int64_t last_ = 0;
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
    writer_->start_anew([self = self_.ref()](const Result<void>& result) {
      if (Handle* const handle = self.get(); handle && !result) handle->failed_ = result.error();
    });
    for (std::string& record : std::exchange(kept_, {})) {
      writer_->append(std::move(record), [self = self_.ref()](const Result<void>& result) {
        if (Handle* const handle = self.get(); handle && !result) handle->failed_ = result.error();
      });
    }
  }

  // TurnJournal
  void read_next(UniqueFunction<void(Result<Records>)> read) override {
    if (role_ != Role::current) return writer_->shard().post([read = std::move(read)]() mutable { read(Records()); });
    auto answer = [self = self_.ref(), read = std::move(read)](Result<Part> part) mutable {
      Handle* const handle = self.get();
      if (!handle) return;
      if (!part) return read(part.error());
      handle->writer_->found(part->room);
      handle->next_ = part->from + static_cast<std::int64_t>(part->records.size());
      read(std::move(part->records));
    };
    auto shared = std::make_shared<decltype(answer)>(std::move(answer));
    const bool queued = writer_->store().run([shared, &shard = writer_->shard(), topic = writer_->topic(),
                                            from = next_](RoomStore& store) {
      shard.post([shared, part = read_part(store, topic, from)]() mutable { (*shared)(std::move(part)); });
    });
    if (queued) return;
    writer_->shard().post([shared] { (*shared)(fail(ErrorCode::overloaded, "the store is overloaded, try again")); });
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

 private:
  const std::shared_ptr<Writer> writer_;
  Role role_;
  std::optional<std::int64_t> next_;  // the next record to read
  std::vector<std::string> kept_;     // of one beside
  std::optional<Error> failed_;       // the adoption
  const std::shared_ptr<Handle*> here_;
  WeakThis<Handle> self_{this};
};

RoomJournal::RoomJournal(Shard& shard, StoreWriter& store, std::string topic, Durability durability)
    : writer_(std::make_shared<Writer>(shard, store, std::move(topic), durability)) {}

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

void RoomJournal::adopt() {
  ENTMOOT_CHECK(beside_ && *beside_, "the actor of the reload runs");
  if (current_ && *current_) (*current_)->cut_off();
  current_ = std::exchange(beside_, nullptr);
  (*current_)->adopt();
}

}  // namespace entmoot
