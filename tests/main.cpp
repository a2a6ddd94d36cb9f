// SPDX-License-Identifier: MIT

#define DOCTEST_CONFIG_IMPLEMENT
// The sanitizers report a fault better, where it happened; without them, SIGSEGV fills pages (js/page_faults.hpp).
#define DOCTEST_CONFIG_NO_POSIX_SIGNALS
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
