// SPDX-License-Identifier: MIT

#include "raw_client.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace entmoot {

RawClient::RawClient(std::uint16_t port, int receive_buffer) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(fd_ >= 0);
  if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const timeval timeout{20, 0};  // a hang is a failure, not a wait
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
}

RawClient::~RawClient() {
  if (fd_ >= 0) ::close(fd_);
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawClient::shutdown_write() { ::shutdown(fd_, SHUT_WR); }

void RawClient::reset() {
  const linger hard{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  ::close(fd_);
  fd_ = -1;
}

bool RawClient::was_reset() {
  while (fill()) continue;
  return errno == ECONNRESET;
}

bool RawClient::fill(bool wait) {
  char piece[65536];
  errno = 0;
  const auto got = ::recv(fd_, piece, sizeof piece, wait ? 0 : MSG_DONTWAIT);
  if (got <= 0) return false;
  buffer_.append(piece, static_cast<std::size_t>(got));
  return true;
}

std::string_view RawClient::available() {
  while (fill(false)) continue;
  return buffer_;
}

std::string RawClient::response(bool without_body) {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return {};
  }
  end += 4;
  std::string head = buffer_.substr(0, end);
  std::ranges::transform(head, head.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
  const auto length = head.find("\r\ncontent-length: ");
  if (!without_body && length != std::string::npos) {
    end += static_cast<std::size_t>(std::atoll(head.c_str() + length + 18));
  }
  while (buffer_.size() < end) {
    if (!fill()) return {};
  }
  std::string out = buffer_.substr(0, end);
  buffer_.erase(0, end);
  return out;
}

std::string RawClient::rest() {
  while (fill()) continue;
  return std::exchange(buffer_, {});
}

std::optional<ServerFrame> RawClient::frame() {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(buffer_[i])); };
  const auto need = [&](std::size_t size) {
    while (buffer_.size() < size) {
      if (!fill()) return false;
    }
    return true;
  };
  if (!need(2)) return std::nullopt;
  ServerFrame frame;
  frame.opcode = byte(0) & 0x0f;
  frame.compressed = (byte(0) & 0x40) != 0;
  frame.well_formed = (byte(0) & 0xf0) == 0x80 && (byte(1) & 0x80) == 0;
  std::size_t length = byte(1) & 0x7f;
  std::size_t header = 2;
  if (length >= 126) {
    const std::size_t more = length == 126 ? 2 : 8;
    header += more;
    if (!need(header)) return std::nullopt;
    const auto form = length;
    length = 0;
    for (std::size_t i = 2; i < header; ++i) length = length << 8 | byte(i);
    frame.well_formed = frame.well_formed && length >= (form == 126 ? 126u : 65536u);
  }
  if (!need(header + length)) return std::nullopt;
  frame.payload = buffer_.substr(header, length);
  buffer_.erase(0, header + length);
  return frame;
}

std::string RawClient::upgrade(std::string_view path, std::string_view early, std::string_view more_headers) {
  std::string request = "GET " + std::string(path) +
                        " HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
                        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                        std::string(more_headers) + "\r\n" + std::string(early);
  send(request);
  return response();
}

int status_of(std::string_view response) {
  return response.size() < 12 ? 0 : std::atoi(std::string(response.substr(9, 3)).c_str());
}

}  // namespace entmoot
