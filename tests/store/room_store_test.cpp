// SPDX-License-Identifier: MIT

#include "power_cut_vfs.hpp"
#include "temporary_folder.hpp"

#include <entmoot/store/room_store.hpp>
#include <entmoot/store/sqlite.hpp>

#include <doctest/doctest.h>

#include <sqlite3.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace entmoot;

namespace {

struct StoreFixture {
  PowerCutVfs disk;
  RoomStore store = open();
  RoomStore open() { return RoomStore::open("store", {.vfs = disk.name()}).value(); }
  void reopen() {
    { const RoomStore closed = std::move(store); }
    store = open();
  }
  RoomId room(const std::string& topic, int records = 0) {
    const RoomId id = store.create(topic).value().id;
    for (int i = 1; i <= records; ++i) store.append(id, i, "record " + std::to_string(i)).value();
    return id;
  }
  std::vector<std::string> journal(RoomId id, std::int64_t from) {
    std::vector<std::string> out;
    store
        .read(id, from,
              [&](std::int64_t sequence, std::string_view record) {
                out.push_back(std::to_string(sequence) + " " + std::string(record));
                return true;
              })
        .value();
    return out;
  }
};

mode_t mode_of(const std::filesystem::path& path) {
  struct stat found = {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  return found.st_mode & 07777;
}

using Journal = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(StoreFixture, "records are read back in order, byte for byte, also after the store was closed") {
  const std::string odd("nul\0 and \xff", 10);
  const RoomId id = room("chat:a", 2);
  const RoomId other = room("chat:b", 1);
  REQUIRE(store.append(id, 3, odd));
  CHECK(store.append(id, 4, ""));
  for (int opened = 0; opened < 2; ++opened) {
    CHECK(journal(id, 1) == Journal{"1 record 1", "2 record 2", "3 " + odd, "4 "});
    CHECK(journal(id, 4) == Journal{"4 "});
    CHECK(journal(id, 5).empty());
    CHECK(journal(other, 1) == Journal{"1 record 1"});
    CHECK(store.find("chat:a").value() ==
          StoredRoom{.id = id, .topic = "chat:a", .first_sequence = 1, .last_sequence = 4});
    reopen();
  }
}

TEST_CASE_FIXTURE(StoreFixture,
                  "a reader that has enough stops, and one that throws is an error; both leave the store usable") {
  const RoomId id = room("chat:a", 3);
  int seen = 0;
  CHECK(store.read(id, 1, [&](std::int64_t, std::string_view) { return ++seen < 2; }));
  CHECK(seen == 2);
  CHECK(store.read(id, 1, [&](std::int64_t, std::string_view) -> bool { throw 5; }).error().code ==
        ErrorCode::exception);
  CHECK(store.append(id, 4, "x"));
  CHECK(store.checkpoint());
}

TEST_CASE_FIXTURE(StoreFixture, "a record that would leave a gap or repeats a number is refused, and nothing changes") {
  const RoomId id = room("chat:a", 2);
  for (const std::int64_t wrong : {-1, 0, 1, 2, 4}) {
    CAPTURE(wrong);
    CHECK(store.append(id, wrong, "x").error().code == ErrorCode::invalid);
  }
  CHECK(store.append(RoomId{77}, 1, "x").error().code == ErrorCode::not_found);
  CHECK(store.append(id, 3, "x"));
}

TEST_CASE_FIXTURE(StoreFixture, "what is rolled back is gone, and its numbers are free again") {
  const RoomId id = room("chat:a", 1);
  REQUIRE(store.begin());
  CHECK(store.begin().error().code == ErrorCode::invalid);
  REQUIRE(store.append(id, 2, "lost"));
  const RoomId lost = store.create("chat:lost").value().id;
  store.rollback();
  CHECK(store.commit().error().code == ErrorCode::invalid);
  CHECK(store.append(lost, 1, "x").error().code == ErrorCode::not_found);
  CHECK(store.append(id, 2, "kept"));
  CHECK(journal(id, 2) == Journal{"2 kept"});
}

TEST_CASE_FIXTURE(StoreFixture, "a change that fails half-way within a transaction is undone alone") {
  const RoomId id = room("chat:a");
  REQUIRE(store.begin());
  REQUIRE(store.append(id, 1, "before"));
  const auto failed = store.atomically([&](RoomStore& same) -> Result<void> {
    same.append(id, 2, "half").value();
    return same.append(id, 9, "gap");
  });
  CHECK(failed.error().code == ErrorCode::invalid);
  CHECK(store.atomically([](RoomStore&) -> Result<void> { throw 5; }).error().code == ErrorCode::exception);
  REQUIRE(store.append(id, 2, "after"));
  REQUIRE(store.commit());
  CHECK(journal(id, 1) == Journal{"1 before", "2 after"});
}

TEST_CASE_FIXTURE(StoreFixture, "a topic belongs to one room, and an id is never used again") {
  const RoomId first = room("chat:a", 2);
  CHECK(store.create("chat:a").error().code == ErrorCode::already_exists);
  CHECK(store.find("chat:b").error().code == ErrorCode::not_found);
  REQUIRE(store.put_image(first, 2, "image"));
  REQUIRE(store.put_state(first, 2, "{}"));
  REQUIRE(store.forget(first));
  CHECK(store.find("chat:a").error().code == ErrorCode::not_found);
  CHECK(store.append(first, 3, "x").error().code == ErrorCode::not_found);
  CHECK(store.images(first).error().code == ErrorCode::not_found);
  CHECK(store.state(first).error().code == ErrorCode::not_found);
  while (store.sweep(1).value()) {
  }
  CHECK_FALSE(store.garbage());
  const RoomId second = room("chat:a");
  CHECK(second != first);
  CHECK(store.find(second)->last_sequence == 0);
  CHECK(store.images(second)->empty());
  CHECK(store.verify());
}

TEST_CASE_FIXTURE(StoreFixture, "discarded records cannot be read, are deleted within a budget, and numbers go on") {
  const RoomId id = room("chat:a", 10);
  CHECK(store.discard_before(id, 12).error().code == ErrorCode::invalid);
  REQUIRE(store.discard_before(id, 4));
  REQUIRE(store.discard_before(id, 2));  // they already are
  CHECK(store.read(id, 3, [](std::int64_t, std::string_view) { return true; }).error().code == ErrorCode::invalid);
  CHECK(journal(id, 4).size() == 7);
  CHECK(store.garbage());
  CHECK(store.sweep(2).value());
  CHECK(store.verify());
  while (store.sweep(2).value()) {
  }
  REQUIRE(store.discard_before(id, 11));
  CHECK_FALSE(store.sweep(100).value());
  CHECK(store.find(id).value() == StoredRoom{.id = id, .topic = "chat:a", .first_sequence = 11, .last_sequence = 10});
  CHECK(store.append(id, 1, "x").error().code == ErrorCode::invalid);
  CHECK(store.append(id, 11, "x"));
}

TEST_CASE_FIXTURE(StoreFixture, "the newest two images are kept, newest first") {
  const RoomId id = room("chat:a", 5);
  CHECK(store.images(id)->empty());
  for (const std::int64_t at : {0, 2, 4}) REQUIRE(store.put_image(id, at, "at " + std::to_string(at)));
  CHECK(store.images(id).value() == std::vector<StoredImage>{{4, "at 4"}, {2, "at 2"}});
  REQUIRE(store.put_image(id, 4, "again"));
  CHECK(store.images(id).value() == std::vector<StoredImage>{{4, "again"}, {2, "at 2"}});
  CHECK(store.put_image(id, 3, "old").error().code == ErrorCode::invalid);
  CHECK(store.put_image(id, 6, "of no record").error().code == ErrorCode::invalid);
  REQUIRE(store.discard_before(id, 6));
  CHECK(store.put_image(id, 4, "its tail is over").error().code == ErrorCode::invalid);
}

TEST_CASE_FIXTURE(StoreFixture, "the last serialized state replaces the one before, and never a newer one") {
  const RoomId id = room("chat:a", 3);
  CHECK(store.state(id).value() == std::nullopt);
  REQUIRE(store.put_state(id, 1, "1"));
  REQUIRE(store.put_state(id, 3, R"("ü")"));
  CHECK(store.put_state(id, 2, "2").error().code == ErrorCode::invalid);
  CHECK(store.put_state(id, 4, "4").error().code == ErrorCode::invalid);
  CHECK(store.state(id).value() == StoredImage{3, R"("ü")"});
}

TEST_CASE_FIXTURE(StoreFixture, "what each room occupies can be seen") {
  const RoomId id = room("chat:a", 3);
  room("chat:b");
  REQUIRE(store.put_image(id, 3, std::string(1000, 'i')));
  REQUIRE(store.put_state(id, 3, "\"ü\""));
  REQUIRE(store.discard_before(id, 2));
  const RoomUsage usage = store.usage(id).value();
  CHECK(usage.room == store.find(id).value());
  CHECK(usage.records == 2);
  CHECK(usage.record_bytes == 16);
  CHECK(usage.images == 1);
  CHECK(usage.image_bytes == 1000);
  CHECK(usage.state_bytes == 4);
  CHECK(store.usage(store.find("chat:b")->id)->records == 0);
  CHECK(store.usage(RoomId{99}).error().code == ErrorCode::not_found);
}

TEST_CASE_FIXTURE(StoreFixture, "rooms are listed in the order of their creation, some at a time") {
  const RoomId a = room("chat:a", 3);
  const RoomId b = room("chat:b");
  const RoomId c = room("chat:0");
  REQUIRE(store.forget(b));
  const auto all = store.rooms(RoomId{0}, 10).value();
  REQUIRE(all.size() == 2);
  CHECK(all[0] == store.find(a).value());
  CHECK(all[1].id == c);
  CHECK(store.rooms(RoomId{0}, 1).value().size() == 1);
  CHECK(store.rooms(a, 10).value().front().id == c);
  CHECK(store.rooms(c, 10).value().empty());
}

TEST_CASE_FIXTURE(StoreFixture, "a store has an identity of its own, which its copies share until it is renewed") {
  const std::uint64_t own = store.identity();
  CHECK(own != 0);
  REQUIRE(store.renew_identity());
  CHECK(store.identity() != own);
}

TEST_CASE_FIXTURE(StoreFixture, "meta data is bytes under a name") {
  const std::string key("\0\xff key", 6);
  CHECK(store.meta("hash key").value() == std::nullopt);
  REQUIRE(store.set_meta("hash key", "old"));
  REQUIRE(store.set_meta("hash key", key));
  CHECK(store.meta("hash key").value() == key);
}

TEST_CASE_FIXTURE(StoreFixture,
                  "a commit waits for the disk once, and only a log that begins anew costs a second time") {
  const RoomId id = room("chat:a", 1);
  for (int i = 2; i < 10; ++i) {
    const auto before = disk.syncs();
    REQUIRE(store.append(id, i, "x"));
    CHECK(disk.syncs() == before + 1);
  }
  CHECK(store.log_bytes() > 0);
  REQUIRE(store.checkpoint());
  CHECK(store.log_bytes() == 0);
  const auto before = disk.syncs();
  REQUIRE(store.append(id, 10, "x"));
  CHECK(disk.syncs() == before + 2);
  CHECK(store.log_bytes() > 0);
}

TEST_CASE_FIXTURE(StoreFixture, "a full disk and a broken disk are errors that say what to do, and change nothing") {
  const RoomId id = room("chat:a", 1);
  int code = SQLITE_OK;
  disk.set_hook([&](PowerCutVfs::Operation operation, const std::string&) {
    return operation == PowerCutVfs::Operation::write ? code : SQLITE_OK;
  });
  for (const auto& [with, words] : {std::pair{SQLITE_FULL, "is full: free some space; nothing was changed"},
                                    std::pair{SQLITE_IOERR_WRITE, "does not work: look into the system's log"}}) {
    code = with;
    REQUIRE(store.begin());
    REQUIRE(store.append(id, 2, "lost"));
    const auto failed = store.commit();
    CHECK(failed.error().code == ErrorCode::io);
    CHECK(failed.error().reason.find(words) != std::string::npos);
    CHECK(failed.error().reason.find("store/") == std::string::npos);  // it may travel to a client
    CHECK(failed.error().detail.find("store/rooms.sqlite") != std::string::npos);
    CHECK_FALSE(store.in_transaction());
    code = SQLITE_OK;
    CHECK(store.find(id)->last_sequence == 1);
  }
  CHECK(store.append(id, 2, "kept"));
  CHECK(store.verify());
}

TEST_CASE("the folder has mode 0700 and its files 0600, whatever the umask is, also if the file was more open") {
  const TemporaryFolder folder;
  const auto before = ::umask(0);
  const auto path = folder.path / "data";
  for (int opened = 0; opened < 2; ++opened) {
    auto store = RoomStore::open(path);
    REQUIRE(store.has_value());
    REQUIRE(store->set_meta("a", "b"));
    CHECK(mode_of(path) == 0700);
    CHECK(mode_of(path / "rooms.sqlite") == 0600);
    CHECK(mode_of(path / "rooms.sqlite-wal") == 0600);
    CHECK_FALSE(std::filesystem::exists(path / "rooms.sqlite-shm"));
    std::filesystem::permissions(path / "rooms.sqlite", std::filesystem::perms(0644));
  }
  ::umask(before);
}

TEST_CASE("a store that is open is refused to a second connection, which is told which file it is and what to do") {
  const TemporaryFolder folder;
  auto store = RoomStore::open(folder.path / "data");
  REQUIRE(store.has_value());
  for (int i = 0; i < 2; ++i) {  // the first refusal must not cost the lock
    const auto second = RoomStore::open(folder.path / "data");
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().code == ErrorCode::unavailable);
    CHECK(second.error().reason.find((folder.path / "data" / "rooms.sqlite").string() + " is in use") == 0);
    CHECK(second.error().reason.find("stop the server") != std::string::npos);
  }
  CHECK(store->set_meta("a", "b"));
}

// What the test below runs as a process of its own.
TEST_CASE("opens the store that ENTMOOT_STORE_TO_OPEN names") {
  const char* const path = std::getenv("ENTMOOT_STORE_TO_OPEN");
  if (!path) return;
  const auto store = RoomStore::open(path);
  std::_Exit(store ? 10 : store.error().code == ErrorCode::unavailable ? 11 : 12);
}

TEST_CASE("a store that is open is refused to another process, and is free when it was closed") {
  const TemporaryFolder folder;
  const std::string path = folder.path / "data";
  const std::string program = std::filesystem::read_symlink("/proc/self/exe");
  const auto other_process = [&] {
    const std::string command =
        "ENTMOOT_STORE_TO_OPEN='" + path + "' '" + program + "' -tc='opens the store that*' >/dev/null 2>&1";
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  {
    auto store = RoomStore::open(path);
    REQUIRE(store.has_value());
    CHECK(other_process() == 11);
    REQUIRE(store->create("chat:a").has_value());
    CHECK(other_process() == 11);
  }
  CHECK(other_process() == 10);
}

TEST_CASE("a store of a newer version is refused and stays as it is") {
  const TemporaryFolder folder;
  const auto file = (folder.path / "rooms.sqlite").string();
  {
    auto newer = Database::open(file);
    REQUIRE(newer.has_value());
    REQUIRE(newer->run("create table things (a); pragma user_version = 1000"));
  }
  const auto refused = RoomStore::open(folder.path);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::invalid);
  CHECK(refused.error().reason.find("was written by a newer version of Entmoot") != std::string::npos);
  auto newer = Database::open(file);
  REQUIRE(newer.has_value());
  CHECK(newer->run("insert into things values (1)"));
}

TEST_CASE("a file that is no store is refused") {
  const TemporaryFolder folder;
  folder.write("rooms.sqlite", std::string(5000, 'x'));
  CHECK_FALSE(RoomStore::open(folder.path).has_value());
  folder.write("file", "");
  CHECK_FALSE(RoomStore::open(folder.path / "file").has_value());
  CHECK_FALSE(RoomStore::open(folder.path / "no" / "parent").has_value());
}

TEST_CASE("a backup opens and has the same rooms, with what was written while it was made; it replaces nothing") {
  const TemporaryFolder folder;
  auto store = RoomStore::open(folder.path / "data");
  REQUIRE(store.has_value());
  const RoomId id = store->create("chat:a")->id;
  for (int i = 1; i <= 200; ++i) store->append(id, i, std::string(500, 'r')).value();
  REQUIRE(store->put_image(id, 200, std::string(100'000, 'i')));
  {
    auto copy = store->start_backup(folder.path / "copy");
    REQUIRE(copy.has_value());
    CHECK(copy->step(1).value());
    REQUIRE(store->append(id, 201, "meanwhile"));
    CHECK_FALSE(std::filesystem::exists(folder.path / "copy" / "rooms.sqlite"));
    while (copy->step(10).value()) {
    }
  }
  CHECK(mode_of(folder.path / "copy") == 0700);
  CHECK(mode_of(folder.path / "copy" / "rooms.sqlite") == 0600);
  CHECK(store->backup(folder.path / "copy").error().code == ErrorCode::already_exists);
  {
    const auto given_up = store->start_backup(folder.path / "other");
    REQUIRE(given_up.has_value());
  }
  CHECK(std::filesystem::is_empty(folder.path / "other"));
  CHECK(store->backup(folder.path / "other"));
  for (const char* name : {"copy", "other"}) {
    auto backup = RoomStore::open(folder.path / name);
    REQUIRE(backup.has_value());
    CHECK(backup->verify());
    CHECK(backup->find("chat:a").value() == store->find("chat:a").value());
    CHECK(backup->images(id).value() == store->images(id).value());
    CHECK(backup->append(id, 202, "on its own"));
  }
}
