// SPDX-License-Identifier: MIT

#include "power_cut_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <new>
#include <set>
#include <utility>

namespace {

constexpr std::size_t sector_bytes = 512;

std::string unique_name() {
  static std::atomic<int> count = 0;
  return "power-cut-" + std::to_string(++count);
}

bool one_in(PowerCutVfs::Random& random, std::uint64_t n) { return random() % n == 0; }
bool chance(PowerCutVfs::Random& random, double likely) {
  return std::uniform_real_distribution<>(0, 1)(random) < likely;
}

}  // namespace

/// An open file. `base` first: SQLite sees only that.
struct PowerCutFile {
  sqlite3_file base = {};
  PowerCutVfs* disk = nullptr;
  std::shared_ptr<PowerCutVfs::Inode> inode = {};
  std::string path = {};
};

struct PowerCutVfs::Methods {
  static PowerCutVfs& disk(sqlite3_vfs* vfs) { return *static_cast<PowerCutVfs*>(vfs->pAppData); }
  static PowerCutFile& file(sqlite3_file* opened) { return *reinterpret_cast<PowerCutFile*>(opened); }

  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* opened, int flags, int* flags_out) {
    opened->pMethods = nullptr;
    PowerCutVfs& self = disk(vfs);
    const std::string name = path ? path : "";
    std::shared_ptr<Inode> inode;
    if (path) {
      const std::lock_guard lock(self.mutex_);
      if (const auto found = self.now_.find(name); found != self.now_.end()) inode = found->second;
    }
    if (!inode) {
      if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
      if (const int failed = self.run_hook(Operation::open, name); failed != SQLITE_OK) return failed;
      inode = std::make_shared<Inode>();
      const std::lock_guard lock(self.mutex_);
      if (path) self.now_[name] = inode;
    }
    auto* made = new (opened) PowerCutFile;
    made->disk = &self;
    made->inode = std::move(inode);
    made->path = name;
    made->base.pMethods = &io;
    if (flags_out) *flags_out = flags;
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* vfs, const char* path, int sync_folder) {
    PowerCutVfs& self = disk(vfs);
    if (const int failed = self.run_hook(Operation::remove, path); failed != SQLITE_OK) return failed;
    const std::lock_guard lock(self.mutex_);
    if (self.now_.erase(path) == 0) return SQLITE_IOERR_DELETE_NOENT;
    if (sync_folder && !self.lying_) self.durable_ = self.now_;
    return SQLITE_OK;
  }
  static int access(sqlite3_vfs* vfs, const char* path, int, int* there) {
    const std::lock_guard lock(disk(vfs).mutex_);
    *there = disk(vfs).now_.contains(path) ? 1 : 0;
    return SQLITE_OK;
  }
  static int full_path(sqlite3_vfs*, const char* path, int space, char* out) {
    const std::size_t length = std::strlen(path);
    if (length + 1 > static_cast<std::size_t>(space)) return SQLITE_CANTOPEN;
    std::memcpy(out, path, length + 1);
    return SQLITE_OK;
  }
  static int randomness(sqlite3_vfs*, int bytes, char* out) {
    std::memset(out, 7, static_cast<std::size_t>(bytes));
    return bytes;
  }
  static int sleep(sqlite3_vfs*, int microseconds) { return microseconds; }
  static int time(sqlite3_vfs*, double* now) {
    *now = 2'461'000;  // a Julian day
    return SQLITE_OK;
  }
  static int last_error(sqlite3_vfs*, int, char*) { return 0; }

  static int close(sqlite3_file* opened) {
    file(opened).~PowerCutFile();
    return SQLITE_OK;
  }
  static int read(sqlite3_file* opened, void* out, int count, sqlite3_int64 from) {
    const PowerCutFile& of = file(opened);
    const auto bytes = static_cast<std::size_t>(count);
    const auto at = static_cast<std::size_t>(from);
    const std::lock_guard lock(of.disk->mutex_);
    const std::string& contents = of.inode->now;
    const std::size_t there = at < contents.size() ? std::min(bytes, contents.size() - at) : 0;
    if (there > 0) std::memcpy(out, contents.data() + at, there);
    if (there == bytes) return SQLITE_OK;
    std::memset(static_cast<char*>(out) + there, 0, bytes - there);
    return SQLITE_IOERR_SHORT_READ;
  }
  static int change(const PowerCutFile& of, Operation operation, Change&& made) {
    if (const int failed = of.disk->run_hook(operation, of.path); failed != SQLITE_OK) return failed;
    const std::lock_guard lock(of.disk->mutex_);
    apply(of.inode->now, made);
    of.inode->unsynced.push_back(std::move(made));
    return SQLITE_OK;
  }
  static int write(sqlite3_file* opened, const void* bytes, int count, sqlite3_int64 at) {
    return change(file(opened), Operation::write,
                  {.at = static_cast<std::size_t>(at),
                   .bytes = std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(count))});
  }
  static int truncate(sqlite3_file* opened, sqlite3_int64 length) {
    return change(file(opened), Operation::truncate, {.at = static_cast<std::size_t>(length), .truncation = true});
  }
  static int sync(sqlite3_file* opened, int) {
    const PowerCutFile& of = file(opened);
    PowerCutVfs& self = *of.disk;
    if (const int failed = self.run_hook(Operation::sync, of.path); failed != SQLITE_OK) return failed;
    const std::lock_guard lock(self.mutex_);
    ++self.syncs_;
    if (self.lying_) return SQLITE_OK;
    for (const Change& made : of.inode->unsynced) apply(of.inode->durable, made);
    of.inode->unsynced.clear();
    const auto named = self.durable_.find(of.path);
    if (named == self.durable_.end() || named->second != of.inode) self.durable_ = self.now_;
    return SQLITE_OK;
  }
  static int size(sqlite3_file* opened, sqlite3_int64* bytes) {
    const std::lock_guard lock(file(opened).disk->mutex_);
    *bytes = static_cast<sqlite3_int64>(file(opened).inode->now.size());
    return SQLITE_OK;
  }
  static int lock(sqlite3_file*, int) { return SQLITE_OK; }
  static int reserved(sqlite3_file*, int* is) {
    *is = 0;
    return SQLITE_OK;
  }
  static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sector(sqlite3_file*) { return 4096; }
  static int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

  static const sqlite3_io_methods io;
};

const sqlite3_io_methods PowerCutVfs::Methods::io = {
    .iVersion = 1,
    .xClose = close,
    .xRead = read,
    .xWrite = write,
    .xTruncate = truncate,
    .xSync = sync,
    .xFileSize = size,
    .xLock = lock,
    .xUnlock = lock,
    .xCheckReservedLock = reserved,
    .xFileControl = control,
    .xSectorSize = sector,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

PowerCutVfs::PowerCutVfs() : name_(unique_name()), vfs_(std::make_unique<sqlite3_vfs>()) {
  *vfs_ = {};
  vfs_->iVersion = 1;
  vfs_->szOsFile = sizeof(PowerCutFile);
  vfs_->mxPathname = 512;
  vfs_->zName = name_.c_str();
  vfs_->pAppData = this;
  vfs_->xOpen = Methods::open;
  vfs_->xDelete = Methods::remove;
  vfs_->xAccess = Methods::access;
  vfs_->xFullPathname = Methods::full_path;
  vfs_->xRandomness = Methods::randomness;
  vfs_->xSleep = Methods::sleep;
  vfs_->xCurrentTime = Methods::time;
  vfs_->xGetLastError = Methods::last_error;
  sqlite3_vfs_register(vfs_.get(), 0);
}

PowerCutVfs::~PowerCutVfs() { sqlite3_vfs_unregister(vfs_.get()); }

void PowerCutVfs::set_hook(Hook hook) {
  auto shared = std::make_shared<const Hook>(std::move(hook));
  const std::lock_guard lock(mutex_);
  hook_ = std::move(shared);
}

void PowerCutVfs::lie_about_syncs() {
  const std::lock_guard lock(mutex_);
  lying_ = true;
}

std::uint64_t PowerCutVfs::syncs() const {
  const std::lock_guard lock(mutex_);
  return syncs_;
}

int PowerCutVfs::run_hook(Operation operation, const std::string& path) {
  std::shared_ptr<const Hook> hook;
  {
    const std::lock_guard lock(mutex_);
    hook = hook_;
  }
  return hook && *hook ? (*hook)(operation, path) : SQLITE_OK;
}

void PowerCutVfs::apply(std::string& contents, const Change& change) {
  if (change.truncation) {
    contents.resize(change.at);
    return;
  }
  if (contents.size() < change.at + change.bytes.size()) contents.resize(change.at + change.bytes.size());
  contents.replace(change.at, change.bytes.size(), change.bytes);
}

PowerCutVfs::Disk PowerCutVfs::contents() const {
  const std::lock_guard lock(mutex_);
  Disk disk;
  for (const auto& [path, inode] : now_) disk[path] = inode->now;
  return disk;
}

std::string PowerCutVfs::torn(const Inode& inode, Random& random) {
  std::string contents = inode.durable;
  constexpr std::array likely = {0.0, 0.05, 0.5, 0.95, 1.0};
  const double written = likely[random() % likely.size()];
  for (const Change& change : inode.unsynced) {
    if (change.truncation) {
      if (chance(random, written)) apply(contents, change);
      continue;
    }
    for (std::size_t done = 0; done < change.bytes.size();) {
      const std::size_t at = change.at + done;
      const std::size_t piece = std::min(change.bytes.size() - done, sector_bytes - at % sector_bytes);
      if (chance(random, written)) {
        std::size_t skip = 0;
        std::size_t take = piece;
        if (written < 1 && one_in(random, 16)) {  // only a part of the sector
          skip = random() % piece;
          take = 1 + random() % (piece - skip);
        }
        apply(contents, {.at = at + skip, .bytes = change.bytes.substr(done + skip, take)});
      }
      done += piece;
    }
  }
  return contents;
}

PowerCutVfs::Disk PowerCutVfs::after_power_cut(Random& random) const {
  const std::lock_guard lock(mutex_);
  std::set<std::string> paths;
  for (const auto& [path, inode] : now_) paths.insert(path);
  for (const auto& [path, inode] : durable_) paths.insert(path);
  Disk disk;
  for (const std::string& path : paths) {
    const auto now = now_.find(path);
    const auto before = durable_.find(path);
    const Inode* const last = now == now_.end() ? nullptr : now->second.get();
    const Inode* const first = before == durable_.end() ? nullptr : before->second.get();
    const Inode* const chosen = first == last || one_in(random, 2) ? last : first;
    if (chosen) disk[path] = torn(*chosen, random);
  }
  return disk;
}

void PowerCutVfs::load(const Disk& disk) {
  const std::lock_guard lock(mutex_);
  now_.clear();
  for (const auto& [path, contents] : disk) {
    now_[path] = std::make_shared<Inode>(Inode{.now = contents, .durable = contents, .unsynced = {}});
  }
  durable_ = now_;
}
