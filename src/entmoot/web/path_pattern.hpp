// SPDX-License-Identifier: MIT

#pragma once

// A path whose segments are literal or `:name`: where a route or a socket is mounted. A `:name` matches one segment
// that is not empty, percent-decoded once; literal segments are compared as they were sent.
//
// Made before the server starts, immutable afterwards, read by every shard.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace entmoot {

/// The `:name` parts of a path and their values, in the order of the pattern.
using PathParams = std::vector<std::pair<std::string, std::string>>;

/// The segments between the slashes of a path; "/" is one empty segment.
[[nodiscard]] std::vector<std::string_view> path_segments(std::string_view path);

class PathPattern {
 public:
  /// `pattern` begins with a slash.
  explicit PathPattern(std::string_view pattern);

  [[nodiscard]] bool matches(const std::vector<std::string_view>& path) const noexcept;
  /// Appends the parameters of a matching path. False if one has a malformed percent escape.
  [[nodiscard]] bool bind(const std::vector<std::string_view>& path, PathParams& params) const;

 private:
  struct Segment {
    std::string text;  // literal, or the name
    bool is_param = false;
  };
  std::vector<Segment> segments_;
};

}  // namespace entmoot
