// SPDX-License-Identifier: MIT

#define DOCTEST_CONFIG_IMPLEMENT
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
