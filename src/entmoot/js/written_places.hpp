// SPDX-License-Identifier: MIT

#pragma once

// While an object of this class lives, what the engine compiles on this thread gets the places and names of the
// author's file (written_places.h). Objects do not nest.

#include <entmoot/js/engine.hpp>
#include <entmoot/js/source_map.hpp>

#include <cstddef>
#include <string>

namespace entmoot::js {

class WrittenPlaces {
 public:
  /// `map`: of the code, or nullptr if the author wrote it. `added`: bytes that stand before it, in its first line.
  WrittenPlaces(const SourceMap* map, std::size_t added);
  ~WrittenPlaces();
  WrittenPlaces(const WrittenPlaces&) = delete;
  WrittenPlaces& operator=(const WrittenPlaces&) = delete;

 private:
  [[nodiscard]] TextPlace in_code(int line, int column) const noexcept;
  [[nodiscard]] const char* renamed(std::string_view name);

  const SourceMap* map_;
  const int added_;
  std::string name_;  // that was asked for last
  EntmootWrittenPlaces functions_;
};

}  // namespace entmoot::js
