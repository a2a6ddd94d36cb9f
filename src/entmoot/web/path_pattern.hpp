// SPDX-License-Identifier: MIT

#pragma once

// A path whose segments are literal or `:name`: where a route or a socket is mounted. A `:name` takes one segment that
// is not empty, percent-decoded once; literal segments are compared as they were sent.
//
// Made before the server starts, immutable afterwards, read by every shard.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace entmoot {

/// `:name` parts of a path with what stood there, in the order of the pattern.
using PathParams = std::vector<std::pair<std::string, std::string>>;

/// What lies between the slashes of a path; "/" is one empty segment.
[[nodiscard]] std::vector<std::string_view> path_segments(std::string_view path);

class PathPattern {
 public:
  /// Begins with a slash.
  explicit PathPattern(std::string_view pattern);

  [[nodiscard]] bool matches(const std::vector<std::string_view>& path) const noexcept;
  /// Appends the parts of a path that matches. False if one does not decode.
  [[nodiscard]] bool bind(const std::vector<std::string_view>& path, PathParams& params) const;

 private:
  struct Segment {
    std::string text;  // literal, or the name
    bool is_param = false;
  };
  std::vector<Segment> segments_;
};

}  // namespace entmoot
