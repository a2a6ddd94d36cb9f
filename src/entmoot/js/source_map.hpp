// SPDX-License-Identifier: MIT

#pragma once

// Which place of the author's file each place of the code is of that a compiler has made of it, and which names it has
// changed: a source map (ECMA-426), read once and asked while the engine compiles the code (written_places.h).
//
// A map knows where expressions begin. A place within one is found too if code and file have the same text up to it.
// Code that has no counterpart, such as helper functions, belongs to what stands before it.

#include <entmoot/base/result.hpp>
#include <entmoot/js/text_lines.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot::js {

class SourceMap {
 public:
  /// `json`: the map, of version 3, with one source. `code` and `file` outlive the object.
  [[nodiscard]] static Result<SourceMap> parse(std::string_view json, std::string_view code, std::string_view file);

  /// The place in the file of a place in the code, whose column counts bytes. The result's column counts UTF-16 code
  /// units, as editors and browsers do.
  [[nodiscard]] TextPlace written(TextPlace in_code) const;
  /// The name in the file of what the code calls `name`, at its first mention at or after `place` in that line, or at
  /// its last one before it. Empty: the same.
  [[nodiscard]] std::string_view name_after(std::string_view name, TextPlace place) const;
  [[nodiscard]] std::string_view name_before(std::string_view name, TextPlace place) const;

 private:
  struct Segment {
    TextPlace code;  // both in bytes
    TextPlace file;
  };
  struct Rename {
    TextPlace code;
    std::size_t name;  // in names_
  };
  SourceMap(std::string_view code, std::string_view file) : code_(code), file_(file) {}
  [[nodiscard]] Result<void> read(std::string_view mappings);
  void add(TextPlace code, TextPlace file, std::size_t name);
  [[nodiscard]] const std::vector<Rename>* renames_of(std::string_view name) const;

  TextLines code_;
  TextLines file_;
  std::vector<Segment> segments_;  // in the order of the code
  std::vector<std::string> names_;
  std::map<std::string, std::vector<Rename>, std::less<>>
      renamed_;  // by the name in the code; in the order of the code
};

}  // namespace entmoot::js
