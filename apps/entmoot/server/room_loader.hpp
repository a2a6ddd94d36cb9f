// SPDX-License-Identifier: MIT

#pragma once

// A file of rooms/ becomes a RoomRoute: compiled, run once by itself (server/probe.hpp), its exports checked. Loading
// again compiles what has changed; a file whose code and settings have not changed gives the very same RoomRoute, so
// that its rooms go on undisturbed.
//
// Blocks; one thread at a time, no shard's.

#include "../config.hpp"

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

  /// The error's reason begins with a place: "rooms/chat.ts:3:7: …".
  [[nodiscard]] entmoot::Result<std::shared_ptr<const entmoot::RoomRoute>> load(const std::filesystem::path& file,
                                                                                const Config& config);

 private:
  struct Known {
    std::string fingerprint;  // of the modules it was made from
    std::string settings;     // that its rooms depend on, besides the limits
    std::shared_ptr<const entmoot::RoomRoute> route;
  };

  const std::filesystem::path folder_;
  entmoot::js::ModuleLoader& modules_;
  std::map<std::string, Known> known_;  // by file
};

}  // namespace entmoot_app
