// SPDX-License-Identifier: MIT

#pragma once

// Detects changed files by their names, sizes and modification times. Files that are still being written (by an editor
// that truncates them first, by a checkout) are reported only once two polls in a row see the same state, or after 40
// polls if something keeps writing.
//
// Blocks on the file system; call it from one thread at a time.

#include <filesystem>
#include <string>
#include <vector>

namespace entmoot_app {

class FileWatch {
 public:
  using Files = std::vector<std::filesystem::path>;

  /// Records the current state of `files`.
  void mark(const Files& files) { known_ = state_of(files); }
  /// Whether `files` differ from the recorded state and have not changed since the last poll.
  [[nodiscard]] bool poll(const Files& files);
  /// Calls `load`, again if the files changed meanwhile but at most five times, and records the state that it has read.
  /// `sources` returns the files to read, before and after.
  template <class Sources, class Load>
  void load_unchanged(Sources sources, Load load) {
    for (int loads = 0; loads < loads_max; ++loads) {
      const Files files = sources();
      const std::string before = state_of(files);
      load();
      known_.clear();
      if (state_of(files) != before) continue;
      mark(sources());
      return;
    }
  }

 private:
  static constexpr int loads_max = 5;
  [[nodiscard]] static std::string state_of(const Files& files);

  std::string known_;
  std::string last_polled_;
  int unsettled_polls_ = 0;  // that saw another state than the poll before
};

}  // namespace entmoot_app
