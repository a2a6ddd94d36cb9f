// SPDX-License-Identifier: MIT

#pragma once

// A folder becomes an App:
//
//   entmoot.config.ts   the settings (config.hpp); may be missing
//   rooms/*.ts          a route each: its exported `topic`, or "<name>:*"
//   public/             files for browsers; TypeScript loses its types
//
// Every script is compiled and run once by itself (server/probe.hpp), so that what cannot work is known before anybody
// joins. Mistakes are told all at once, each with its place: "rooms/chat.ts:3:7: …".
//
// Loading again compiles what has changed; a route whose files have not changed stays the very same Route, so that its
// rooms go on undisturbed. Blocks; one thread at a time, no shard's.

#include "../rooms/app.hpp"

#include <entmoot/base/result.hpp>
#include <entmoot/js/module_loader.hpp>
#include <entmoot/js/source_tools.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace entmoot_app {

class AppLoader {
 public:
  struct Options {
    bool develops = false;  ///< Pages get the script that shows problems and reloads them (priv/dev.js).
    std::optional<std::uint16_t> port = {};  ///< Instead of what the configuration says.
    std::optional<std::string> address = {};
  };
  explicit AppLoader(const std::filesystem::path& folder) : AppLoader(folder, Options()) {}
  AppLoader(const std::filesystem::path& folder, Options options);

  /// The error's reason has all mistakes, one a line.
  [[nodiscard]] entmoot::Result<std::shared_ptr<const App>> load();
  /// What a change of would make another app, as of the last load, failed or not.
  [[nodiscard]] const std::vector<std::filesystem::path>& sources() const noexcept { return sources_; }

 private:
  struct Known {
    std::string fingerprint;  // of the files it was made from
    std::string settings;     // that its rooms depend on, besides the limits
    std::shared_ptr<const Route> route;
  };
  [[nodiscard]] entmoot::Result<std::shared_ptr<const App>> load_folder();
  [[nodiscard]] entmoot::Result<Config> load_config(App& app);
  [[nodiscard]] entmoot::Result<std::shared_ptr<const Route>> load_route(const std::filesystem::path& file,
                                                                         const Config& config);
  [[nodiscard]] entmoot::Result<void> load_public(App& app);
  void watch(const std::vector<std::string>& files);

  const std::filesystem::path folder_;
  const Options options_;
  entmoot::js::ModuleLoader modules_;
  entmoot::js::SourceTools tools_;
  std::map<std::string, Known> known_;  // by file
  std::vector<std::filesystem::path> sources_;
};

}  // namespace entmoot_app
