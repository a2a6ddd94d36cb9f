// SPDX-License-Identifier: MIT

#include "scripts.hpp"

#include <entmoot/base/embedded.hpp>

#include <doctest/doctest.h>

#include <span>
#include <string>

std::span<const entmoot::EmbeddedFile> room_scripts();  // cmake/embed.cmake

namespace chat_room {

using namespace entmoot;

namespace {

Program load(std::string_view name, std::string_view source) {
  const auto loaded = Program::load(std::string(name), source);
  REQUIRE_MESSAGE(loaded.has_value(), loaded.error().reason);
  return *loaded;
}

Program embedded(std::size_t index) { return load(room_scripts()[index].name, room_scripts()[index].bytes); }

}  // namespace

Program shipped() { return embedded(0); }
Program quickbeam() { return embedded(1); }
Program moody() { return embedded(2); }
Program program(std::string_view source) { return load("room.ts", source); }

}  // namespace chat_room
