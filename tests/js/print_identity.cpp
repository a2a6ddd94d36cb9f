// SPDX-License-Identifier: MIT

// Prints the identity of a template (template_identity.hpp), with the given key of the engine's hashes.

#include "template_identity.hpp"

#include <entmoot/js/hash_key.hpp>

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  if (argc == 2) entmoot::js::set_hash_key(std::strtoull(argv[1], nullptr, 10));
  std::puts(entmoot::js::identity_of_an_example().c_str());
}
