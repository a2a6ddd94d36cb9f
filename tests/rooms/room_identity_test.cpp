// SPDX-License-Identifier: MIT

// A room's template, laid out by the rehearsal, is the same in each process of a build: rooms can be saved by one and
// loaded by another (js/heap_snapshot.hpp).

#include <entmoot/js/cold_pages.hpp>
#include <entmoot/js/hash_key.hpp>
#include <entmoot/js/module_loader.hpp>
#include <entmoot/js/region.hpp>
#include <entmoot/js/script.hpp>
#include <entmoot/rooms/room_entries.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <unistd.h>

using namespace entmoot;

namespace {

Program room_program() {
  const auto script =
      js::compile_script("room.ts", "const said: string[] = []; function say(x: string) { said.push(x); }");
  REQUIRE(script.has_value());
  auto program = load_room_program(*script, {});
  REQUIRE(program.has_value());
  return *program;
}

/// As an app has it: a module that imports another.
Program module_program() {
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("entmoot-identity-{}", getpid());
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "said.ts") << "export const said: string[] = [];";
  std::ofstream(folder / "room.ts") << "import { said } from './said'; export const handleIn = (x) => said.push(x);";
  auto graph = js::ModuleLoader(folder).load("room.ts");
  std::filesystem::remove_all(folder);
  REQUIRE(graph.has_value());
  auto program = load_room_program(*graph, {});
  REQUIRE(program.has_value());
  return *program;
}

std::string identity_of(const Program& program) {
  return fmt::format("{:02x}", fmt::join(program.heap().identity(), ""));
}
std::string identity() { return identity_of(room_program()) + identity_of(module_program()); }

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

TEST_CASE("what a snapshot changes in its copy of a room is in front of all cold pages") {
  const Program program = room_program();
  const auto cold = program.heap().cold_range();
  if (cold.from == cold.to) return;  // only in the release preset
  js::RegionArena arena;
  const js::Region region = arena.take();
  js::Heap& heap = program.heap().copy_into(region, {});
  constexpr std::size_t largest = 4096;  // of the engine's structures
  for (const js::Root which : {js::Root::runtime, js::Root::context}) {
    const auto address = heap.roots()[static_cast<std::size_t>(which)];
    CHECK(address - reinterpret_cast<std::uint64_t>(region.base) + largest <= cold.from);
  }
  js::forget_cold(heap);
  arena.give_back(region, heap.touched());
}

// Run by the first test, in a process of its own.
TEST_CASE("prints the identity of a room" * doctest::skip()) {
  js::set_hash_key(std::strtoull(std::getenv("ENTMOOT_HASH_KEY"), nullptr, 10));
  std::puts(identity().c_str());
}
