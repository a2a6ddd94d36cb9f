// SPDX-License-Identifier: MIT

#include <entmoot/web/endpoint.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/web/http_session.hpp>

#include <functional>
#include <future>
#include <latch>
#include <string>
#include <utility>

namespace entmoot {

Endpoint::Endpoint(Shards& shards, EndpointOptions options)
    : shards_(shards),
      options_(std::move(options)),
      site_(std::make_shared<Site>()),
      connections_(shards.size(), [&](unsigned index) { return std::make_unique<Connections>(shards[index]); }) {
  site_->http = options_.http;
}

Endpoint::~Endpoint() { close(); }

Site& Endpoint::site() {
  ENTMOOT_CHECK(!started_, "sockets, routes and files are mounted before start()");
  return *site_;
}

Endpoint& Endpoint::socket(std::string_view path, EndpointSocket mount) {
  PathPattern websocket_path(std::string(path) + mount.websocket_path);
  PathPattern longpoll_path(std::string(path) + mount.longpoll_path);
  auto longpoll = mount.longpoll ? std::make_shared<Longpoll>(mount, *mount.longpoll, shards_, connections_) : nullptr;
  site().mounts.push_back({std::move(websocket_path), std::move(longpoll_path), std::move(longpoll), std::move(mount)});
  return *this;
}

Endpoint& Endpoint::route(std::string_view method, std::string_view pattern, HttpHandler handler) {
  site().router.add(method, pattern, std::move(handler));
  return *this;
}

Endpoint& Endpoint::otherwise(HttpHandler handler) {
  site().router.otherwise(std::move(handler));
  return *this;
}

Endpoint& Endpoint::static_files(std::span<const EmbeddedFile> files, const StaticOptions& options) {
  site().files.add(files, options);
  return *this;
}

Result<void> Endpoint::start() {
  for (const auto& mount : site_->mounts) {
    if (auto valid = mount.socket.origin.validate(); !valid) return valid.error();
  }
  auto socket = ListeningSocket::open(options_.listener);
  if (!socket) return socket.error();
  site();
  started_ = true;
  port_ = socket->port;
  shards_[0].post([this, listening = *std::move(socket)]() mutable {
    const auto accepted = [this](Fd fd, Admission admission, Peer peer) {
      Shard& shard = shards_[next_shard_++ % shards_.size()];
      shard.post([&shard, &connections = connections_.on(shard), site = site_, accepted_fd = std::move(fd),
                  admitted = std::move(admission), from = std::move(peer)]() mutable {
        HttpSession::start(connections, std::move(site), Stream(shard, std::move(accepted_fd), std::move(admitted)),
                           std::move(from));
      });
    };
    listener_ = std::make_unique<Listener>(connections_.on(shards_[0]), std::move(listening),
                                           options_.listener.admission, accepted);
  });
  return {};
}

void Endpoint::drain(UniqueFunction<void()> done) {
  // Through the first shard: the connections it has handed over arrive before this does.
  shards_[0].post([this, done = std::move(done)]() mutable {
    listener_.reset();
    struct Drained {
      std::size_t left;
      UniqueFunction<void()> done;
    };
    auto drained = std::make_shared<Drained>(Drained{shards_.size(), std::move(done)});
    for (std::size_t i = 0; i < shards_.size(); ++i) {
      // The shares of all shards add up to the batch size.
      auto share = options_.drainer;
      share.batch_size = (options_.drainer.batch_size + i) / shards_.size();
      shards_[i].post([this, drained, share, &connections = connections_.on(shards_[i])] {
        connections.drain(share, [this, drained] {
          shards_[0].post([drained] {
            if (--drained->left == 0) drained->done();
          });
        });
      });
    }
  });
}

void Endpoint::drain_and_close(Duration timeout) {
  if (timeout > Duration::zero() && started_ && !closed_ && shards_.running()) {
    const auto drained = std::make_shared<std::promise<void>>();
    drain([drained] { drained->set_value(); });
    drained->get_future().wait_for(timeout);
  }
  close();
}

void Endpoint::close() {
  if (!started_ || std::exchange(closed_, true)) return;
  ENTMOOT_CHECK(!Shard::try_here(), "Endpoint::close() blocks, so it must not run on a shard's thread");
  const auto shards = static_cast<std::ptrdiff_t>(shards_.size());
  const auto gone = std::make_shared<std::latch>(shards);
  shards_[0].post([this, gone] {
    listener_.reset();
    shards_.post_to_all([this, gone] {
      for (const auto& mount : site_->mounts) {
        if (mount.longpoll) mount.longpoll->close_here();  // a request may still be on its way to this shard
      }
      connections_.local().drop_all();
      // After the tasks that the connections posted as they ended.
      Shard::here().post([gone] { gone->count_down(); });
    });
  });
  if (shards_.running()) return gone->wait();
  while (!gone->try_wait()) {
    for (std::size_t i = 0; i < shards_.size(); ++i) shards_[i].poll();
  }
}

void Endpoint::count(UniqueFunction<void(std::size_t)> report) {
  shards_.map_reduce([this](Shard&) { return connections_.local().size(); }, std::size_t{0}, std::plus<>(),
                     std::move(report));
}

}  // namespace entmoot
