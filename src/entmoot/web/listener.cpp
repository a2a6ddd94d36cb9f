// SPDX-License-Identifier: MIT

#include <entmoot/web/listener.hpp>

#include <entmoot/base/log.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace entmoot {

namespace {

constexpr int backlog = 4096;  // absorbs a reconnect storm; the kernel limits it to somaxconn
constexpr Duration accept_time_max = std::chrono::microseconds(300);  // then the shard's other work runs
constexpr Duration pause = std::chrono::milliseconds(100);
// The kernel doubles it for its own overhead, and does not raise it by itself any more (its limit is 4 MiB). It bounds
// what a client that does not read can hold in the kernel, where no figure of the process shows it.
constexpr int send_buffer_bytes = 128 * 1024;

constexpr std::string_view overloaded =
    "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 5\r\nconnection: close\r\n\r\n";

std::string errno_message() { return std::strerror(errno); }

}  // namespace

namespace {

/// The socket that systemd has handed over.
Result<ListeningSocket> adopted(int inherited) {
  Fd fd(inherited);
  int listening = 0;
  socklen_t size = sizeof listening;
  if (::getsockopt(fd.get(), SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0) {
    return fail(ErrorCode::invalid, fmt::format("descriptor {} is not a listening socket", inherited));
  }
  sockaddr_storage address{};
  size = sizeof address;
  if (::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
      (address.ss_family != AF_INET && address.ss_family != AF_INET6)) {
    return fail(ErrorCode::invalid, fmt::format("descriptor {} is not a TCP socket", inherited));
  }
  ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
  ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
  const auto port = address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port
                                                  : reinterpret_cast<const sockaddr_in*>(&address)->sin_port;
  return ListeningSocket{std::move(fd), ntohs(port)};
}

}  // namespace

Result<ListeningSocket> ListeningSocket::open(const ListenerOptions& options) {
  if (options.inherited >= 0) return adopted(options.inherited);
  sockaddr_storage address{};
  socklen_t size = 0;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address);
  if (inet_pton(AF_INET, options.address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(options.port);
    size = sizeof *v4;
  } else if (inet_pton(AF_INET6, options.address.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(options.port);
    size = sizeof *v6;
  } else {
    return fail(ErrorCode::invalid,
                fmt::format("cannot listen on {}: not an IP address", log::quoted(options.address)));
  }
  Fd fd(::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!fd) return fail(ErrorCode::io, fmt::format("cannot open a socket: {}", errno_message()));
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);  // connections of the previous run may linger
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::listen(fd.get(), backlog) != 0) {
    return fail(ErrorCode::io,
                fmt::format("cannot listen on {} port {}: {}", options.address, options.port, errno_message()));
  }
  if (::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return fail(ErrorCode::io, fmt::format("cannot read the port of the listening socket: {}", errno_message()));
  }
  const auto port = ntohs(address.ss_family == AF_INET ? v4->sin_port : v6->sin6_port);
  return ListeningSocket{std::move(fd), port};
}

Listener::Listener(Connections& connections, ListeningSocket socket, AdmissionLimits limits, Accepted accepted)
    : connections_(connections),
      shard_(connections.shard()),
      stream_(shard_, std::move(socket.fd), {}),
      admissions_(std::make_shared<Admissions>(shard_, limits)),
      accepted_(std::move(accepted)),
      pause_(shard_) {
  shard_.assert_here();
  stream_.belong_to(*this);
  stream_.when_readable();
}

void Listener::on_readable() {
  for (const TimePoint end = shard_.clock().now() + accept_time_max; shard_.clock().now() < end;) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    Fd fd(::accept4(stream_.native(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd) {
      if (errno == EAGAIN || errno == EWOULDBLOCK) {
        stream_.drained();
        break;
      }
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        if (!std::exchange(pausing_, true)) log::warn("accepting connections paused: {}", errno_message());
        return pause_.set(pause, [this] { stream_.when_readable(); });
      }
      continue;  // the connection was closed before it was accepted
    }
    if (std::exchange(pausing_, false)) log::warn("accepting connections resumed");
    auto peer = Peer::of(address);
    auto admission = admissions_->admit(peer);
    WebCounters& counters = connections_.counters();
    if (!admission) {
      ++(admissions_->full() ? counters.refused_limit : counters.refused_address_limit);
      [[maybe_unused]] const auto sent =
          ::send(fd.get(), overloaded.data(), overloaded.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      ::shutdown(fd.get(), SHUT_WR);
      continue;
    }
    ++counters.accepted;
    const int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // the outbox gathers writes
    ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDBUF, &send_buffer_bytes, sizeof send_buffer_bytes);
    accepted_(std::move(fd), *std::move(admission), std::move(peer));
  }
  stream_.when_readable();
}

}  // namespace entmoot
