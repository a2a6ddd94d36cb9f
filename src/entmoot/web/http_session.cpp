// SPDX-License-Identifier: MIT

#include <entmoot/web/http_session.hpp>

#include <entmoot/base/guarded.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/web/connect.hpp>
#include <entmoot/web/handshake.hpp>
#include <entmoot/web/lingering_close.hpp>
#include <entmoot/web/subprotocol.hpp>
#include <entmoot/web/websocket_session.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace entmoot {

namespace {

/// The response to a client whose connect was refused (an Error without a reason is Phoenix's `:error`) or threw.
HttpResponse refusal_of(const EndpointSocket& mount, const HttpRequest& request, const std::optional<Error>& refusal) {
  if (!refusal) return HttpResponse::error(500, "internal error");
  if (!refusal->has_reason() || !mount.error_handler) return HttpResponse::empty(403);
  auto response = guarded([&] { return mount.error_handler(request, *refusal); });
  if (response) return *std::move(response);
  log::error("socket {}: the error handler threw {}", request.path, log::quoted(response.error().reason));
  return HttpResponse::error(500, "internal error");
}

}  // namespace

void HttpSession::start(Connections& connections, std::shared_ptr<const Site> site, Stream stream, Peer peer) {
  auto session = std::make_shared<HttpSession>(connections, std::move(site), std::move(stream), std::move(peer));
  HttpSession& self = *session;
  ++connections.counters().http;
  self.stream_.belong_to(self);
  // A new connection gets the deadline of a request head, not the longer one of a pause between requests.
  self.waiting_ = Waiting::head;
  self.input_deadline_.set(self.site_->http.head_timeout, [&self] { self.on_input_timeout(); });
  self.stream_.when_readable();
  connections.add(std::move(session));
}

HttpSession::HttpSession(Connections& connections, std::shared_ptr<const Site> site, Stream stream, Peer peer)
    : connections_(connections),
      shard_(connections.shard()),
      site_(std::move(site)),
      peer_(std::move(peer)),
      stream_(std::move(stream)),
      parser_(site_->http.limits,
              [site = site_.get()](const HttpRequest& request) { return site->body_bytes_max(request.path); }),
      pump_(shard_),
      input_deadline_(shard_) {}

HttpSession::~HttpSession() {
  if (std::exchange(state_, State::gone) != State::gone) --connections_.counters().http;
  shard_.forget_flush(*this);
}

void HttpSession::drain() {
  leaving_ = true;
  if (state_ == State::reading && parser_.is_idle() && input_at_ == input_.size()) finish();
}

void HttpSession::on_readable() {
  if (state_ != State::reading) return;
  const auto result = stream_.read(connections_.scratch());
  switch (result.status) {
    case IoResult::Status::done:
      input_.assign(connections_.scratch().data(), result.bytes);
      input_at_ = 0;
      return take_input();
    case IoResult::Status::would_block: return stream_.when_readable();
    default: return finish();
  }
}

void HttpSession::take_input() {
  std::string_view rest = std::string_view(input_).substr(input_at_);
  const auto progress = parser_.feed(rest);
  input_at_ = input_.size() - rest.size();
  switch (progress) {
    case HttpParser::Progress::more: return wait_for_input();
    case HttpParser::Progress::request: return serve(parser_.take());
    case HttpParser::Progress::refused:
      keep_alive_ = false;
      return answer(HttpResponse::error(parser_.refusal().status, parser_.refusal().reason));
  }
}

void HttpSession::wait_for_input() {
  std::string().swap(input_);
  input_at_ = 0;
  state_ = State::reading;
  const auto now_waiting = parser_.is_idle()   ? Waiting::next_request
                           : parser_.in_body() ? Waiting::body
                                               : Waiting::head;
  if (now_waiting == Waiting::next_request && leaving_) return finish();
  // Each deadline is set once: bytes that trickle in do not extend it.
  if (now_waiting != waiting_ && !(now_waiting == Waiting::next_request && waiting_ == Waiting::head)) {
    const auto& http = site_->http;
    const auto timeout = now_waiting == Waiting::next_request ? http.keep_alive_timeout
                         : now_waiting == Waiting::head       ? http.head_timeout
                                                              : http.body_timeout;
    input_deadline_.set(timeout, [this] { on_input_timeout(); });
    waiting_ = now_waiting;
  }
  if (parser_.take_expects_continue()) {
    outbox_.push_http(SharedBytes(std::string_view("HTTP/1.1 100 Continue\r\n\r\n")));
    shard_.flush_later(*this, outbox_.bytes());
  }
  stream_.when_readable();
}

void HttpSession::on_input_timeout() {
  if (parser_.is_idle()) return finish();
  keep_alive_ = false;
  answer(HttpResponse::error(408, "request timed out"));
}

void HttpSession::serve(HttpRequest request) {
  input_deadline_.cancel();
  waiting_ = Waiting::nothing;
  state_ = State::answering;
  keep_alive_ = request.keep_alive;
  leave_out_body_ = request.method == "HEAD";
  request.peer = peer_.address;
  if (!site_->http.hosts.allows(request.host)) {
    keep_alive_ = false;
    ++connections_.counters().refused_host;
    return answer(HttpResponse::error(
        403, "this server listens on loopback and answers only requests for localhost" + site_->http.hosts.advice));
  }
  if (const auto place = site_->find_mount(request.path); place.mount) return serve_mount(place, std::move(request));

  if (auto file = site_->files.find(request)) return answer(*std::move(file));
  const auto routed = guarded([&] { site_->router.route(std::move(request), responder()); });
  // The responder was destroyed unused and has answered 500.
  if (!routed) log::error("HTTP: a request handler threw {}", log::quoted(routed.error().reason));
}

Responder HttpSession::responder() {
  return {shard_, [self = weak_from_this()](HttpResponse response) {
            const auto session = std::static_pointer_cast<HttpSession>(self.lock());
            if (session && session->state_ == State::answering) session->answer(std::move(response));
          }};
}

void HttpSession::serve_mount(const Site::Place& place, HttpRequest request) {
  if (!place.path().bind(path_segments(request.path), request.params)) return answer(HttpResponse::empty(400));
  if (place.transport == TransportKind::websocket) return serve_websocket(place.mount->socket, request);
  place.mount->longpoll->serve(std::move(request), peer_, responder());
}

void HttpSession::serve_websocket(const EndpointSocket& mount, const HttpRequest& request) {
  if (request.method != "GET") return answer(HttpResponse::empty(400));
  if (!origin_allowed(mount.origin, request)) {
    ++connections_.counters().refused_origin;
    warn_of_refused_origin(mount.origin, request);
    return answer(HttpResponse::empty(403));
  }
  auto subprotocol = negotiate_subprotocol(request, mount.subprotocols, mount.auth_token);
  if (subprotocol.outcome != Subprotocol::Outcome::accepted) {
    return answer(HttpResponse::empty(subprotocol.outcome == Subprotocol::Outcome::unmatched ? 403 : 400));
  }

  auto refusal = upgrade_refusal(request);
  auto response = refusal ? HttpResponse() : upgrade_response(request, subprotocol.selected);
  const auto deflate = mount.websocket.compress
                           ? PerMessageDeflate::accept(request.joined_header("sec-websocket-extensions"))
                           : std::nullopt;
  if (deflate) response.with("sec-websocket-extensions", deflate->answer());
  const auto session = std::make_shared<WebSocketSession>(
      connections_, mount.websocket, refusal ? std::string() : response_head(response, true), deflate);
  auto info = connect_info_of(request, peer_, TransportKind::websocket);
  info.auth_token = std::move(subprotocol.auth_token);
  auto connected = connect_client(mount, info, *session);
  if (!connected.handler) {
    ++connections_.counters().refused_connect;
    return answer(refusal_of(mount, request, connected.refusal));
  }
  if (refusal) {
    connected.handler.reset();
    return answer(*std::move(refusal));
  }
  std::string early = input_.substr(input_at_);
  session->open(std::move(stream_), std::move(connected.handler), early);
  finish();
}

void HttpSession::answer(HttpResponse response) {
  input_deadline_.cancel();
  state_ = State::writing;
  if (leaving_) keep_alive_ = false;
  const auto hundreds = static_cast<std::size_t>(std::clamp(response.status / 100, 1, 5));
  ++connections_.counters().responses[hundreds - 1];
  outbox_.push_http(SharedBytes(response_head(response, keep_alive_)));
  if (!leave_out_body_) outbox_.push_http(std::move(response.body));
  leave_out_body_ = false;
  shard_.flush_later(*this, outbox_.bytes());
}

void HttpSession::flush() {
  if (state_ == State::gone || outbox_.empty()) return;
  switch (pump_.write(outbox_, stream_, site_->http.stall_timeout, [this] { stream_.abandon(), finish(); })) {
    case Outbox::Written::all: return state_ == State::writing ? answered() : void();  // or it was an interim response
    case Outbox::Written::more: return shard_.flush_later(*this, outbox_.bytes());
    case Outbox::Written::broken: return finish();
    case Outbox::Written::blocked: return;
  }
}

void HttpSession::on_writable() {
  pump_.resume();
  flush();
}

void HttpSession::answered() {
  if (!keep_alive_) {
    LingeringClose::start(connections_, std::move(stream_));
    return finish();
  }
  take_input();
}

void HttpSession::finish() {
  if (std::exchange(state_, State::gone) == State::gone) return;
  --connections_.counters().http;
  input_deadline_.cancel();
  pump_.resume();
  stream_.close();
  connections_.remove(*this);
}

}  // namespace entmoot
