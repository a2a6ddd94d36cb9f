// SPDX-License-Identifier: MIT

#pragma once

// The long-poll transport of one mount: routes HTTP requests to their session (Phoenix.Transports.LongPoll). A session
// lives on the shard of the connection that opened it; a request that arrives on another shard is posted there with the
// Responder that returns the response.
//
// A client identifies its session by a token that it cannot forge: the shard and the session's number, signed with a
// key that is generated when the mount is made and never leaves the process. So a token of another mount, another
// process or from before a restart is invalid: a GET opens a new session, a POST is answered 410. Tokens do not expire;
// sessions do.
//
// Checks in Phoenix's order: Origin (403); OPTIONS; GET: the session, or connect with the vsn (403); POST: the session
// (410); other methods: HTTP 400.
//
// From: web/http_session.  To: web/longpoll_session.  Any shard; immutable except for the tables, each its shard's.

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
  /// `options` are those of the mount. `connections` outlives close_here() on every shard; `shards` outlives the
  /// object.
  Longpoll(const EndpointSocket& mount, const LongpollOptions& options, Shards& shards,
           const PerShard<Connections>& connections);

  /// Serves one request at the mount's path; path parameters are in `request.params`. On the connection's shard.
  void serve(HttpRequest request, Peer peer, Responder responder) const;
  /// From now on no session is opened on this shard. Existing sessions are ended by Connections.
  void close_here() const { tables_.local().close(); }

  [[nodiscard]] std::size_t body_bytes_max() const noexcept { return options_.body_bytes_max; }

 private:
  struct Place {
    std::size_t shard = 0;
    std::uint64_t session = 0;
  };
  /// The session named by the request's token; the header takes precedence over the query.
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
