// SPDX-License-Identifier: MIT

#include <entmoot/web/longpoll.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/phoenix/query.hpp>
#include <entmoot/web/connect.hpp>
#include <entmoot/web/longpoll_session.hpp>
#include <entmoot/web/longpoll_wire.hpp>

#include <openssl/rand.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace entmoot {

namespace {

TokenKey fresh_key() {
  std::array<char, 32> secret;
  const int done = RAND_bytes(reinterpret_cast<unsigned char*>(secret.data()), static_cast<int>(secret.size()));
  ENTMOOT_CHECK(done == 1, "RAND_bytes failed");
  return TokenKey::derive({secret.data(), secret.size()}, "long-poll session").value();
}

/// Runs `task` now if the caller is on `shard`, otherwise posts it there.
void on(Shard& shard, UniqueFunction<void()> task) {
  if (shard.is_here()) return task();
  shard.post(std::move(task));
}

}  // namespace

Longpoll::Longpoll(const EndpointSocket& mount, const LongpollOptions& options, Shards& shards,
                   const PerShard<Connections>& connections)
    : mount_(mount), options_(options), shards_(shards), key_(fresh_key()), tables_(shards.size(), [&](unsigned index) {
        return std::make_unique<LongpollTable>(connections.on(shards[index]), options_);
      }) {}

void Longpoll::serve(HttpRequest request, Peer peer, Responder responder) const {
  if (!origin_allowed(mount_.origin, request)) {
    ++tables_.local().connections().counters().refused_origin;
    warn_of_refused_origin(mount_.origin, request);
    return responder.respond(longpoll_status(403));
  }
  if (request.method == "OPTIONS") return responder.respond(longpoll_preflight(request));
  const auto place = place_of(request);
  if (request.method == "GET") return poll(place, std::move(request), std::move(peer), std::move(responder));
  if (request.method == "POST") return publish(place, request, std::move(responder));
  responder.respond(longpoll_error(400));
}

std::optional<Longpoll::Place> Longpoll::place_of(const HttpRequest& request) const {
  std::string token;
  if (const auto* header = request.header("x-phoenix-longpoll-token")) {
    token = *header;
  } else if (const auto params = parse_query(request.query)) {
    if (const auto* param = find_string(*params, "token")) token = std::string(*param);
  }
  const auto data = key_.verify(token);
  if (!data) return std::nullopt;
  const auto& pair = data->as_array();  // we signed it
  return Place{pair.at(0).to_number<std::size_t>(), pair.at(1).to_number<std::uint64_t>()};
}

void Longpoll::poll(std::optional<Place> place, HttpRequest request, Peer peer, Responder responder) const {
  if (!place) return open(request, peer, std::move(responder));
  on(shards_[place->shard], [self = shared_from_this(), id = place->session, request = std::move(request),
                             peer = std::move(peer), responder = std::move(responder)]() mutable {
    if (auto* const session = self->tables_.local().find(id)) return session->poll(std::move(responder));
    self->open(request, peer, std::move(responder));
  });
}

void Longpoll::publish(std::optional<Place> place, const HttpRequest& request, Responder responder) const {
  if (!place) return responder.respond(longpoll_status(410));
  auto body = published(request, options_);
  if (body.refused != 0) return responder.respond(longpoll_error(body.refused));
  on(shards_[place->shard], [self = shared_from_this(), id = place->session, frames = std::move(body.frames),
                             responder = std::move(responder)]() mutable {
    auto* const session = self->tables_.local().find(id);
    if (!session) return responder.respond(longpoll_status(410));
    session->publish(std::move(frames), std::move(responder));
  });
}

void Longpoll::open(const HttpRequest& request, const Peer& peer, Responder responder) const {
  auto& table = tables_.local();
  if (!table.has_room(peer.network)) return responder.respond(longpoll_error(503).with("retry-after", "5"));
  auto info = connect_info_of(request, peer, TransportKind::longpoll);
  if (mount_.auth_token) {
    if (const auto* token = request.header("x-phoenix-authtoken")) info.auth_token = *token;
  }
  const auto session = std::make_shared<LongpollSession>(table, peer.network);
  auto connected = connect_client(mount_, info, *session);
  if (!connected.handler) {
    ++table.connections().counters().refused_connect;
    return responder.respond(connected.refusal ? longpoll_status(403) : longpoll_error(500));
  }
  auto token = key_.sign(Json{Shard::here().index(), session->id()}, {.max_age = TokenKey::forever});
  responder.respond(longpoll_messages(410, token, {}));
  session->open(std::move(token), std::move(connected.handler));
}

}  // namespace entmoot
