// SPDX-License-Identifier: MIT

#pragma once

// The figures of the last hour, for the plots of the dashboard: they are there when the page is opened.
//
// Bound: `samples_max` samples, one every `interval`; of a shard more, one number in each. Used on one thread.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/node/node_metrics.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace entmoot_app {

class MetricsHistory {
 public:
  static constexpr entmoot::Duration interval = std::chrono::seconds(5);
  static constexpr std::size_t samples_max = 720;

  /// Adds what has been counted until now. `reloads`: of the app, failed ones included.
  void add(entmoot::TimePoint now, entmoot::WallTime wall, const entmoot::NodeMetrics& metrics, std::uint64_t reloads);
  /// The samples after `since` (milliseconds since 1970): {"names": […], "samples": [[time, value, …], …]}.
  [[nodiscard]] entmoot::Json since(std::int64_t since) const;
  [[nodiscard]] std::size_t size() const noexcept { return samples_.size(); }

 private:
  /// Counters of which the plots show the change per second.
  struct Counted {
    entmoot::TimePoint at;
    double in, out, deliveries, slow, errors, crashes, reloads;
    std::vector<entmoot::Duration> cpu;
  };
  struct Sample {
    std::int64_t wall_ms;
    std::vector<double> values;
  };

  std::optional<Counted> before_;
  std::deque<Sample> samples_;
};

}  // namespace entmoot_app
