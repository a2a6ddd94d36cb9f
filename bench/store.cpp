// SPDX-License-Identifier: MIT

// bench_store: commits and records per second of a StoreWriter, next to a bare write(2) and fdatasync(2).
//
//   bench_store FOLDER [SECONDS]
//
// FOLDER is created on the disk that is to be measured, and removed at the end. Each room has one record of 200 bytes
// under way, as a room that waits for its acknowledgement has; the callbacks post to one other thread, which sends the
// next one. The figures of the disk alone are taken before and after each, because disks are unsteady.

#include <entmoot/base/log.hpp>
#include <entmoot/store/store_writer.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

using namespace entmoot;

namespace {

using Steady = std::chrono::steady_clock;

double microseconds(Steady::duration duration) { return std::chrono::duration<double, std::micro>(duration).count(); }

struct Latencies {
  std::vector<double> all = {};
  double at(double part) {
    if (all.empty()) return 0;
    const auto place = all.begin() + static_cast<std::ptrdiff_t>(static_cast<double>(all.size() - 1) * part);
    std::ranges::nth_element(all, place);
    return *place;
  }
};

/// Writes a page and waits for the disk, again and again, over the same 16 MiB as a log does.
void bare(const std::filesystem::path& folder, double seconds) {
  const std::string path = folder / "bare";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  constexpr std::size_t page = 4096, pages = 4096;
  const std::string bytes(page, 'x');
  for (std::size_t i = 0; i < pages; ++i) {
    if (::pwrite(file, bytes.data(), page, static_cast<off_t>(i * page)) < 0) std::abort();
  }
  if (::fsync(file) != 0) std::abort();
  Latencies waits;
  const auto until = Steady::now() + std::chrono::duration<double>(seconds);
  for (std::size_t i = 0; Steady::now() < until; ++i) {
    const auto began = Steady::now();
    if (::pwrite(file, bytes.data(), page, static_cast<off_t>(i % pages * page)) < 0) std::abort();
    if (::fdatasync(file) != 0) std::abort();
    waits.all.push_back(microseconds(Steady::now() - began));
  }
  const double count = static_cast<double>(waits.all.size());
  std::printf("bare write + fdatasync  %8.0f /s                          p50 %7.0f µs  p99 %7.0f µs\n", count / seconds,
              waits.at(0.5), waits.at(0.99));
  ::close(file);
  std::filesystem::remove(path);
}

void rooms(const std::filesystem::path& folder, std::size_t count, double seconds) {
  struct Room {
    RoomId id = {};
    std::int64_t next = 1;
    Steady::time_point sent = {};
  };
  const auto data = folder / "data";
  std::filesystem::remove_all(data);
  RoomStore store = RoomStore::open(data).value();
  std::vector<Room> all;
  store.begin().value();
  for (std::size_t i = 0; i < count; ++i) all.push_back({.id = store.create("room:" + std::to_string(i)).value().id});
  store.commit().value();

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Room*> answered;
  Latencies waits;
  std::size_t under_way = 0;
  {
    StoreWriter writer(std::move(store));
    const auto send = [&](Room& room) {
      room.sent = Steady::now();
      writer.append(room.id, room.next++, std::string(200, 'r'), Commit::now,
                    [&, at = &room](const Result<void>& result) {
                      if (!result) std::abort();
                      const std::lock_guard lock(mutex);
                      answered.push_back(at);
                      changed.notify_one();
                    });
    };
    const auto began = Steady::now();
    const auto until = began + std::chrono::duration<double>(seconds);
    for (Room& room : all) send(room);
    under_way = count;
    std::vector<Room*> mine;
    while (under_way > 0) {
      {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return !answered.empty(); });
        mine.swap(answered);
      }
      const auto now = Steady::now();
      for (Room* room : mine) {
        waits.all.push_back(microseconds(now - room->sent));
        if (now < until) {
          send(*room);
        } else {
          --under_way;
        }
      }
      mine.clear();
    }
    const StoreWriterCounters counters = writer.counters();
    std::printf(
        "%5zu rooms  %8.0f commits/s  %8.0f records/s  p50 %7.0f µs  p99 %7.0f µs  (%2.0f %% of the time in commits, "
        "%.1f %% in %llu checkpoints)\n",
        count, static_cast<double>(counters.commits) / seconds, static_cast<double>(counters.records) / seconds,
        waits.at(0.5), waits.at(0.99), 100 * counters.seconds_in_commit / seconds,
        100 * counters.seconds_in_checkpoints / seconds, static_cast<unsigned long long>(counters.checkpoints));
  }
  std::filesystem::remove_all(data);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: bench_store FOLDER [SECONDS]\n");
    return 2;
  }
  entmoot::log::start("off");
  const std::filesystem::path folder = argv[1];
  const double seconds = argc > 2 ? std::atof(argv[2]) : 3;
  std::filesystem::create_directory(folder);
  for (const std::size_t count : {1UL, 100UL, 1000UL}) {
    bare(folder, seconds / 3);
    rooms(folder, count, seconds);
  }
  bare(folder, seconds / 3);
  std::filesystem::remove_all(folder);
}
