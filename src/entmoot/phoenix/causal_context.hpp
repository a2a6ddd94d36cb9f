// SPDX-License-Identifier: MIT

#pragma once

// Which events a replica has heard of. Every event of a replica has a number (its clock: 1, 2, 3, …); the pair of both
// is a dot. A context is a set of dots, kept as ranges for each replica: who has heard everything has one range, who
// has missed something has a gap until it is repaired. (In papers: a version vector with a dot cloud.)
//
// A value: may be copied, compared, and taken to any thread. It grows with gaps and replicas, not with events.

#include <compare>
#include <cstdint>
#include <map>
#include <vector>

namespace entmoot {

/// One run of one replica. Never used again: a shard or node that starts anew takes a new one.
enum class ReplicaId : std::uint64_t {};

/// One event.
struct Dot {
  ReplicaId replica{};
  std::uint64_t clock = 0;  ///< from 1

  friend auto operator<=>(const Dot&, const Dot&) = default;
};

class CausalContext {
 public:
  void add(Dot dot) { add(dot.replica, {dot.clock, dot.clock}); }
  void merge(const CausalContext& other);
  void remove(Dot dot);
  /// Everything of one replica.
  void remove(ReplicaId replica) { ranges_.erase(replica); }

  [[nodiscard]] bool contains(Dot dot) const noexcept;
  /// Calls `visit(first, last)` for every run of dots without a gap; both ends belong to it.
  template <class Visit>
  void for_each_run(Visit&& visit) const {
    for (const auto& [replica, ranges] : ranges_) {
      for (const Range& range : ranges) visit(Dot{replica, range.first}, Dot{replica, range.last});
    }
  }
  /// The greatest clock known of `replica`, 0 if there is none.
  [[nodiscard]] std::uint64_t latest(ReplicaId replica) const noexcept;

  friend bool operator==(const CausalContext&, const CausalContext&) = default;

 private:
  /// Both ends belong to it.
  struct Range {
    std::uint64_t first;
    std::uint64_t last;
    friend bool operator==(const Range&, const Range&) = default;
  };
  void add(ReplicaId replica, Range range);

  // Ascending, and a gap between any two: so that equal sets are equal values. Never an empty list.
  std::map<ReplicaId, std::vector<Range>> ranges_;
};

}  // namespace entmoot
