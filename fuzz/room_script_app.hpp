// SPDX-License-Identifier: MIT

#pragma once

// The app that fuzz_room_script runs: fuzz/room_script, with limits that are reached within milliseconds.

#include <entmoot/base/embedded.hpp>
#include <entmoot/js/module_loader.hpp>
#include <entmoot/node/room_requests.hpp>
#include <entmoot/rooms/room_entries.hpp>
#include <entmoot/rooms/room_routes.hpp>

#include "wire.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <utility>

std::span<const entmoot::EmbeddedFile> entmoot_fuzz_rooms();  // cmake/embed.cmake

namespace entmoot::fuzz {

inline RoomLimits small_limits() {
  RoomLimits limits;
  limits.budget.heap = {.hard = std::size_t{6} << 20, .soft = std::size_t{5} << 20};
  limits.budget.turn_cpu = std::chrono::milliseconds(20);  // 200 readings of the CPU clock
  limits.budget.microtasks_max = 2000;
  limits.budget.host_bytes_max = 2 * MiB;
  limits.budget.effects_bytes_max = MiB;
  limits.budget.timers_max = 50;
  limits.budget.handler_calls_max = 50;
  limits.state_bytes_max = 64 * KiB;
  return limits;
}

inline std::shared_ptr<const HostedApp> room_script_app() {
  std::string name = (std::filesystem::temp_directory_path() / "entmoot-fuzz-XXXXXX").string();
  require(::mkdtemp(name.data()) != nullptr);
  const auto folder = std::filesystem::canonical(name);
  RoomRoutes routes;
  for (const EmbeddedFile& file : entmoot_fuzz_rooms()) {
    const auto path = folder / std::filesystem::path(file.name).filename();
    std::ofstream(path, std::ios::binary) << file.bytes;
    js::ModuleLoader modules(folder);
    const auto graph = modules.load(path);
    require(graph.has_value());
    auto program = load_room_program(*graph);
    require(program.has_value());
    const bool fuzzed = path.filename() == "room.js";
    const std::string pattern = fuzzed ? "room:*" : "neighbour:*";
    routes.routes.push_back(
        std::make_shared<const RoomRoute>(RoomRoute{.file = path.filename().string(),
                                                    .pattern = pattern,
                                                    .topics = TopicPattern(pattern),
                                                    .path = fuzzed ? "/room/:id" : "",
                                                    .exports = {},
                                                    .limits = fuzzed ? small_limits() : RoomLimits{},
                                                    .program = *std::move(program)}));
  }
  std::filesystem::remove_all(folder);
  return std::make_shared<const HostedApp>(HostedApp{std::make_shared<const RoomRoutes>(std::move(routes)), {}});
}

}  // namespace entmoot::fuzz
