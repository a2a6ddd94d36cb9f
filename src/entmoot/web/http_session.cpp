// SPDX-License-Identifier: MIT

#include <entmoot/web/http_session.hpp>

#include <entmoot/base/log.hpp>
#include <entmoot/web/lingering_close.hpp>
#include <entmoot/web/websocket_session.hpp>

#include <exception>
#include <utility>

namespace entmoot {

void HttpSession::start(Connections& connections, std::shared_ptr<const Site> site, Stream stream, Peer peer) {
  auto session = std::make_shared<HttpSession>(connections, std::move(site), std::move(stream), std::move(peer));
  HttpSession& self = *session;
  self.stream_.belong_to(self);
  // A fresh connection has said nothing yet, but it came to ask: it gets the time of a head, not of a pause.
  self.waiting_ = Waiting::head;
  self.input_deadline_.set(self.site_->http.head_timeout, [&self] { self.on_input_late(); });
  self.stream_.when_readable();
  connections.add(std::move(session));
}

HttpSession::HttpSession(Connections& connections, std::shared_ptr<const Site> site, Stream stream, Peer peer)
    : connections_(connections),
      shard_(connections.shard()),
      site_(std::move(site)),
      peer_(std::move(peer)),
      stream_(std::move(stream)),
      parser_(site_->http.limits),
      input_deadline_(shard_),
      stalled_(shard_) {}

HttpSession::~HttpSession() {
  state_ = State::gone;
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
  // Each deadline is set once: bytes that trickle in do not move it.
  if (now_waiting != waiting_ && !(now_waiting == Waiting::next_request && waiting_ == Waiting::head)) {
    const auto& http = site_->http;
    const auto patience = now_waiting == Waiting::next_request ? http.keep_alive_timeout
                          : now_waiting == Waiting::head       ? http.head_timeout
                                                               : http.body_timeout;
    input_deadline_.set(patience, [this] { on_input_late(); });
    waiting_ = now_waiting;
  }
  stream_.when_readable();
}

void HttpSession::on_input_late() {
  if (parser_.is_idle()) return finish();
  keep_alive_ = false;
  answer(HttpResponse::error(408, "the request took too long"));
}

void HttpSession::serve(HttpRequest request) {
  input_deadline_.cancel();
  waiting_ = Waiting::nothing;
  state_ = State::answering;
  keep_alive_ = request.keep_alive;
  leave_out_body_ = request.method == "HEAD";
  request.peer = peer_.address;
  if (const auto* mount = site_->find_mount(request.path)) return serve_socket(*mount, request);

  Responder responder(shard_, [self = weak_from_this()](HttpResponse response) {
    const auto session = std::static_pointer_cast<HttpSession>(self.lock());
    if (session && session->state_ == State::answering) session->answer(std::move(response));
  });
  if (auto file = site_->files.find(request)) return responder.respond(*std::move(file));
  try {
    site_->router.route(std::move(request), std::move(responder));
  } catch (const std::exception& error) {
    log::error("a request handler failed: {}", log::quoted(error.what()));  // the responder, dropped, has answered 500
  }
}

void HttpSession::serve_socket(const EndpointSocket& mount, const HttpRequest& request) {
  if (request.method != "GET") return answer(HttpResponse::empty(400));
  if (!origin_allowed(mount.origin, request)) return answer(HttpResponse::empty(403));

  auto refusal = upgrade_refusal(request);
  auto response = refusal ? HttpResponse() : upgrade_response(request);
  const auto deflate = mount.websocket.compress
                           ? PerMessageDeflate::accept(request.joined_header("sec-websocket-extensions"))
                           : std::nullopt;
  if (deflate) response.with("sec-websocket-extensions", deflate->answer());
  const auto session = std::make_shared<WebSocketSession>(
      connections_, mount.websocket, refusal ? std::string() : response_head(response, true), deflate);
  std::unique_ptr<FrameHandler> handler;
  try {
    const ConnectInfo info{request.query, peer_.address, peer_.is_loopback};
    auto connected = mount.connect(info, *session);
    if (!connected) {
      log::debug("a socket was refused: {}", log::quoted(connected.error().reason));
      return answer(HttpResponse::empty(403));
    }
    handler = *std::move(connected);
  } catch (const std::exception& error) {
    log::error("connect failed: {}", log::quoted(error.what()));
    return answer(HttpResponse::error(500, "internal error"));
  }
  if (refusal) {
    handler.reset();
    return answer(*std::move(refusal));
  }
  std::string early = input_.substr(input_at_);
  session->open(std::move(stream_), std::move(handler), early);
  finish();
}

void HttpSession::answer(HttpResponse response) {
  input_deadline_.cancel();
  state_ = State::writing;
  if (leaving_) keep_alive_ = false;
  outbox_.push_raw(SharedBytes(response_head(response, keep_alive_)));
  if (!leave_out_body_) outbox_.push_raw(std::move(response.body));
  leave_out_body_ = false;
  shard_.flush_later(*this);
}

void HttpSession::flush() {
  if (blocked_ || state_ != State::writing) return;
  switch (outbox_.write(stream_)) {
    case Outbox::Written::all: return answered();
    case Outbox::Written::more: return shard_.flush_later(*this);
    case Outbox::Written::broken: return finish();
    case Outbox::Written::blocked:
      blocked_ = true;
      stream_.when_writable();
      stalled_.set(site_->http.stall_timeout, [this] { finish(); });
      return;
  }
}

void HttpSession::on_writable() {
  blocked_ = false;
  stalled_.cancel();
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
  input_deadline_.cancel();
  stalled_.cancel();
  stream_.close();
  connections_.remove(*this);
}

}  // namespace entmoot
