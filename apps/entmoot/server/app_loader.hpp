// SPDX-License-Identifier: MIT

#pragma once

// Loads an App from its folder:
//
//   entmoot.config.ts   the settings (config.hpp); optional
//   rooms/*.ts          one route each (room_loader.hpp): its exported `topic`, or "<name>:*"
//   public/             files for browsers (public_files.hpp)
//
// All errors are reported at once, each with its position: "rooms/chat.ts:3:7: …". Loading again compiles only changed
// files. load() blocks; call it from one thread at a time, never from a shard's thread.

#include "app.hpp"
#include "environment.hpp"
#include "room_loader.hpp"

#include <entmoot/base/result.hpp>
#include <entmoot/js/module_loader.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace entmoot_app {

class AppLoader {
 public:
  struct Options {
    bool develops = false;                   ///< See PublicFilesOptions.
    std::optional<std::uint16_t> port = {};  ///< Overrides the configuration; so do the next ones.
    std::optional<std::string> address = {};
    std::optional<std::string> data = {};
    std::vector<std::string> set = {};  ///< `--set`: "limits.heap=32MB".
    bool dotenv = false;                ///< The app's `.env` is read (server/environment.hpp).
    bool needs_variables = true;        ///< A missing variable of `env` is an error.
  };
  explicit AppLoader(const std::filesystem::path& folder) : AppLoader(folder, Options()) {}
  AppLoader(const std::filesystem::path& folder, Options options);

  /// The error's reason lists all errors, one per line.
  [[nodiscard]] entmoot::Result<std::shared_ptr<const App>> load();
  /// The files and folders that the last load has read, whether it succeeded or not.
  [[nodiscard]] const std::vector<std::filesystem::path>& sources() const noexcept { return sources_; }

 private:
  [[nodiscard]] entmoot::Result<std::shared_ptr<const App>> load_folder();
  [[nodiscard]] entmoot::Result<Environment> load_environment();
  [[nodiscard]] entmoot::Result<Config> load_config(App& app, const Environment& environment);
  void check_variables(const Config& config, const Environment& environment, std::vector<std::string>& problems) const;
  void load_rooms(const Config& config, const Environment& environment, entmoot::RoomRoutes& routes,
                  std::vector<std::string>& problems);
  void check_limits(const Config& config, const entmoot::RoomRoutes& routes, std::vector<std::string>& problems) const;
  void add_sources(const std::vector<std::string>& files);

  const std::filesystem::path folder_;
  const Options options_;
  entmoot::js::ModuleLoader modules_;
  RoomLoader rooms_;
  std::vector<std::filesystem::path> sources_;
};

}  // namespace entmoot_app
