// SPDX-License-Identifier: MIT

#pragma once

// The set of events that a replica has received. Every event of a replica has a number (its clock: 1, 2, 3, …); the
// pair of replica and clock is a dot. A context is a set of dots, stored as ranges per replica: a complete history is
// one range, missed events leave gaps until they are repaired. (In the literature: a version vector with a dot cloud.)
//
// A value that may be copied, compared, and moved to any thread. It grows with gaps and replicas, not with events.

#include <compare>
#include <cstdint>
#include <map>
#include <vector>

namespace entmoot {

/// One run of one replica. Never reused: a shard or node that restarts takes a new one.
enum class ReplicaId : std::uint64_t {};

/// One event.
struct Dot {
  ReplicaId replica{};
  std::uint64_t clock = 0;  ///< starts at 1

  friend auto operator<=>(const Dot&, const Dot&) = default;
};

class CausalContext {
 public:
  void add(Dot dot) { add(dot.replica, {dot.clock, dot.clock}); }
  void merge(const CausalContext& other);
  void remove(Dot dot);
  /// Removes all dots of one replica.
  void remove(ReplicaId replica) { ranges_.erase(replica); }

  [[nodiscard]] bool contains(Dot dot) const noexcept;
  /// Calls `visit(first, last)` for every run of dots without a gap; both ends are included.
  template <class Visit>
  void for_each_run(Visit&& visit) const {
    for (const auto& [replica, ranges] : ranges_) {
      for (const Range& range : ranges) visit(Dot{replica, range.first}, Dot{replica, range.last});
    }
  }
  /// The greatest known clock of `replica`, 0 if there is none.
  [[nodiscard]] std::uint64_t latest(ReplicaId replica) const noexcept;

  friend bool operator==(const CausalContext&, const CausalContext&) = default;

 private:
  /// Both ends are included.
  struct Range {
    std::uint64_t first;
    std::uint64_t last;
    friend bool operator==(const Range&, const Range&) = default;
  };
  void add(ReplicaId replica, Range range);

  // Ascending, with a gap between any two, so that equal sets are equal values. Lists are never empty.
  std::map<ReplicaId, std::vector<Range>> ranges_;
};

}  // namespace entmoot
