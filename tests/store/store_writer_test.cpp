// SPDX-License-Identifier: MIT

#include "power_cut_vfs.hpp"
#include "temporary_folder.hpp"

#include <entmoot/store/store_writer.hpp>

#include <doctest/doctest.h>

#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

using Operation = PowerCutVfs::Operation;

/// Holds up the thread that passes it while it is closed.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    if (open_) return;
    waiting_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
    waiting_ = false;
  }
  void close() {
    const std::lock_guard lock(mutex_);
    open_ = false;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait_for_somebody() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  bool waiting_ = false;
};

/// What the callbacks were told, in their order: "3" or "3: invalid".
class Answers {
 public:
  StoreWriter::Committed expect(std::string name) {
    const std::lock_guard lock(mutex_);
    ++expected_;
    return [this, name = std::move(name)](Result<void> result) {
      const std::lock_guard done(mutex_);
      all_.push_back(result ? name : name + ": " + std::string(to_string(result.error().code)));
      changed_.notify_all();
    };
  }
  std::vector<std::string> wait_for_all() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return all_.size() == expected_; });
    return all_;
  }
  std::vector<std::string> so_far() {
    const std::lock_guard lock(mutex_);
    return all_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t expected_ = 0;
  std::vector<std::string> all_;
};

struct WriterFixture {
  // Nothing but the disk decides when something happens.
  StoreWriterOptions options = {.relaxed_wait = 1h, .retry_every = 1ms, .checkpoint_after = 1h};
  PowerCutVfs disk;
  Gate sync;
  std::atomic<int> failure = SQLITE_OK;
  Answers answers;
  RoomId a = {}, b = {};
  std::optional<StoreWriter> writer;

  WriterFixture() {
    {
      RoomStore store = open();
      a = store.create("chat:a").value().id;
      b = store.create("chat:b").value().id;
    }
    disk.set_hook([this](Operation operation, const std::string&) -> int {
      if (operation == Operation::sync) sync.pass();
      return operation == Operation::write ? failure.load() : SQLITE_OK;
    });
  }
  ~WriterFixture() {
    sync.open();
    failure = SQLITE_OK;
    writer.reset();
  }
  RoomStore open() { return RoomStore::open("store", {.vfs = disk.name()}).value(); }
  void start() {
    RoomStore store = open();
    store.set_meta("begun", "").value();  // the log has its header: from now on a commit is one sync
    writer.emplace(std::move(store), options);
  }
  void append(RoomId id, std::int64_t sequence, Commit mode = Commit::now) {
    writer->append(id, sequence, "record " + std::to_string(sequence), mode,
                   answers.expect((id == a ? "a" : "b") + std::to_string(sequence)));
  }
  /// A commit under way, which the disk does not answer until sync.open().
  void hold_up_a_commit() {
    sync.close();
    append(a, 1);
    sync.wait_for_somebody();
  }
  std::int64_t last(RoomId id) {
    std::promise<std::int64_t> found;
    REQUIRE(writer->run([&](RoomStore& store) { found.set_value(store.find(id).value().last_sequence); }));
    return found.get_future().get();
  }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(WriterFixture,
                  "what arrives while the disk takes a commit is the next commit, of all rooms together") {
  start();
  hold_up_a_commit();
  for (int i = 2; i <= 500; ++i) append(a, i);
  for (int i = 1; i <= 500; ++i) append(b, i);
  CHECK(writer->counters().queued == 1000);
  CHECK(answers.so_far().empty());
  const auto before = disk.syncs();
  sync.open();
  CHECK(answers.wait_for_all().size() == 1000);
  CHECK(disk.syncs() - before == 2);
  const StoreWriterCounters counters = writer->counters();
  CHECK(counters.commits == 2);
  CHECK(counters.records == 1000);
  CHECK(counters.queued == 0);
  CHECK(counters.queued_bytes == 0);
  CHECK(last(a) == 500);
}

TEST_CASE_FIXTURE(WriterFixture, "callbacks come in the order of the calls, after the disk has answered") {
  start();
  hold_up_a_commit();
  append(b, 1, Commit::relaxed);
  append(a, 2);
  append(b, 2, Commit::relaxed);
  append(a, 3);
  sync.open();
  CHECK(answers.wait_for_all() == Names{"a1", "b1", "a2", "b2", "a3"});
}

TEST_CASE_FIXTURE(WriterFixture, "relaxed records wait for company, and go with the first one that does not") {
  start();
  append(a, 1, Commit::relaxed);
  append(b, 1, Commit::relaxed);
  append(a, 2, Commit::now);
  CHECK(answers.wait_for_all() == Names{"a1", "b1", "a2"});
  CHECK(writer->counters().commits == 1);
}

TEST_CASE_FIXTURE(WriterFixture, "relaxed records without company are committed after their wait") {
  options.relaxed_wait = 1ms;
  start();
  append(a, 1, Commit::relaxed);
  CHECK(answers.wait_for_all() == Names{"a1"});
}

TEST_CASE_FIXTURE(WriterFixture, "relaxed records do not wait in a queue that is half full") {
  SUBCASE("by their number") { options.items_max = 4; }
  SUBCASE("by their bytes") { options.bytes_max = 40; }
  start();
  for (int i = 1; i <= 3; ++i) append(a, i, Commit::relaxed);
  CHECK(answers.wait_for_all() == Names{"a1", "a2", "a3"});
}

TEST_CASE_FIXTURE(WriterFixture,
                  "a job sees every record that was queued before it, also a relaxed one, and none after it") {
  start();
  hold_up_a_commit();
  append(a, 2, Commit::relaxed);
  std::promise<std::int64_t> seen;
  REQUIRE(writer->run([&](RoomStore& store) {
    CHECK_FALSE(store.in_transaction());
    seen.set_value(store.find(a).value().last_sequence);
  }));
  append(a, 3);
  sync.open();
  CHECK(seen.get_future().get() == 2);
  CHECK(answers.wait_for_all() == Names{"a1", "a2", "a3"});
}

TEST_CASE_FIXTURE(WriterFixture, "a job that throws or leaves a transaction open disturbs nobody") {
  start();
  REQUIRE(writer->run([](RoomStore&) { throw 5; }));
  REQUIRE(writer->run([&](RoomStore& store) {
    store.begin().value();
    store.append(a, 1, "left").value();
  }));
  append(a, 1);
  writer->append(a, 2, "x", Commit::now, [](const Result<void>&) { throw 5; });
  append(a, 3);
  CHECK(answers.wait_for_all() == Names{"a1", "a3"});
}

TEST_CASE_FIXTURE(WriterFixture, "one room's gap fails its own records that are queued behind it, and nobody else's") {
  start();
  hold_up_a_commit();
  append(a, 2);
  append(a, 4);
  append(a, 3);  // would fit, but was sent before the failure was known
  append(b, 1);
  append(a, 4);
  append(RoomId{99}, 1);
  append(b, 2);
  sync.open();
  CHECK(answers.wait_for_all() ==
        Names{"a1", "a2", "a4: invalid", "a3: invalid", "b1", "a4: invalid", "b1: not_found", "b2"});
  append(a, 3);
  CHECK(answers.wait_for_all().back() == "a3");
}

TEST_CASE_FIXTURE(WriterFixture, "records that were queued while their room's failure was on its way fail too") {
  start();
  hold_up_a_commit();
  append(a, 9);
  Gate in_callback;
  in_callback.close();
  writer->append(b, 1, "x", Commit::now, [&](const Result<void>&) { in_callback.pass(); });
  append(a, 2);
  sync.open();
  in_callback.wait_for_somebody();  // the failure is known, and the thread is busy
  append(a, 2);                     // sent with that knowledge
  in_callback.open();
  CHECK(answers.wait_for_all() == Names{"a1", "a9: invalid", "a2: invalid", "a2"});
}

TEST_CASE_FIXTURE(WriterFixture, "other changes take part in the transaction, and one that fails is undone alone") {
  start();
  hold_up_a_commit();
  const auto before = disk.syncs();
  writer->write(
      5, Commit::now, [&](RoomStore& store) { return store.put_image(a, 1, "image"); }, answers.expect("image"));
  writer->write(
      0, Commit::now,
      [&](RoomStore& store) -> Result<void> {
        store.set_meta("half", "done").value();
        return store.append(b, 5, "gap");
      },
      answers.expect("half"));
  writer->write(
      0, Commit::relaxed, [](RoomStore&) -> Result<void> { throw 5; }, answers.expect("thrown"));
  append(b, 1);
  sync.open();
  CHECK(answers.wait_for_all() == Names{"a1", "image", "half: invalid", "thrown: exception", "b1"});
  CHECK(disk.syncs() - before == 2);
  std::promise<bool> as_expected;
  REQUIRE(writer->run([&](RoomStore& store) {
    as_expected.set_value(store.images(a).value() == std::vector<StoredImage>{{1, "image"}} &&
                          !store.meta("half").value());
  }));
  CHECK(as_expected.get_future().get());
}

TEST_CASE_FIXTURE(WriterFixture, "beyond its bounds the queue answers overloaded, and what was accepted is committed") {
  options.items_max = 4;
  options.bytes_max = 40;
  start();
  hold_up_a_commit();
  append(a, 2);
  append(b, 1);
  append(b, 2);
  append(b, 3);
  CHECK(answers.so_far() == Names{"b3: overloaded"});
  CHECK_FALSE(writer->run([](RoomStore&) {}));
  CHECK(writer->counters().refused == 2);
  sync.open();
  CHECK(answers.wait_for_all() == Names{"b3: overloaded", "a1", "a2", "b1", "b2"});
  sync.close();
  append(a, 3);
  sync.wait_for_somebody();
  writer->append(b, 3, std::string(40, 'x'), Commit::now, answers.expect("large"));
  CHECK(answers.so_far().back() == "large: overloaded");
  sync.open();
  answers.wait_for_all();
  std::promise<void> empty;
  REQUIRE(writer->run([&](RoomStore&) { empty.set_value(); }));
  empty.get_future().wait();
  writer->append(b, 3, std::string(100, 'x'), Commit::now, answers.expect("alone"));  // larger than the bound
  CHECK(answers.wait_for_all().back() == "alone");
}

TEST_CASE_FIXTURE(WriterFixture, "a full disk fails all that is queued and what comes, until it has space again") {
  start();
  hold_up_a_commit();
  append(a, 2);
  append(b, 1, Commit::relaxed);
  std::promise<void> job;
  REQUIRE(writer->run([&](RoomStore&) { job.set_value(); }));
  append(b, 2);
  failure = SQLITE_FULL;
  sync.open();
  CHECK(answers.wait_for_all() == Names{"a1", "a2: io", "b1: io", "b2: io"});
  job.get_future().wait();
  CHECK(writer->failing());
  const auto reason = writer->reason();
  REQUIRE(reason);
  CHECK(reason->reason == "the disk of the data folder is full: free some space; nothing was changed");
  append(a, 2);
  CHECK(answers.so_far().back() == "a2: io");  // at once
  CHECK(last(a) == 1);                         // reading goes on
  CHECK(writer->counters().failed_commits == 1);
  failure = SQLITE_OK;
  while (writer->failing()) std::this_thread::yield();
  CHECK(writer->reason() == std::nullopt);
  append(b, 2);  // its room does not know yet that b1 has failed
  append(a, 2);
  answers.wait_for_all();
  CHECK(last(a) == 2);
  CHECK(last(b) == 0);
  append(b, 1);
  CHECK(answers.wait_for_all().back() == "b1");
}

TEST_CASE_FIXTURE(WriterFixture, "a disk that stays full is logged once, and once more when it has space again") {
  struct LogOnto {
    explicit LogOnto(std::ostream& out) {
      const auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(out);
      spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", sink));
      spdlog::default_logger()->set_pattern("%l %v");
    }
    ~LogOnto() { spdlog::set_default_logger(before); }
    LogOnto(const LogOnto&) = delete;
    LogOnto& operator=(const LogOnto&) = delete;
    const std::shared_ptr<spdlog::logger> before = spdlog::default_logger();
  };
  std::ostringstream lines;
  {
    const LogOnto log(lines);
    start();
    std::atomic<int> attempts = 0;
    disk.set_hook([&](Operation operation, const std::string&) -> int {
      if (operation != Operation::write || failure == SQLITE_OK) return SQLITE_OK;
      ++attempts;
      return failure;
    });
    failure = SQLITE_FULL;
    append(a, 1);
    while (attempts < 5) std::this_thread::yield();
    failure = SQLITE_OK;
    while (writer->failing()) std::this_thread::yield();
    writer.reset();
  }
  const std::string text = lines.str();
  CHECK(std::ranges::count(text, '\n') == 2);
  CHECK(text.find("error store: the disk of the data folder is full: free some space") == 0);
  CHECK(text.find("info store: the disk of the data folder takes records again") != std::string::npos);
}

TEST_CASE_FIXTURE(WriterFixture,
                  "a failed wait for the disk fails the commit, and the next start finds a store that is whole") {
  options.retry_every = 1h;
  std::atomic<bool> broken = false;
  disk.set_hook([&](Operation operation, const std::string&) -> int {
    return operation == Operation::sync && broken ? SQLITE_IOERR_FSYNC : SQLITE_OK;
  });
  start();
  append(a, 1);
  answers.wait_for_all();
  broken = true;
  append(a, 2);
  CHECK(answers.wait_for_all() == Names{"a1", "a2: io"});
  CHECK(writer->failing());
  PowerCutVfs::Random random(1);
  const auto left = disk.after_power_cut(random);
  broken = false;
  writer.reset();
  disk.load(left);
  RoomStore store = open();
  CHECK(store.verify());
  CHECK(store.find(a)->last_sequence >= 1);
}

TEST_CASE_FIXTURE(WriterFixture, "at the end everything that was queued is committed and every job has run") {
  start();
  hold_up_a_commit();
  append(a, 2, Commit::relaxed);
  std::atomic<bool> ran = false;
  REQUIRE(writer->run([&](RoomStore&) { ran = true; }));
  append(b, 1);
  std::thread end([&] { writer.reset(); });
  sync.open();
  end.join();
  CHECK(ran);
  CHECK(answers.so_far() == Names{"a1", "a2", "b1"});
  CHECK(open().find(b)->last_sequence == 1);
}

TEST_CASE_FIXTURE(WriterFixture, "a callback may append, and records from several threads keep the order of each") {
  start();
  constexpr int records = 300;
  std::atomic<int> kept = 0;
  const auto from = [&](RoomId id) {
    for (int i = 1; i <= records; ++i) {
      writer->append(id, i, "x", i % 3 == 0 ? Commit::relaxed : Commit::now, [&](const Result<void>& result) {
        if (result) ++kept;
      });
    }
  };
  std::thread first(from, a);
  std::thread second(from, b);
  first.join();
  second.join();
  CHECK(last(a) == records);
  CHECK(last(b) == records);
  CHECK(kept == 2 * records);
  std::promise<void> both;
  writer->append(a, records + 1, "x", Commit::now, [&](const Result<void>&) {
    writer->append(a, records + 2, "x", Commit::now, [&](const Result<void>&) { both.set_value(); });
  });
  both.get_future().wait();
  CHECK(last(a) == records + 2);
}

TEST_CASE_FIXTURE(WriterFixture, "the log is copied when nothing is queued, or when it is too long") {
  SUBCASE("nothing is queued and it is worth it") { options.checkpoint_bytes = 1; }
  SUBCASE("nothing was written for a while") { options.checkpoint_after = 1ms; }
  SUBCASE("it is too long") { options.log_bytes_max = 1; }
  start();
  append(a, 1);
  while (writer->counters().checkpoints == 0) std::this_thread::yield();
  append(a, 2);
  CHECK(answers.wait_for_all() == Names{"a1", "a2"});
}

TEST_CASE_FIXTURE(WriterFixture, "what was discarded is deleted with what others write, or when nothing is written") {
  SUBCASE("others write") {}
  SUBCASE("nothing is written") { options.checkpoint_after = 1ms; }
  start();
  for (int i = 1; i <= 100; ++i) append(a, i);
  writer->write(
      0, Commit::now, [&](RoomStore& store) { return store.discard_before(a, 101); }, answers.expect("discarded"));
  answers.wait_for_all();
  const auto garbage = [&] {
    std::promise<bool> found;
    REQUIRE(writer->run([&](RoomStore& store) { found.set_value(store.garbage()); }));
    return found.get_future().get();
  };
  for (int i = 1; garbage(); ++i) {
    if (options.checkpoint_after > 1s) append(b, i);
  }
  CHECK(last(a) == 100);
}

TEST_CASE_FIXTURE(WriterFixture, "a backup is made between transactions, one at a time") {
  const TemporaryFolder folder;
  start();
  for (int i = 1; i <= 100; ++i) append(a, i);
  answers.wait_for_all();
  Gate gate;
  gate.close();
  REQUIRE(writer->run([&](RoomStore&) { gate.pass(); }));
  gate.wait_for_somebody();
  Answers backups;
  writer->backup(folder.path / "copy", backups.expect("first"));
  writer->backup(folder.path / "other", backups.expect("second"));
  CHECK(backups.so_far() == Names{"second: unavailable"});
  gate.open();
  CHECK(backups.wait_for_all() == Names{"second: unavailable", "first"});
  writer->backup(folder.path / "copy", backups.expect("third"));
  CHECK(backups.wait_for_all().back() == "third: already_exists");
  auto copy = RoomStore::open(folder.path / "copy");
  REQUIRE(copy.has_value());
  CHECK(copy->verify());
  CHECK(copy->find(a)->last_sequence == 100);
}
