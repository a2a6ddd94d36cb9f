// SPDX-License-Identifier: MIT

#pragma once

// esbuild as a service: the child process and the packets that are exchanged with it. It is started at the first
// request, and again if it has ended since. One thread at a time.

#include <entmoot/base/result.hpp>
#include <entmoot/js/child_process.hpp>

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace entmoot::js {

class EsbuildService {
 public:
  /// A response of esbuild's "transform": `errors`, `code`, `map`. An error if there is none: the process has ended,
  /// did not answer within the time limit, or broke off. The reason says which.
  [[nodiscard]] Result<boost::json::object> transform(std::span<const std::string> flags, std::string_view source);

 private:
  [[nodiscard]] Result<void> start();
  [[nodiscard]] Result<boost::json::object> exchange(std::span<const std::string> flags, std::string_view source);

  std::optional<ChildProcess> process_;
  std::uint32_t last_id_ = 0;
};

}  // namespace entmoot::js
