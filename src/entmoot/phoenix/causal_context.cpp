// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/causal_context.hpp>

#include <algorithm>

namespace entmoot {

void CausalContext::add(ReplicaId replica, Range range) {
  auto& ranges = ranges_[replica];
  // Merge the ranges that overlap or touch the new one.
  const auto from = std::ranges::find_if(ranges, [&](const Range& old) { return old.last + 1 >= range.first; });
  auto to = from;
  for (; to != ranges.end() && to->first <= range.last + 1; ++to) {
    range.first = std::min(range.first, to->first);
    range.last = std::max(range.last, to->last);
  }
  ranges.insert(ranges.erase(from, to), range);
}

void CausalContext::merge(const CausalContext& other) {
  for (const auto& [replica, ranges] : other.ranges_) {
    for (const Range& range : ranges) add(replica, range);
  }
}

void CausalContext::remove(Dot dot) {
  const auto found = ranges_.find(dot.replica);
  if (found == ranges_.end()) return;
  auto& ranges = found->second;
  const auto at = std::ranges::lower_bound(ranges, dot.clock, {}, &Range::last);
  if (at == ranges.end() || at->first > dot.clock) return;
  const Range before{at->first, dot.clock - 1};
  const Range after{dot.clock + 1, at->last};
  auto place = ranges.erase(at);
  if (after.first <= after.last) place = ranges.insert(place, after);
  if (before.first <= before.last) ranges.insert(place, before);
  if (ranges.empty()) ranges_.erase(found);
}

bool CausalContext::contains(Dot dot) const noexcept {
  const auto found = ranges_.find(dot.replica);
  if (found == ranges_.end()) return false;
  const auto at = std::ranges::lower_bound(found->second, dot.clock, {}, &Range::last);
  return at != found->second.end() && at->first <= dot.clock;
}

std::uint64_t CausalContext::latest(ReplicaId replica) const noexcept {
  const auto found = ranges_.find(replica);
  return found == ranges_.end() ? 0 : found->second.back().last;
}

}  // namespace entmoot
