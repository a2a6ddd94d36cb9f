// SPDX-License-Identifier: MIT

#include "canned_server.hpp"

#include "self_signed.hpp"

#include <doctest/doctest.h>
#include <openssl/ssl.h>

#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace entmoot {

CannedServer::CannedServer(std::optional<std::string> answer, const SelfSigned* identity)
    : answer_(std::move(answer)), identity_(identity) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::listen(listener_, 16) == 0);
  REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

CannedServer::~CannedServer() {
  ::shutdown(listener_, SHUT_RDWR);  // ends accept()
  thread_.join();
  ::close(listener_);
}

void CannedServer::serve() const {
  std::vector<int> silent;
  for (int fd = -1; (fd = ::accept(listener_, nullptr, nullptr)) >= 0;) {
    if (!answer_) {
      silent.push_back(fd);
      continue;
    }
    if (identity_) {
      serve_tls(fd);
      ::close(fd);
      continue;
    }
    std::string head;
    char piece[4096];
    // A TLS client's first record is no head; its first bytes are enough.
    for (ssize_t got = 1; got > 0 && head.find("\r\n\r\n") == std::string::npos && !head.starts_with('\x16');) {
      got = ::recv(fd, piece, sizeof piece, 0);
      if (got > 0) head.append(piece, static_cast<std::size_t>(got));
    }
    (void)::send(fd, answer_->data(), answer_->size(), MSG_NOSIGNAL);
    ::shutdown(fd, SHUT_WR);
    while (::recv(fd, piece, sizeof piece, 0) > 0) {
    }
    ::close(fd);
  }
  for (const int fd : silent) ::close(fd);
}

void CannedServer::serve_tls(int fd) const {
  SSL* tls = SSL_new(identity_->context());
  SSL_set_fd(tls, fd);
  char piece[4096];
  if (SSL_accept(tls) == 1 && SSL_read(tls, piece, sizeof piece) > 0) {
    SSL_write(tls, answer_->data(), static_cast<int>(answer_->size()));
    SSL_shutdown(tls);
  }
  SSL_free(tls);
}

}  // namespace entmoot
