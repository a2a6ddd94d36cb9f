// SPDX-License-Identifier: MIT

#pragma once

// Loads an app's folder again, on request or when its files have changed. Loading runs on a worker's thread, one load
// at a time; at most 16 requests are queued.

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
    /// The folder has been loaded; `app` replaces the previous one. On the worker's thread.
    virtual void app_loaded(std::shared_ptr<const App> app, const ReloadReport& report) = 0;
    /// The folder could not be loaded; the previous app stays in use. On the worker's thread.
    virtual void load_failed(const entmoot::Error& error) = 0;
  };

  /// `loader` has loaded `app`. `shard` and `listener` outlive the reloader; watch() uses the shard's timers.
  Reloader(entmoot::Shard& shard, std::shared_ptr<const App> app, std::unique_ptr<AppLoader> loader,
           Listener& listener);

  /// Any thread. Answers {rooms, files, settings, afterRestart} (ReloadReport) or the errors; `overloaded` if the queue
  /// is full.
  void reload(entmoot::ReplyTo reply);
  /// Starts polling the files eight times a second. The shards must be running.
  void watch();

 private:
  void poll_files();
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
