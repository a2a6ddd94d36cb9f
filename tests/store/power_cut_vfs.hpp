// SPDX-License-Identifier: MIT

#pragma once

// A disk in memory, as a sqlite3_vfs: for tests that fail its operations, hold them up, or cut the power.
//
// It remembers for each file what a sync has made durable, and every change since then. After a power cut, the durable
// part is there; of each later write, any subset of its sectors of 512 bytes, some of them in part; of each later
// truncation and of each change of the folder that no sync has followed, perhaps. A sync of a file whose name is not
// durable also syncs the folder, as SQLite's unix VFS does for a new log.
//
// There is no shared memory (no xShm…), so a database with a write-ahead log only opens with an exclusive lock. Locks
// are not kept. Any thread; a hook runs on the thread of the operation, without a lock.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

struct sqlite3_file;
struct sqlite3_vfs;

class PowerCutVfs {
 public:
  using Random = std::mt19937_64;
  /// Contents by path.
  using Disk = std::map<std::string, std::string>;
  enum class Operation { open, write, truncate, sync, remove };
  /// Called before each operation that changes the disk. Returns SQLite's code with which it fails, or 0.
  using Hook = std::function<int(Operation operation, const std::string& path)>;

  PowerCutVfs();
  /// All connections must be closed.
  ~PowerCutVfs();
  PowerCutVfs(const PowerCutVfs&) = delete;
  PowerCutVfs& operator=(const PowerCutVfs&) = delete;

  /// For DatabaseOptions::vfs.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  void set_hook(Hook hook);
  /// From now on syncs succeed without effect, as on a disk that lies about its cache.
  void lie_about_syncs();
  [[nodiscard]] std::uint64_t syncs() const;

  /// What a process that was killed leaves.
  [[nodiscard]] Disk contents() const;
  /// What the disk may contain after a power cut at this moment. May be called by the hook.
  [[nodiscard]] Disk after_power_cut(Random& random) const;
  /// Replaces all files, by durable ones. All connections must be closed.
  void load(const Disk& disk);

 private:
  friend struct PowerCutFile;
  struct Change {
    std::size_t at = 0;  // a truncation: the length
    std::string bytes = {};
    bool truncation = false;
  };
  struct Inode {
    std::string now = {};
    std::string durable = {};
    std::vector<Change> unsynced = {};
  };
  using Folder = std::map<std::string, std::shared_ptr<Inode>>;

  struct Methods;
  int run_hook(Operation operation, const std::string& path);
  static void apply(std::string& contents, const Change& change);
  static std::string torn(const Inode& inode, Random& random);

  const std::string name_;
  std::unique_ptr<sqlite3_vfs> vfs_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Hook> hook_;
  Folder now_;
  Folder durable_;
  std::uint64_t syncs_ = 0;
  bool lying_ = false;
};
