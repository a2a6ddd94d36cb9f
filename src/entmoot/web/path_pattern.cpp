// SPDX-License-Identifier: MIT

#include <entmoot/web/path_pattern.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/web/http_request.hpp>

#include <algorithm>
#include <cstddef>

namespace entmoot {

std::vector<std::string_view> path_segments(std::string_view path) {
  std::vector<std::string_view> segments;
  path.remove_prefix(1);
  for (;;) {
    const auto slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

PathPattern::PathPattern(std::string_view pattern) {
  ENTMOOT_CHECK(pattern.starts_with('/'), "a path pattern begins with a slash");
  for (const auto part : path_segments(pattern)) {
    const bool is_param = part.starts_with(':');
    segments_.push_back({std::string(part.substr(is_param ? 1 : 0)), is_param});
  }
}

bool PathPattern::matches(const std::vector<std::string_view>& path) const noexcept {
  return std::ranges::equal(segments_, path, [](const Segment& segment, std::string_view part) {
    return segment.is_param ? !part.empty() : segment.text == part;
  });
}

bool PathPattern::bind(const std::vector<std::string_view>& path, PathParams& params) const {
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    if (!segments_[i].is_param) continue;
    std::string value;
    if (!percent_decode(path[i], value)) return false;
    params.emplace_back(segments_[i].text, std::move(value));
  }
  return true;
}

}  // namespace entmoot
