// SPDX-License-Identifier: MIT

#include "server.hpp"

#include "control.hpp"

#include <entmoot/base/embedded.hpp>
#include <entmoot/base/log.hpp>

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <span>
#include <utility>

std::span<const entmoot::EmbeddedFile> entmoot_browser_files();  // cmake/embed.cmake

namespace entmoot_app {

namespace fs = std::filesystem;
using namespace entmoot;
using namespace std::chrono_literals;

namespace {

constexpr Duration look_every = 125ms;
// Files that are being written (saved by an editor that empties them first, checked out by git) are left alone until
// they lie still; but not for ever, if something writes all the time.
constexpr int restless_looks_max = 40;
// What changes while it is read is read again.
constexpr int loads_max = 5;

/// What a change of these files would change: names, sizes and times.
std::string looks_of(const std::vector<fs::path>& files) {
  std::string looks;
  for (const auto& file : files) {
    std::error_code none;
    const auto time = fs::last_write_time(file, none);
    const auto size = fs::is_regular_file(file, none) ? fs::file_size(file, none) : 0;
    fmt::format_to(std::back_inserter(looks), "{} {} {}\n", file.string(), time.time_since_epoch().count(), size);
  }
  return looks;
}

EndpointOptions endpoint_options(const Config& config) { return {.listener = config.listener, .http = config.http}; }

}  // namespace

Server::Server(std::shared_ptr<const App> app, std::unique_ptr<AppLoader> loader, bool watch)
    : app_at_start_(std::move(app)),
      watch_(watch),
      shards_(app_at_start_->config.shards),
      pubsub_(shards_),
      presence_(shards_, pubsub_),
      registry_(shards_),
      rooms_({shards_, registry_, pubsub_, presence_}, app_at_start_),
      news_(shards_, pubsub_),
      user_socket_(rooms_, watch ? &news_ : nullptr, app_at_start_->config.tokens),
      sockets_(shards_, pubsub_, user_socket_, app_at_start_->config.socket.limits),
      requests_(rooms_, own_files_),
      endpoint_(shards_, endpoint_options(app_at_start_->config)),
      loader_(std::move(loader)),
      app_now_(app_at_start_),
      seen_(looks_of(loader_->sources())),
      worker_("reload", 16) {
  mount(app_at_start_->config);
}

Server::~Server() { stop(Duration::zero()); }

void Server::mount(const Config& config) {
  WebSocketOptions websocket = config.socket.websocket;
  websocket.compress = config.compress;
  EndpointSocket socket{
      .connect = [this](const ConnectInfo& info, Transport& transport) { return sockets_.connect(info, transport); },
      .origin = config.origins,
      .auth_token = config.tokens.given(),
      .websocket = websocket};
  if (config.socket.longpoll) socket.longpoll = config.socket.longpolling;
  endpoint_.socket(config.socket.path, std::move(socket));
  endpoint_.otherwise(
      [this](const HttpRequest& request, Responder responder) { requests_.handle(request, std::move(responder)); });
  for (const EmbeddedFile& file : entmoot_browser_files()) {
    std::string content(file.bytes);
    constexpr std::string_view placeholder = "$SOCKET_PATH";
    if (const auto at = content.find(placeholder); at != std::string::npos) {
      content.replace(at, placeholder.size(), config.socket.path);
    }
    const EmbeddedFile one{file.name, content};
    own_files_.add({&one, 1}, {.prefix = "/entmoot/"});
  }
}

Result<void> Server::start() {
  shards_.start();
  if (auto listening = endpoint_.start(); !listening) return listening;
  control_ = std::make_unique<Control>(*this, app_at_start_->folder);
  if (watch_) look_later();
  return {};
}

void Server::stop(Duration patience) {
  if (!shards_.running()) return;
  control_.reset();
  endpoint_.drain_and_close(patience);
  shards_.visit_all([this](Shard&) { rooms_.stop_here(); });
  shards_.stop_and_join();
}

// --- other code

void Server::reload(ReplyTo reply) {
  auto job = [this, reply = std::move(reply)]() mutable { load_again(std::move(reply)); };
  if (!worker_.submit(std::move(job))) log::warn("too many reloads wait; this one is not done");
}

void Server::look_later() {
  shards_[0].post([this] {
    shards_[0].after(look_every, [this] {
      const bool taken = worker_.submit([this] {
        look();
        look_later();
      });
      if (!taken) look_later();  // it has enough to do
    });
  });
}

/// On the worker's thread.
void Server::look() {
  std::string looks = looks_of(loader_->sources());
  if (looks == seen_) {
    restless_looks_ = 0;
  } else if (looks == looked_at_ || ++restless_looks_ == restless_looks_max) {
    restless_looks_ = 0;
    load_again(ReplyTo());
  }
  looked_at_ = std::move(looks);
}

/// On the worker's thread.
void Server::load_again(ReplyTo reply) {
  Result<std::shared_ptr<const App>> app = fail(ErrorCode::failed, "");
  for (int loads = 0; loads < loads_max; ++loads) {
    const auto sources = loader_->sources();
    const std::string before = looks_of(sources);
    app = loader_->load();
    seen_.clear();
    if (looks_of(sources) != before) continue;
    seen_ = looks_of(loader_->sources());
    break;
  }
  if (!app) {
    log::error("the code that is saved does not run, the rooms go on in the code before:{}",
               log::indented(app.error().reason));
    news_.problem(app.error().reason);
    return std::move(reply)(app.error());
  }
  const bool page_changed = !(*app)->files.same_as(app_now_->files);
  app_now_ = *app;
  if (const auto settings = settings_of_next_start(*app_at_start_, *app_now_); !settings.empty()) {
    log::warn("changed since the start, and taken up by the next one only: `{}`", fmt::join(settings, "`, `"));
  }
  for (const auto& warning : warnings_of(*app_now_)) log::warn("{}", warning);
  rooms_.use(*std::move(app));
  log::info("reloaded");
  news_.problem({});
  if (page_changed) news_.page_changed();
  std::move(reply)(JsonText());
}

}  // namespace entmoot_app
