// SPDX-License-Identifier: MIT

#pragma once

// An app for tests of a node.

#include "../js/folder.hpp"

#include <entmoot/js/module_loader.hpp>
#include <entmoot/node/room_requests.hpp>
#include <entmoot/rooms/room_entries.hpp>
#include <entmoot/rooms/room_routes.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

namespace entmoot {

/// An app of one file that serves "room:*".
inline std::shared_ptr<const HostedApp> app_of(const std::string& source) {
  const Folder folder({{"room.ts", source}});
  js::ModuleLoader modules(folder.path());
  const auto graph = modules.load(folder.path() / "room.ts");
  REQUIRE(graph.has_value());
  const auto program = load_room_program(*graph);
  REQUIRE(program.has_value());
  RoomRoutes routes;
  routes.routes.push_back(std::make_shared<const RoomRoute>(RoomRoute{.file = "room.ts",
                                                                      .pattern = "room:*",
                                                                      .topics = TopicPattern("room:*"),
                                                                      .path = "",
                                                                      .exports = {},
                                                                      .limits = {},
                                                                      .program = *program}));
  return std::make_shared<const HostedApp>(HostedApp{std::make_shared<const RoomRoutes>(std::move(routes)), {}});
}

}  // namespace entmoot
