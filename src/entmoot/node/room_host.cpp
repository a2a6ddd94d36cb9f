// SPDX-License-Identifier: MIT

#include <entmoot/node/room_host.hpp>

#include <entmoot/node/fetch_handlers.hpp>
#include <entmoot/node/node.hpp>
#include <entmoot/node/token_handlers.hpp>

#include <utility>

namespace entmoot {

RoomHost::RoomHost(Node& node, RoomHostOptions options)
    : shards_(node.shards()),
      fetchers_(
          shards_.size(),
          [&](unsigned index) {
            const Shard::Scope scope(shards_[index]);
            return std::make_unique<std::unique_ptr<Fetcher>>(std::make_unique<Fetcher>(shards_[index], options.fetch));
          }),
      rooms_(
          shards_, node.js(), {node.registry(), node.pubsub(), node.presence()},
          [&] {
            RoomsOptions rooms = std::move(options.rooms);
            rooms.add_handlers = [this, tokens = std::make_shared<const Tokens>(options.tokens),
                                  more = std::move(rooms.add_handlers)](
                                     Shard& shard, const std::shared_ptr<MemoryAccount>& account, Handlers& handlers) {
              add_fetch_handlers(handlers, *fetchers_.on(shard), account);
              add_token_handlers(handlers, tokens);
              if (more) more(shard, account, handlers);
            };
            return rooms;
          }(),
          options.app->routes),
      user_socket_(rooms_, options.tokens, options.channels),
      sockets_(shards_, node.pubsub(), user_socket_, options.socket_limits),
      requests_(rooms_, shards_.size(),
                {.own_files = std::move(options.own_files),
                 .origins = options.socket.origin,
                 .cors = std::move(options.cors),
                 .tokens = options.tokens},
                options.app) {
  options.socket.connect = [this](const ConnectInfo& info, Transport& transport) {
    return sockets_.connect(info, transport);
  };
  node.endpoint().socket(options.socket_path, std::move(options.socket));
  node.endpoint().otherwise(
      [this](const HttpRequest& request, Responder responder) { requests_.handle(request, std::move(responder)); });
}

void RoomHost::use(const std::shared_ptr<const HostedApp>& app) {
  shards_.post_to_all([this, app] { requests_.use_here(app); });
  rooms_.use(app->routes);
}

void RoomHost::stop_here() {
  rooms_.stop_here();
  fetchers_.local().reset();
}

}  // namespace entmoot
