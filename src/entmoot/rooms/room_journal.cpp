// SPDX-License-Identifier: MIT

#include <entmoot/rooms/room_journal.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/base/weak_this.hpp>
#include <entmoot/rooms/recent_broadcasts.hpp>
#include <entmoot/rooms/room_context.hpp>
#include <entmoot/rooms/room_limits.hpp>
#include <entmoot/rooms/room_records.hpp>
#include <entmoot/rooms/room_storage.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace entmoot {

namespace {

Error unwritable(const Error& why) {
  return fail(ErrorCode::unavailable, fmt::format("the server cannot write to its disk: {}", why.reason));
}

}  // namespace

/// Appends to the room's journal. Shared with the callbacks under way.
class RoomJournal::Writer : public std::enable_shared_from_this<Writer> {
 public:
  using Committed = UniqueFunction<void(Result<void>)>;

  Writer(const RoomContext& context, std::string topic, const RoomLimits& limits)
      : shard_(context.shard),
        storage_(*context.storage),
        topic_(std::move(topic)),
        mode_(limits.durability == Durability::full ? Commit::now : Commit::relaxed),
        retain_(limits.retain) {}

  [[nodiscard]] Shard& shard() const noexcept { return shard_; }
  [[nodiscard]] StoreWriter& store() const noexcept { return storage_.store(); }
  [[nodiscard]] const std::string& topic() const noexcept { return topic_; }
  [[nodiscard]] Commit mode() const noexcept { return mode_; }

  /// Names the history to which the offsets of broadcasts belong. nullopt: the room's first record is under way.
  [[nodiscard]] std::optional<std::string> epoch() const {
    if (!id_) return std::nullopt;
    const std::uint64_t store = storage_.store().identity();
    // The last records of a relaxed room may be lost in a crash, and their offsets would be given again.
    const std::uint64_t process = mode_ == Commit::now ? 0 : storage_.store().openings();
    return fmt::format("{:x}.{:x}.{:x}.{:x}", store, static_cast<std::uint64_t>(*id_), start_.epoch, process);
  }

  /// What the store has.
  void found(const std::optional<StoredRoom>& room) {
    id_ = room ? std::optional(room->id) : std::nullopt;
    last_ = room ? room->last_sequence : 0;
  }

  /// The first record creates the room, in the same transaction; those that follow meanwhile wait for its id.
  void append(std::string record, Committed committed) {
    if (creating_) {
      waiting_.emplace_back([this, record = std::move(record), committed = std::move(committed)]() mutable {
        append(std::move(record), std::move(committed));
      });
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

  /// The script is started anew after the last record, with these records. `offset` is that of the last broadcast
  /// before.
  void start_anew(std::uint64_t offset, Offsets offsets, std::vector<std::string> records, Committed committed) {
    if (!id_) {
      if (!creating_) return committed(fail(ErrorCode::io, "the room's first inputs were not written"));
      waiting_.emplace_back(
          [this, offset, offsets, records = std::move(records), committed = std::move(committed)]() mutable {
            start_anew(offset, offsets, std::move(records), std::move(committed));
          });
      return;
    }
    std::size_t bytes = 0;
    for (const std::string& record : records) bytes += record.size();
    const std::int64_t start = last_;
    start_ = {.after = start,
              .offset = offset,
              .epoch = offsets == Offsets::go_on ? start_.epoch : static_cast<std::uint64_t>(start)};
    last_ += static_cast<std::int64_t>(records.size());
    storage_.store().write(
        bytes, mode_,
        [id = *id_, start, text = encode_start(start_),
         records = std::move(records)](RoomStore& rooms) -> Result<void> {
          if (auto put = rooms.put_state(id, start, text); !put) return put;
          for (std::int64_t sequence = start; const std::string& record : records) {
            if (auto appended = rooms.append(id, ++sequence, record); !appended) return appended;
          }
          return {};
        },
        here(std::move(committed)));
  }

  [[nodiscard]] const RoomStart& start() const noexcept { return start_; }
  void started(RoomStart start) { start_ = std::move(start); }
  void put_serialized(const JsonText& serialized) {
    if (!id_) return;
    start_.serialized = serialized;
    storage_.store().write(
        serialized.view().size(), Commit::relaxed,
        [id = *id_, at = last_, text = encode_start(start_)](RoomStore& rooms) {
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
                            return discard_records(rooms, id, self->retain_, now_ms);
                          },
                          [self](const Result<void>& result) {
                            if (result || result.error().code == ErrorCode::overloaded) return;
                            log::debug("room {}: its state was not saved, its turns are: {}", log::quoted(self->topic_),
                                       log::quoted(result.error().reason));
                          });
                    });
  }

 private:
  Committed here(Committed committed) {
    return [&shard = shard_, committed = std::move(committed)](Result<void> result) mutable {
      shard.post([committed = std::move(committed), result = std::move(result)]() mutable { committed(result); });
    };
  }

  void created(std::optional<RoomId> id) {
    id_ = id;
    creating_ = false;
    if (!id) last_ = 0;
    for (auto& each : std::exchange(waiting_, {})) each();
  }

  Shard& shard_;
  RoomStorage& storage_;
  const std::string topic_;
  const Commit mode_;
  const Retention retain_;
  std::optional<RoomId> id_;
  std::int64_t last_ = 0;
  RoomStart start_;
  bool creating_ = false;
  std::deque<UniqueFunction<void()>> waiting_;  // for the id
};

class RoomJournal::Handle final : public TurnJournal {
 public:
  enum class Role { current, beside, cut_off };

  Handle(std::shared_ptr<Writer> writer, Role role, std::shared_ptr<RecentBroadcasts> broadcasts)
      : writer_(std::move(writer)),
        role_(role),
        broadcasts_(std::move(broadcasts)),
        broadcasts_before_(broadcasts_->last()),
        here_(std::make_shared<Handle*>(this)) {}
  ~Handle() override { *here_ = nullptr; }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  [[nodiscard]] const std::shared_ptr<Handle*>& here() const noexcept { return here_; }
  /// The offset of the last broadcast before its own.
  [[nodiscard]] std::uint64_t broadcasts_before() const noexcept { return broadcasts_before_; }
  void cut_off() noexcept {
    role_ = Role::cut_off;
    broadcasts_->sent().stopped = true;
    kept_.clear();
  }
  void adopt(Offsets offsets) {
    role_ = Role::current;
    writer_->start_anew(broadcasts_before_, offsets, std::exchange(kept_, {}),
                        [self = self_.ref()](const Result<void>& result) {
                          if (Handle* const handle = self.get(); handle && !result) handle->failed_ = result.error();
                        });
  }

  // TurnJournal
  void saved(UniqueFunction<void(Result<std::vector<SavedState>>)> read) override {
    if (role_ != Role::current) return writer_->shard().post([read = std::move(read)]() mutable { read({}); });
    ask<RoomBeginnings>([topic = writer_->topic()](RoomStore& store) { return read_beginnings(store, topic); },
                        [self = self_.ref(), read = std::move(read)](Result<RoomBeginnings> found) mutable {
                          if (!found) return read(found.error());
                          self.get()->writer_->started(std::move(found->start));
                          read(std::move(found->saved));
                        });
  }

  void begin_after(std::uint64_t turns) override { next_ = static_cast<std::int64_t>(turns) + 1; }

  void read_next(UniqueFunction<void(Result<Records>)> read) override {
    if (role_ != Role::current) return writer_->shard().post([read = std::move(read)]() mutable { read(Records()); });
    ask<RecordsPart>(
        [topic = writer_->topic(), from = next_](RoomStore& store) { return read_records(store, topic, from); },
        [self = self_.ref(), read = std::move(read)](Result<RecordsPart> part) mutable {
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
    if (writer_->store().crowded()) return fail(ErrorCode::overloaded, "overloaded: the disk is slow");
    if (!writer_->store().failing()) return std::nullopt;
    const auto why = writer_->store().reason();
    return why ? std::optional(unwritable(*why)) : std::nullopt;
  }

  void save(std::size_t bytes, UniqueFunction<std::string()> encode) override {
    if (role_ == Role::current) writer_->save(bytes, std::move(encode));
  }

  [[nodiscard]] TurnObserver* observer() noexcept override { return broadcasts_.get(); }
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
  const std::shared_ptr<RecentBroadcasts> broadcasts_;
  const std::uint64_t broadcasts_before_;
  std::int64_t next_ = 1;          // the next record to read
  std::vector<std::string> kept_;  // of one beside
  std::optional<Error> failed_;    // the adoption
  const std::shared_ptr<Handle*> here_;
  WeakThis<Handle> self_{this};
};

RoomJournal::RoomJournal(const RoomContext& context, std::string topic, const RoomLimits& limits,
                         std::shared_ptr<MemoryAccount> account)
    : account_(std::move(account)),
      writer_(std::make_shared<Writer>(context, std::move(topic), limits)),
      broadcasts_(std::make_shared<RecentBroadcasts>(writer_->topic(), account_)) {}

RoomJournal::~RoomJournal() = default;

RoomJournal::Opened RoomJournal::open(const RoomRoutes& routes) {
  if (current_ && *current_) (*current_)->cut_off();
  broadcasts_ = new_broadcasts(routes);
  auto handle = std::make_unique<Handle>(writer_, Handle::Role::current, broadcasts_);
  current_ = handle->here();
  return {std::move(handle), *broadcasts_};
}

RoomJournal::Opened RoomJournal::open_beside(const RoomRoutes& routes) {
  give_up_beside();
  const auto broadcasts = new_broadcasts(routes);
  broadcasts->resume(RecentBroadcasts::state_after(broadcasts_->last()));
  broadcasts->all_sent();
  auto handle = std::make_unique<Handle>(writer_, Handle::Role::beside, broadcasts);
  beside_ = handle->here();
  beside_broadcasts_ = broadcasts;
  return {std::move(handle), *broadcasts};
}

std::shared_ptr<RecentBroadcasts> RoomJournal::new_broadcasts(const RoomRoutes& routes) const {
  auto broadcasts = std::make_shared<RecentBroadcasts>(writer_->topic(), account_);
  broadcasts->use(routes);
  return broadcasts;
}

void RoomJournal::put_serialized(const JsonText& state) { writer_->put_serialized(state); }

const std::optional<JsonText>& RoomJournal::serialized() const noexcept { return writer_->start().serialized; }

void RoomJournal::adopt(Offsets offsets) {
  ENTMOOT_CHECK(beside_ && *beside_, "the actor of the reload runs");
  if (current_ && *current_) (*current_)->cut_off();
  current_ = std::exchange(beside_, nullptr);
  const auto before = std::exchange(broadcasts_, std::exchange(beside_broadcasts_, nullptr));
  if (before->last() != (*current_)->broadcasts_before()) offsets = Offsets::begin;
  if (offsets == Offsets::go_on) broadcasts_->follow(std::move(*before));
  (*current_)->adopt(offsets);
}

void RoomJournal::give_up_beside() {
  const auto given_up = std::exchange(beside_, nullptr);
  const auto broadcasts = std::exchange(beside_broadcasts_, nullptr);
  if (broadcasts && broadcasts->has_any()) has_epoch_ = false;
  if (given_up && *given_up) (*given_up)->cut_off();
}

std::optional<std::string> RoomJournal::epoch() const { return has_epoch_ ? writer_->epoch() : std::nullopt; }

}  // namespace entmoot
