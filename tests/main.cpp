// SPDX-License-Identifier: MIT

#define DOCTEST_CONFIG_IMPLEMENT
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DOCTEST_CONFIG_NO_POSIX_SIGNALS  // the sanitizers report a fault better, where it happened
#endif
#include <entmoot/base/log.hpp>

#include <doctest/doctest.h>

#include <cstdlib>

/// ENTMOOT_LOG=debug shows what the code under test logs.
int main(int argc, char** argv) {
  const char* level = std::getenv("ENTMOOT_LOG");
  entmoot::log::start(level ? level : "off");
  doctest::Context context(argc, argv);
  return context.run();
}
