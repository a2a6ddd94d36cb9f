// SPDX-License-Identifier: MIT

#include <entmoot/otp/restart.hpp>

#include <algorithm>
#include <utility>

namespace entmoot {

std::string_view to_string(Restart restart) noexcept {
  switch (restart) {
    case Restart::permanent: return "permanent";
    case Restart::transient: return "transient";
    case Restart::temporary: return "temporary";
  }
  return "?";
}

bool RestartWindow::add(TimePoint now, const RestartIntensity& intensity) {
  const auto second = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  std::erase_if(seconds_, [&](auto then) { return second > then + intensity.max_seconds.count(); });
  seconds_.push_back(second);
  if (seconds_.size() <= intensity.max_restarts) return true;
  seconds_.erase(seconds_.begin());  // keeps the size bounded; only "more than max_restarts" matters
  return false;
}

void RestartHistory::started(TimePoint now) noexcept {
  up_ = true;
  up_since_ = now;
}

bool RestartHistory::recovered(TimePoint now, const RestartIntensity& intensity) const noexcept {
  return up_ && now - up_since_ > std::max<Duration>(intensity.max_seconds, last_delay_);
}

Decision RestartHistory::failed(TimePoint now, double random, const RestartIntensity& intensity) {
  ++failures_;
  if (recovered(now, intensity)) {
    window_.clear();
    wait_ = last_delay_ = Duration::zero();
  }
  up_ = false;
  if (wait_ == Duration::zero() && window_.add(now, intensity)) return {};
  wait_ = wait_ == Duration::zero() ? backoff_.first : std::min(wait_ * 2, backoff_.longest);
  last_delay_ = std::chrono::duration_cast<Duration>(wait_ * (1.0 - backoff_.jitter * random));
  return {.delay = last_delay_, .quarantined = true};
}

}  // namespace entmoot
