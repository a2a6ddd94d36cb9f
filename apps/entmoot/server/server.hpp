// SPDX-License-Identifier: MIT

#pragma once

// The running server of one app: a node that hosts its rooms, the reloader, the control socket, and under `--watch` the
// channel for pages under development.
//
// A reload (a changed file, SIGHUP, `entmoot reload`) loads the folder again. On success, every shard serves the new
// app and each room reloads independently. On failure, the previous app stays in use, and the errors are logged, sent
// to the caller, and shown on pages under development. TakesEffect (setting.hpp) states which settings take effect.

#include "app.hpp"
#include "app_loader.hpp"
#include "dashboard.hpp"
#include "dev_channel.hpp"
#include "reloader.hpp"

#include <entmoot/node/node.hpp>
#include <entmoot/store/store_writer.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace entmoot_app {

class Control;

/// How long clients have to read their last bytes, after the last of them was asked to reconnect.
inline constexpr entmoot::Duration last_bytes_time = std::chrono::seconds(3);

class Server final : private Reloader::Listener {
 public:
  /// `loader` has loaded `app`. `store`: that of open_data(). With `watch`, a changed file triggers a reload.
  Server(std::shared_ptr<const App> app, std::unique_ptr<AppLoader> loader, std::shared_ptr<entmoot::StoreWriter> store,
         bool watch);
  /// stop().
  ~Server() override;

  [[nodiscard]] entmoot::Result<void> start();
  [[nodiscard]] std::uint16_t port() const noexcept { return node_.port(); }

  /// Any thread. See Reloader::reload.
  void reload(entmoot::ReplyTo reply) { reloader_.reload(std::move(reply)); }
  /// Node::leave_service().
  void leave_service() noexcept { node_.leave_service(); }
  /// Node::stop. From the main thread.
  void stop(entmoot::Duration drain);

  /// The port of /metrics, if it is served.
  [[nodiscard]] std::optional<std::uint16_t> metrics_port() const;
  /// Any thread. Answers the text of /metrics as a JSON string.
  void metrics(entmoot::ReplyTo reply);
  /// Any thread. Calls `alive` on the first shard when every shard has run a task.
  void check_alive(entmoot::UniqueFunction<void()> alive);

  [[nodiscard]] entmoot::Node& node() noexcept { return node_; }
  /// Null: `dashboard.enabled` is false.
  [[nodiscard]] Dashboard* dashboard() noexcept { return dashboard_ ? &*dashboard_ : nullptr; }
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return app_->folder; }
  /// Reloads since the start, failed ones included. Any thread.
  [[nodiscard]] std::uint64_t loads() const noexcept { return reloads_.load() + failed_reloads_.load(); }

 private:
  // Reloader::Listener
  void app_loaded(std::shared_ptr<const App> app, const ReloadReport& report) override;
  void load_failed(const entmoot::Error& error) override;

  void serve_metrics();
  [[nodiscard]] std::string metrics_text(const entmoot::NodeMetrics& metrics) const;

  const std::shared_ptr<const App> app_;  // at the start
  const bool watch_;
  std::optional<DevNews> news_;  // before the node, whose channels read it
  std::atomic<std::uint64_t> reloads_ = 0;
  std::atomic<std::uint64_t> failed_reloads_ = 0;
  std::optional<Dashboard> dashboard_;  // before the node, whose connections use its socket
  entmoot::Node node_;
  std::unique_ptr<entmoot::Endpoint> operators_;  // null: `metrics.port` is not set
  std::unique_ptr<Control> control_;
  Reloader reloader_;
};

/// The options of a node that serves `app`. `channels` take precedence over the rooms.
[[nodiscard]] entmoot::NodeOptions node_options(const App& app, entmoot::ChannelRoutes channels = {},
                                                std::shared_ptr<entmoot::StoreWriter> store = {});

}  // namespace entmoot_app
