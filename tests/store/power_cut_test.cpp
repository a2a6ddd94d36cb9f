// SPDX-License-Identifier: MIT

// Random work on a RoomStore, whose disk loses its power at random moments. ENTMOOT_POWER_CUTS is the number of
// moments, ENTMOOT_SEED repeats one history.

#include "power_cut_vfs.hpp"

#include <entmoot/store/room_store.hpp>
#include <entmoot/store/store_writer.hpp>

#include <doctest/doctest.h>

#include <sqlite3.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace entmoot;

namespace {

using Disk = PowerCutVfs::Disk;

/// What is in a store, or should be.
struct Ledger {
  struct Room {
    RoomId id = {};
    std::int64_t first = 1;
    std::vector<std::string> records = {};
    std::vector<StoredImage> images = {};  // newest first
    std::optional<StoredImage> state = {};

    [[nodiscard]] std::int64_t last() const { return first + static_cast<std::int64_t>(records.size()) - 1; }
    friend bool operator==(const Room&, const Room&) = default;
  };
  std::map<std::string, Room> rooms = {};
  std::string meta = {};

  friend bool operator==(const Ledger&, const Ledger&) = default;
};

Ledger contents_of(RoomStore& store) {
  Ledger ledger;
  for (const StoredRoom& stored : store.rooms(RoomId{0}, 1000).value()) {
    Ledger::Room& room = ledger.rooms[stored.topic];
    room.id = stored.id;
    room.first = stored.first_sequence;
    store
        .read(stored.id, stored.first_sequence,
              [&](std::int64_t, std::string_view record) {
                room.records.emplace_back(record);
                return true;
              })
        .value();
    if (room.last() != stored.last_sequence) throw std::runtime_error("the last record is missing");
    room.images = store.images(stored.id).value();
    room.state = store.state(stored.id).value();
  }
  ledger.meta = store.meta("key").value().value_or("");
  return ledger;
}

/// One history of a store. Collects what goes wrong.
class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed) {
    sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, static_cast<int>(seed % 1'000'000) + 1, nullptr);
    sqlite3_randomness(0, nullptr);  // from now on it follows the seed
    disk_.set_hook([this](PowerCutVfs::Operation, const std::string&) {
      if (cutting_ && random_() % likely == 0) cuts_.push_back(disk_.after_power_cut(random_));
      return SQLITE_OK;
    });
    kept_ = next_ = {};
    reopen();
  }
  ~History() {
    cutting_ = false;  // closing writes too
    store_.reset();
  }
  History(const History&) = delete;
  History& operator=(const History&) = delete;
  PowerCutVfs& disk() { return disk_; }
  [[nodiscard]] std::size_t cuts() const { return checked_; }
  [[nodiscard]] const std::string& problem() const { return problem_; }

  void step() {
    const auto what = random_() % 100;
    if (what < 55) {
      transaction();
    } else if (what < 85) {
      change();
    } else if (what < 91) {
      (void)store_->checkpoint().value();
    } else if (what < 97) {
      (void)store_->sweep(1 + static_cast<std::int64_t>(random_() % 20)).value();
    } else {
      store_.reset();
      reopen();
    }
    check_cuts();
    kept_ = next_;
  }

 private:
  static constexpr std::uint64_t likely = 12;  // a power cut in one of so many operations

  void reopen() { store_.emplace(RoomStore::open("store", {.vfs = disk_.name()}).value()); }

  void transaction() {
    const Ledger before = next_;
    store_->begin().value();
    for (auto changes = 1 + random_() % 12; changes > 0; --changes) change();
    if (random_() % 10 == 0) {
      store_->rollback();
      next_ = before;
    } else {
      store_->commit().value();
    }
  }

  std::string bytes(std::size_t most) {
    std::string out(random_() % most, '\0');
    const auto base = random_();
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = static_cast<char>(base >> (i % 8 * 8)) ^ static_cast<char>(i / 8);
    return out;
  }
  void expect(bool good, const char* rule) {
    if (!good && problem_.empty()) problem_ = rule;
  }

  void change() {
    if (next_.rooms.empty() || (next_.rooms.size() < 5 && random_() % 10 == 0)) {
      const std::string topic = "room:" + std::to_string(random_() % 1000);
      const auto created = store_->create(topic);
      expect(created.has_value() != next_.rooms.contains(topic), "a topic belongs to one room");
      if (created) next_.rooms[topic] = {.id = created->id};
      return;
    }
    auto chosen = next_.rooms.begin();
    std::advance(chosen, random_() % next_.rooms.size());
    Ledger::Room& room = chosen->second;
    const auto what = random_() % 100;
    if (what < 65) {
      std::string record = bytes(random_() % 20 == 0 ? 6000 : 200);
      store_->append(room.id, room.last() + 1, record).value();
      room.records.push_back(std::move(record));
    } else if (what < 70) {
      const std::int64_t wrong = room.last() + (random_() % 2 == 0 ? 2 : 0);
      expect(!store_->append(room.id, wrong, "wrong"), "a record that does not follow is refused");
    } else if (what < 80) {
      const StoredImage image{.sequence = room.last(), .bytes = bytes(20'000)};
      store_->put_image(room.id, image.sequence, image.bytes).value();
      if (!room.images.empty() && room.images.front().sequence == image.sequence)
        room.images.erase(room.images.begin());
      room.images.insert(room.images.begin(), image);
      if (room.images.size() > 2) room.images.pop_back();
    } else if (what < 86) {
      const StoredImage state{.sequence = room.last(), .bytes = std::string(random_() % 300, 's')};
      store_->put_state(room.id, state.sequence, state.bytes).value();
      room.state = state;
    } else if (what < 94) {
      const auto over = static_cast<std::int64_t>(random_() % (room.records.size() + 1));
      store_->discard_before(room.id, room.first + over).value();
      room.records.erase(room.records.begin(), room.records.begin() + over);
      room.first += over;
    } else if (what < 96) {
      store_->forget(room.id).value();
      next_.rooms.erase(chosen);
    } else {
      next_.meta = std::to_string(random_());
      store_->set_meta("key", next_.meta).value();
    }
  }

  /// Opens what the power cuts have left.
  void check_cuts() {
    if (random_() % 4 == 0) cuts_.push_back(disk_.after_power_cut(random_));
    std::vector<Disk> cuts = std::exchange(cuts_, {});
    for (const Disk& cut : cuts) {
      ++checked_;
      lab_.load(cut);
      Ledger found;
      try {
        found = check_cut();
      } catch (const std::exception& error) {
        expect(false, "a store opens and works after a power cut");
        problem_ += std::string(": ") + error.what();
      }
      if (!problem_.empty()) return;
      if (random_() % 16 == 0) {  // the server starts again and goes on with that
        cutting_ = false;
        store_.reset();
        disk_.load(cut);
        cutting_ = true;
        reopen();
        next_ = found;
        return;
      }
    }
  }

  Ledger check_cut() {
    const auto open = [&] { return RoomStore::open("store", {.vfs = lab_.name()}).value(); };
    Ledger found;
    Ledger after;
    Disk left;
    {
      RoomStore store = open();
      if (auto whole = store.verify(); !whole) throw std::runtime_error(whole.error().detail);
      found = contents_of(store);
      expect(found == kept_ || found == next_,
             "what was committed is there, and a transaction as a whole or not at all");
      after = found;
      store.begin().value();
      for (auto& [topic, room] : after.rooms) {
        store.append(room.id, room.last() + 1, "after the power cut").value();
        room.records.emplace_back("after the power cut");
      }
      after.rooms["new"] = {.id = store.create("new").value().id};
      store.commit().value();
      if (checked_ % 4 == 0) {
        while (store.sweep(10).value()) {
        }
        store.checkpoint().value();
      }
      expect(contents_of(store) == after, "a store goes on working after a power cut");
      left = lab_.contents();
    }
    if (checked_ % 4 <= 1) {  // now the process is killed
      lab_.load(left);
      RoomStore store = open();
      expect(contents_of(store) == after, "a store works after a power cut and a crash");
    }
    return found;
  }

  PowerCutVfs::Random random_;
  PowerCutVfs disk_;
  PowerCutVfs lab_;
  std::optional<RoomStore> store_;
  bool cutting_ = true;
  std::vector<Disk> cuts_;
  Ledger kept_;  // acknowledged before the step
  Ledger next_;  // after it
  std::size_t checked_ = 0;
  std::string problem_;
};

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

}  // namespace

TEST_CASE("after a power cut at any moment every committed record is there, in order, and the store goes on") {
  constexpr int steps = 60;
  const auto wanted = number_from("ENTMOOT_POWER_CUTS", 400);
  const char* const one = std::getenv("ENTMOOT_SEED");
  const auto began = std::chrono::steady_clock::now();
  std::uint64_t cuts = 0;
  for (std::uint64_t seed = number_from("ENTMOOT_SEED", std::random_device()()); cuts < wanted; ++seed) {
    CAPTURE(seed);
    History history(seed);
    for (int step = 0; step < steps && history.problem().empty(); ++step) history.step();
    cuts += history.cuts();
    REQUIRE(history.problem() == "");
    if (one) break;
  }
  if (std::getenv("ENTMOOT_POWER_CUTS")) {
    const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    MESSAGE(cuts << " power cuts, " << static_cast<double>(cuts) / seconds << " per second");
  }
}

TEST_CASE("after a power cut every record is there whose room was told so, in order, and no other") {
  const std::uint64_t seed = std::random_device()();
  CAPTURE(seed);
  PowerCutVfs::Random random(seed);
  constexpr std::int64_t records = 150;
  constexpr std::size_t rooms = 3;
  const auto content = [](std::size_t room, std::int64_t sequence) {
    return std::to_string(room) + ":" + std::string(static_cast<std::size_t>(sequence * 7 % 400), 'r');
  };
  struct Cut {
    Disk disk;
    std::array<std::int64_t, rooms> told;
  };
  PowerCutVfs disk;
  std::vector<Cut> cuts;
  std::array<std::int64_t, rooms> told = {};  // hook and callbacks are on the writer's thread
  std::array<RoomId, rooms> ids = {};
  {
    RoomStore store = RoomStore::open("store", {.vfs = disk.name()}).value();
    for (std::size_t room = 0; room < rooms; ++room) ids[room] = store.create(std::to_string(room)).value().id;
    disk.set_hook([&](PowerCutVfs::Operation, const std::string&) {
      if (cuts.size() < 200 && random() % 3 == 0) cuts.push_back({.disk = disk.after_power_cut(random), .told = told});
      return SQLITE_OK;
    });
    StoreWriter writer(std::move(store), {.log_bytes_max = 100'000});
    std::array<std::thread, rooms> threads;
    for (std::size_t room = 0; room < rooms; ++room) {
      threads[room] = std::thread([&, room] {
        for (std::int64_t i = 1; i <= records; ++i) {
          writer.append(ids[room], i, content(room, i), i % 5 == 0 ? Commit::relaxed : Commit::now,
                        [&told, room, i](const Result<void>& result) {
                          if (result) told[room] = i;
                        });
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  CHECK(told == std::array<std::int64_t, rooms>{records, records, records});
  PowerCutVfs lab;
  for (const Cut& cut : cuts) {
    lab.load(cut.disk);
    RoomStore store = RoomStore::open("store", {.vfs = lab.name()}).value();
    REQUIRE(store.verify());
    for (std::size_t room = 0; room < rooms; ++room) {
      const std::int64_t last = store.find(ids[room]).value().last_sequence;
      REQUIRE(last >= cut.told[room]);
      REQUIRE(last <= records);
      bool same = true;
      REQUIRE(store.read(ids[room], 1, [&](std::int64_t sequence, std::string_view record) {
        same = same && record == content(room, sequence);
        return same;
      }));
      REQUIRE(same);
      REQUIRE(store.append(ids[room], last + 1, "after the power cut"));
    }
  }
}

TEST_CASE("a disk that lies about its syncs loses records, and the test of power cuts finds it") {
  std::uint64_t seed = 1;
  std::string problem;
  for (; problem.empty() && seed < 20; ++seed) {
    History history(seed);
    history.disk().lie_about_syncs();
    for (int step = 0; step < 60 && problem.empty(); ++step) {
      history.step();
      problem = history.problem();
    }
  }
  CHECK(problem != "");
}
