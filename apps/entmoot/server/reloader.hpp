// SPDX-License-Identifier: MIT

#pragma once

// Loads an app's folder again, on request or when its files have changed, on a worker's thread.

#include "app.hpp"
#include "app_loader.hpp"
#include "file_watch.hpp"

#include <entmoot/core/shard.hpp>
#include <entmoot/core/worker.hpp>
#include <entmoot/otp/reply_to.hpp>

#include <memory>
#include <string>

namespace entmoot_app {

class Reloader {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    /// The folder has been loaded: from now on it is `app`. On the worker's thread.
    virtual void app_loaded(std::shared_ptr<const App> app, const ReloadReport& report) = 0;
    /// It could not be loaded: everything goes on as it was. On the worker's thread.
    virtual void load_failed(const entmoot::Error& error) = 0;
  };

  /// `loader` has loaded `app`. `shard`, whose timers the watch uses, and `listener` outlive it.
  Reloader(entmoot::Shard& shard, std::shared_ptr<const App> app, std::unique_ptr<AppLoader> loader,
           Listener& listener);

  /// Any thread. Answers {rooms, files, settings, afterRestart}, or what is wrong with the code.
  void reload(entmoot::ReplyTo reply);
  /// Looks at the files eight times a second from now on. While the shards run.
  void watch();

 private:
  void look();
  void load(entmoot::ReplyTo reply);

  entmoot::Shard& shard_;
  const std::shared_ptr<const App> app_at_start_;
  Listener& listener_;

  // The worker's thread only.
  const std::unique_ptr<AppLoader> loader_;
  std::shared_ptr<const App> app_;
  FileWatch files_;
  entmoot::Worker worker_;
};

}  // namespace entmoot_app
