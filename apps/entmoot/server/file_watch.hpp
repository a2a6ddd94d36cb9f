// SPDX-License-Identifier: MIT

#pragma once

// Notices that files have changed, by their names, sizes and times. Files that are being written (saved by an editor
// that empties them first, checked out by git) are left alone until they lie still; but not forever, if something
// writes all the time.
//
// Blocks on the file system; one thread at a time.

#include <filesystem>
#include <string>
#include <vector>

namespace entmoot_app {

class FileWatch {
 public:
  using Files = std::vector<std::filesystem::path>;

  /// What `files` look like now counts as known.
  void mark(const Files& files) { known_ = looks_of(files); }
  /// Looks again. True: they are not as they were marked, and have not changed since the last look.
  [[nodiscard]] bool look(const Files& files);
  /// Runs `load` until the files did not change meanwhile, a few times at most, and marks what it has read. `sources`
  /// tells which files those are, before and after.
  template <class Sources, class Load>
  void load_unchanged(Sources sources, Load load) {
    for (int loads = 0; loads < loads_max; ++loads) {
      const Files files = sources();
      const std::string before = looks_of(files);
      load();
      known_.clear();
      if (looks_of(files) != before) continue;
      mark(sources());
      return;
    }
  }

 private:
  static constexpr int loads_max = 5;
  [[nodiscard]] static std::string looks_of(const Files& files);

  std::string known_;
  std::string last_look_;
  int restless_looks_ = 0;  // that found them changed since the look before
};

}  // namespace entmoot_app
