// SPDX-License-Identifier: MIT

// A room's template, laid out by the rehearsal, is the same in each process of a build: rooms can be saved by one and
// loaded by another (js/heap_snapshot.hpp).

#include <entmoot/js/hash_key.hpp>
#include <entmoot/js/script.hpp>
#include <entmoot/rooms/room_entries.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include <unistd.h>

using namespace entmoot;

namespace {

std::string identity() {
  const auto script =
      js::compile_script("room.ts", "const said: string[] = []; function say(x: string) { said.push(x); }");
  REQUIRE(script.has_value());
  const auto program = load_room_program(*script, {});
  REQUIRE(program.has_value());
  return fmt::format("{:02x}", fmt::join(program->heap().identity(), ""));
}

}  // namespace

TEST_CASE("the template of a room has the same identity in each process of a build") {
  char path[4096];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path);
  REQUIRE(size > 0);
  const std::string command =
      fmt::format("ENTMOOT_HASH_KEY={} '{}' --no-skip -tc='prints the identity of a room' --minimal", js::hash_key(),
                  std::string_view(path, static_cast<std::size_t>(size)));
  std::string here;
  std::thread([&here] { here = identity(); }).join();  // as a server does
  for (int i = 0; i < 3; ++i) {
    FILE* pipe = popen(command.c_str(), "r");
    REQUIRE(pipe);
    char line[256] = "";
    CHECK(std::fgets(line, sizeof line, pipe) != nullptr);
    while (std::fgetc(pipe) != EOF) {
    }
    CHECK(pclose(pipe) == 0);
    CHECK(std::string(line) == here + "\n");
  }
  CHECK(identity() == here);
}

// Run by the test above, in a process of its own.
TEST_CASE("prints the identity of a room" * doctest::skip()) {
  js::set_hash_key(std::strtoull(std::getenv("ENTMOOT_HASH_KEY"), nullptr, 10));
  std::puts(identity().c_str());
}
