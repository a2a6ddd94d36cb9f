// SPDX-License-Identifier: MIT

#pragma once

// Loads a file of rooms/ as a RoomRoute: compiles it, runs it once in isolation (server/probe.hpp) and checks its
// exports. Loading again compiles only changed files. A file whose code and settings have not changed gives the same
// RoomRoute object, so that its rooms are not reloaded.
//
// load() blocks; call it from one thread at a time, never from a shard's thread.

#include "../config.hpp"
#include "environment.hpp"

#include <entmoot/base/result.hpp>
#include <entmoot/js/module_loader.hpp>
#include <entmoot/rooms/room_route.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace entmoot_app {

class RoomLoader {
 public:
  /// `modules` reads the files below `folder`; it outlives the loader.
  RoomLoader(std::filesystem::path folder, entmoot::js::ModuleLoader& modules)
      : folder_(std::move(folder)), modules_(modules) {}

  /// The route of `file`, whose rooms see the variables `env`. The error's reason begins with a position:
  /// "rooms/chat.ts:3:7: …".
  [[nodiscard]] entmoot::Result<std::shared_ptr<const entmoot::RoomRoute>> load(const std::filesystem::path& file,
                                                                                const Config& config,
                                                                                const Variables& env);

 private:
  struct Known {
    std::string fingerprint;  // of the route's modules
    std::string settings;     // that the route's rooms depend on, besides the limits
    Variables env;
    std::shared_ptr<const entmoot::RoomRoute> route;
  };

  const std::filesystem::path folder_;
  entmoot::js::ModuleLoader& modules_;
  std::map<std::string, Known> known_;  // by file
};

}  // namespace entmoot_app
