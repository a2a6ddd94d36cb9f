// SPDX-License-Identifier: MIT

#pragma once

// The long-poll transport of one mount: HTTP requests find their session (Phoenix.Transports.LongPoll). A session lives
// on the shard of the connection that opened it; a request that arrives on another shard is taken there by post(), with
// the Responder that takes the answer back.
//
// A client names its session by a token that it cannot forge: the shard and the session's number, signed with a key
// that is drawn when the mount is made and never leaves the process. So a token of another mount, another process or
// before a restart is simply none: a GET opens a new session, a POST is told 410. It does not expire, its session does.
//
// Checks in Phoenix's order: Origin (403), OPTIONS, then GET: the session, or connect with the vsn (403); POST: the
// session (410); other methods are HTTP 400.
//
// From: web/http_session.  To: web/longpoll_session.  Any shard; immutable but for the tables, each its shard's.

#include <entmoot/core/per_shard.hpp>
#include <entmoot/core/shards.hpp>
#include <entmoot/phoenix/token.hpp>
#include <entmoot/web/admission.hpp>
#include <entmoot/web/endpoint_socket.hpp>
#include <entmoot/web/http_request.hpp>
#include <entmoot/web/longpoll_table.hpp>
#include <entmoot/web/responder.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace entmoot {

class Longpoll : public std::enable_shared_from_this<Longpoll> {
 public:
  /// `mount.longpoll` is set. `connections` until close_here() was called on every shard, `shards` for good.
  Longpoll(const EndpointSocket& mount, Shards& shards, const PerShard<Connections>& connections);

  /// One request at the mount's path, its parts in `request.params`. On the connection's shard.
  void serve(HttpRequest request, Peer peer, Responder responder) const;
  /// No session is opened on this shard any more; those that are there the connections end.
  void close_here() const { tables_.local().close(); }

  [[nodiscard]] std::size_t body_bytes_max() const noexcept { return options_.body_bytes_max; }

 private:
  struct Place {
    std::size_t shard = 0;
    std::uint64_t session = 0;
  };
  /// What the request's token says; the header's wins over the query's.
  [[nodiscard]] std::optional<Place> place_of(const HttpRequest& request) const;
  void poll(std::optional<Place> place, HttpRequest request, Peer peer, Responder responder) const;
  void publish(std::optional<Place> place, const HttpRequest& request, Responder responder) const;
  /// On the shard where the session will live.
  void open(const HttpRequest& request, const Peer& peer, Responder responder) const;

  // Constant after construction.
  const EndpointSocket mount_;
  const LongpollOptions options_;
  Shards& shards_;
  const TokenKey key_;
  // Each touched by its own shard's thread only.
  const PerShard<LongpollTable> tables_;
};

}  // namespace entmoot
