// SPDX-License-Identifier: MIT

#include <entmoot/node/signals.hpp>

#include <chrono>
#include <ctime>

#include <pthread.h>

namespace entmoot {

Signals::Signals(std::initializer_list<int> signals) {
  sigemptyset(&signals_);
  for (const int signal : signals) sigaddset(&signals_, signal);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
}

int Signals::wait() const {
  int signal = 0;
  sigwait(&signals_, &signal);
  return signal;
}

std::optional<int> Signals::wait_for(Duration longest) const {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(longest);
  const timespec time{.tv_sec = seconds.count(), .tv_nsec = (longest - seconds).count()};
  const int signal = sigtimedwait(&signals_, nullptr, &time);
  return signal > 0 ? std::optional(signal) : std::nullopt;
}

void Signals::unblock() const { pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr); }

}  // namespace entmoot
