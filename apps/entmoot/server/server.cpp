// SPDX-License-Identifier: MIT

#include "server.hpp"

#include "control.hpp"

#include <entmoot/base/embedded.hpp>
#include <entmoot/base/log.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <span>
#include <string>
#include <string_view>
#include <utility>

std::span<const entmoot::EmbeddedFile> entmoot_browser_files();  // cmake/embed.cmake

namespace entmoot_app {

using namespace entmoot;

namespace {

/// The files that the server itself provides to pages, below /entmoot/.
StaticFiles browser_files(const std::string& socket_path) {
  constexpr std::string_view placeholder = "$SOCKET_PATH";
  StaticFiles files;
  for (const EmbeddedFile& file : entmoot_browser_files()) {
    std::string content(file.bytes);
    if (const auto at = content.find(placeholder); at != std::string::npos) {
      content.replace(at, placeholder.size(), socket_path);
    }
    const EmbeddedFile one{file.name, content};
    files.add({&one, 1}, {.prefix = "/entmoot/"});
  }
  return files;
}

EndpointSocket socket_of(const Config& config) {
  EndpointSocket socket;
  socket.origin = config.origins;
  socket.auth_token = config.tokens.given();
  socket.websocket = config.socket.websocket;
  socket.websocket.compress = config.compress;
  if (config.socket.longpoll) socket.longpoll = config.socket.longpolling;
  return socket;
}

std::string names(const std::vector<std::string>& list) { return fmt::format("`{}`", fmt::join(list, "`, `")); }

}  // namespace

NodeOptions node_options(const App& app, ChannelRoutes channels, std::shared_ptr<StoreWriter> store) {
  const Config& config = app.config;
  HttpOptions http = config.http;
  http.hosts = {.loopback_only = is_loopback_address(config.listener.address) && !config.proxy &&
                                 config.origins.check != OriginPolicy::Check::off,
                .also = config.origins.allowed,
                .advice = ": behind a proxy, set `proxy: true`, or list the origin of your page in `origins`"};
  return {.shards = config.shards,
          .endpoint = {.listener = config.listener, .http = http},
          .rooms = RoomHostOptions{.app = app.hosted,
                                   .rooms = {.rooms_max = config.node.rooms_max,
                                             .rooms_per_ip_max = config.node.rooms_per_ip_max,
                                             .sleeping_bytes_max = config.node.sleeping_bytes_max,
                                             .memory = {.bytes = config.node.memory},
                                             .restarts = config.node.restarts,
                                             .backoff = config.node.backoff,
                                             .behind_proxy = config.proxy,
                                             .store = std::move(store)},
                                   .socket_path = config.socket.path,
                                   .socket = socket_of(config),
                                   .socket_limits = config.socket.limits,
                                   .channels = std::move(channels),
                                   .tokens = config.tokens,
                                   .fetch = {.policy = FetchPolicy::parse(config.fetch).value()},
                                   .own_files = browser_files(config.socket.path)}};
}

Server::Server(std::shared_ptr<const App> app, std::unique_ptr<AppLoader> loader, std::shared_ptr<StoreWriter> store,
               bool watch)
    : app_(std::move(app)),
      watch_(watch),
      node_(node_options(
          *app_,
          watch ? ChannelRoutes{{std::string(DevNews::topic), [this] { return std::make_unique<DevChannel>(*news_); }}}
                : ChannelRoutes{},
          std::move(store))),
      reloader_(node_.shards()[0], app_, std::move(loader), *this) {
  if (watch) news_.emplace(node_.shards(), node_.pubsub());
}

Server::~Server() { stop(Duration::zero()); }

Result<void> Server::start() {
  if (auto started = node_.start(); !started) return started;
  control_ = std::make_unique<Control>(*this, app_->folder);
  if (watch_) reloader_.watch();
  return {};
}

void Server::stop(Duration drain) {
  control_.reset();
  node_.stop(drain);
}

void Server::load_failed(const Error& error) {
  log::error("reload failed; rooms keep running the previous version:{}", log::indented(error.reason));
  if (news_) news_->problem(error.reason);
}

void Server::app_loaded(std::shared_ptr<const App> app, const ReloadReport& report) {
  for (const auto& warning : warnings_of(*app)) log::warn("{}", warning);
  if (!report.after_restart.empty()) {
    log::warn("changed settings that take effect after a restart: {}", names(report.after_restart));
  }
  if (!report.settings.empty()) log::info("changed settings in effect now: {}", names(report.settings));
  log::info("reloaded{}", report.rooms.empty() ? "" : fmt::format(": {}", fmt::join(report.rooms, ", ")));
  node_.rooms().use(app->hosted);
  if (!news_) return;
  news_->problem({});
  if (report.files) news_->page_changed();
}

}  // namespace entmoot_app
