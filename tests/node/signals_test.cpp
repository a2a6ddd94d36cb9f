// SPDX-License-Identifier: MIT

#include <entmoot/node/signals.hpp>

#include <doctest/doctest.h>

#include <csignal>

#include <pthread.h>

using namespace entmoot;

TEST_CASE("a signal that is waited for is returned by wait() instead of ending the process") {
  const Signals signals{SIGUSR1, SIGUSR2};
  pthread_kill(pthread_self(), SIGUSR2);
  CHECK(signals.wait() == SIGUSR2);
  pthread_kill(pthread_self(), SIGUSR1);
  CHECK(signals.wait() == SIGUSR1);
  signals.unblock();
  sigset_t blocked{};
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  CHECK(sigismember(&blocked, SIGUSR1) == 0);
  CHECK(sigismember(&blocked, SIGUSR2) == 0);
}
