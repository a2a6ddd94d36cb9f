// SPDX-License-Identifier: MIT

#include "reloader.hpp"

#include <entmoot/base/log.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value_from.hpp>

#include <chrono>
#include <utility>

namespace entmoot_app {

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

constexpr Duration poll_interval = 125ms;
constexpr std::size_t queued_reloads_max = 16;

JsonText json_of(const ReloadReport& report) {
  return JsonText::of({{"rooms", boost::json::value_from(report.rooms)},
                       {"files", report.files},
                       {"settings", boost::json::value_from(report.settings)},
                       {"afterRestart", boost::json::value_from(report.after_restart)}});
}

}  // namespace

Reloader::Reloader(Shard& shard, std::shared_ptr<const App> app, std::unique_ptr<AppLoader> loader, Listener& listener)
    : shard_(shard),
      app_at_start_(std::move(app)),
      listener_(listener),
      loader_(std::move(loader)),
      app_(app_at_start_),
      worker_("reload", queued_reloads_max) {
  files_.mark(loader_->sources());
}

void Reloader::reload(ReplyTo reply) {
  const auto shared = std::make_shared<ReplyTo>(std::move(reply));
  if (worker_.submit([this, shared] { load(std::move(*shared)); })) return;
  log::warn("reload queue full ({} queued); request rejected", queued_reloads_max);
  std::move (*shared)(fail(ErrorCode::overloaded, "reload queue full; try again later"));
}

void Reloader::watch() {
  shard_.post([this] {
    shard_.after(poll_interval, [this] {
      const bool accepted = worker_.submit([this] {
        poll_files();
        watch();
      });
      if (!accepted) watch();  // the queue is full
    });
  });
}

void Reloader::poll_files() {
  if (files_.poll(loader_->sources())) load(ReplyTo());
}

void Reloader::load(ReplyTo reply) {
  Result<std::shared_ptr<const App>> app = fail(ErrorCode::failed, "not loaded");
  files_.load_unchanged([this] { return loader_->sources(); }, [&] { app = loader_->load(); });
  if (!app) {
    listener_.load_failed(app.error());
    return std::move(reply)(app.error());
  }
  const ReloadReport report = compare(*app_at_start_, *app_, **app);
  app_ = *app;
  listener_.app_loaded(app_, report);
  std::move(reply)(json_of(report));
}

}  // namespace entmoot_app
