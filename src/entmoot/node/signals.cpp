// SPDX-License-Identifier: MIT

#include <entmoot/node/signals.hpp>

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

void Signals::unblock() const { pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr); }

}  // namespace entmoot
