// SPDX-License-Identifier: MIT

#include "server.hpp"

#include "control.hpp"

#include <entmoot/base/embedded.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/node/health.hpp>
#include <entmoot/node/prometheus_text.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

std::span<const entmoot::EmbeddedFile> entmoot_browser_files();  // cmake/embed.cmake

namespace entmoot_app {

using namespace entmoot;

namespace {

// Between two batches of clients that are asked to reconnect.
constexpr Duration drain_interval = std::chrono::milliseconds(100);

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
  socket.origin.advice = "; to allow it, add it to `origins` in entmoot.config.ts";
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
          .endpoint = {.listener = config.listener,
                       .http = http,
                       .drainer = {.batch_interval = drain_interval,
                                   .over = config.drain.time,
                                   .shutdown = config.drain.time + last_bytes_time}},
          .rooms = RoomHostOptions{.app = app.hosted,
                                   .rooms = {.rooms_max = config.node.rooms_max,
                                             .rooms_per_ip_max = config.node.rooms_per_ip_max,
                                             .sleeping_bytes_max = config.node.sleeping_bytes_max,
                                             .memory = {.bytes = config.node.memory},
                                             .restarts = config.node.restarts,
                                             .backoff = config.node.backoff,
                                             .behind_proxy = config.proxy,
                                             .expose_errors = config.expose_errors.value_or(false),
                                             .store = std::move(store)},
                                   .socket_path = config.socket.path,
                                   .socket = socket_of(config),
                                   .socket_limits = config.socket.limits,
                                   .channels = std::move(channels),
                                   .tokens = config.tokens,
                                   .fetch = {.policy = FetchPolicy::parse(config.fetch).value()},
                                   .own_files = browser_files(config.socket.path),
                                   .cors = config.cors}};
}

namespace {

/// Those of a server of its own. With `watch`, clients are the pages of the app's author.
NodeOptions served(const App& app, ChannelRoutes channels, std::shared_ptr<StoreWriter> store, bool watch) {
  NodeOptions options = node_options(app, std::move(channels), std::move(store));
  if (options.rooms) options.rooms->rooms.expose_errors = app.config.expose_errors.value_or(watch);
  return options;
}

}  // namespace

Server::Server(std::shared_ptr<const App> app, std::unique_ptr<AppLoader> loader, std::shared_ptr<StoreWriter> store,
               bool watch)
    : app_(std::move(app)),
      watch_(watch),
      node_(served(
          *app_,
          watch ? ChannelRoutes{{std::string(DevNews::topic), [this] { return std::make_unique<DevChannel>(*news_); }}}
                : ChannelRoutes{},
          std::move(store), watch)),
      reloader_(node_.shards()[0], app_, std::move(loader), *this) {
  if (watch) news_.emplace(node_.shards(), node_.pubsub());
  add_health_routes(node_.endpoint(), node_);
  serve_metrics();
  if (app_->config.dashboard.enabled) dashboard_.emplace(*this, app_->config.dashboard.token).mount(node_);
}

Server::~Server() { stop(Duration::zero()); }

void Server::serve_metrics() {
  const MetricsSettings& settings = app_->config.metrics;
  if (!settings.port) return;
  HttpOptions http;
  http.hosts = {.loopback_only = is_loopback_address(settings.address),
                .advice = ": to read the metrics from elsewhere, set `metrics.address`"};
  operators_ = std::make_unique<Endpoint>(
      node_.shards(), EndpointOptions{.listener = {.address = settings.address, .port = *settings.port}, .http = http});
  add_health_routes(*operators_, node_);
  operators_->get("/metrics", [this](const HttpRequest&, Responder responder) {
    node_.measure([this, responder = std::move(responder)](const NodeMetrics& metrics) mutable {
      auto response = HttpResponse::text(200, metrics_text(metrics));
      for (auto& header : response.headers) {
        if (header.name == "content-type") header.value = "text/plain; version=0.0.4; charset=utf-8";
      }
      responder.respond(std::move(response));
    });
  });
}

std::string Server::metrics_text(const NodeMetrics& metrics) const {
  PrometheusText own;
  own.family("entmoot_info", "gauge", "1; the label is the version.");
  own.sample(1, {{"version", ENTMOOT_VERSION}});
  own.family("entmoot_reloads_total", "counter", "Loads of the app since the start, by outcome.");
  own.sample(reloads_.load(), {{"outcome", "ok"}});
  own.sample(failed_reloads_.load(), {{"outcome", "failed"}});
  return own.text() + prometheus_text(metrics);
}

void Server::metrics(ReplyTo reply) {
  node_.measure([this, reply = std::move(reply)](const NodeMetrics& metrics) mutable {
    std::move(reply)(JsonText::of(Json(metrics_text(metrics))));
  });
}

void Server::check_alive(UniqueFunction<void()> alive) {
  node_.shards().map_reduce([](Shard&) { return true; }, true, std::logical_and<>(),
                            [alive = std::move(alive)](bool) mutable { alive(); });
}

std::optional<std::uint16_t> Server::metrics_port() const {
  return operators_ ? std::optional(operators_->port()) : std::nullopt;
}

Result<void> Server::start() {
  if (auto started = node_.start(); !started) return started;
  if (operators_) {
    if (auto started = operators_->start(); !started) return started;
  }
  control_ = std::make_unique<Control>(*this, app_->folder);
  if (watch_) reloader_.watch();
  return {};
}

void Server::stop(Duration drain) {
  control_.reset();
  node_.drain(drain);
  operators_.reset();  // readable while the clients leave
  node_.stop(drain);
}

void Server::load_failed(const Error& error) {
  ++failed_reloads_;
  log::error("reload failed; rooms keep running the previous version:{}", log::indented(error.reason));
  if (news_) news_->problem(error.reason);
}

void Server::app_loaded(std::shared_ptr<const App> app, const ReloadReport& report) {
  ++reloads_;
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
