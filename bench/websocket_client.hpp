// SPDX-License-Identifier: MIT

#pragma once

// A minimal WebSocket client, so that the server is measured and not the client: it sends short text frames and counts
// received frames without parsing them. Blocking until listen(), non-blocking afterwards.

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bench {

[[noreturn]] inline void give_up(std::string_view why) {
  fmt::print(stderr, "bench_crowd: {}\n", why);
  std::exit(1);
}

/// Counts complete frames in a stream of unmasked frames.
class FrameCounter {
 public:
  std::size_t feed(std::string_view bytes) {
    std::size_t frames = 0;
    while (!bytes.empty()) {
      if (left_ > 0) {
        const auto taken = std::min<std::uint64_t>(left_, bytes.size());
        left_ -= taken;
        bytes.remove_prefix(static_cast<std::size_t>(taken));
        frames += left_ == 0 ? 1 : 0;
        continue;
      }
      header_[have_++] = static_cast<unsigned char>(bytes.front());
      bytes.remove_prefix(1);
      if (have_ < 2) continue;
      const unsigned length = header_[1] & 0x7f;
      const std::size_t need = length < 126 ? 2 : length == 126 ? 4 : 10;
      if (have_ < need) continue;
      if ((header_[0] & 0x0f) == 8) give_up("the server closed the WebSocket");
      left_ = need == 2 ? length : 0;
      for (std::size_t i = 2; i < need; ++i) left_ = left_ << 8 | header_[i];
      have_ = 0;
      frames += left_ == 0 ? 1 : 0;
    }
    return frames;
  }

 private:
  std::array<unsigned char, 10> header_{};
  std::size_t have_ = 0;
  std::uint64_t left_ = 0;
};

class WebSocketClient {
 public:
  explicit WebSocketClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd_ < 0 || ::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
      give_up(fmt::format("connect: {}", std::strerror(errno)));
    }
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    write(
        fmt::format("GET /socket/websocket?vsn=2.0.0 HTTP/1.1\r\nHost: localhost:{}\r\nConnection: Upgrade\r\n"
                    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                    port));
    std::string response;
    while (!response.ends_with("\r\n\r\n")) response += read_byte();
    if (!response.starts_with("HTTP/1.1 101")) give_up("expected status 101, got: " + response);
  }
  WebSocketClient(WebSocketClient&& other) noexcept : fd_(std::exchange(other.fd_, -1)), frames_(other.frames_) {}
  WebSocketClient& operator=(WebSocketClient&&) = delete;
  ~WebSocketClient() {
    if (fd_ >= 0) ::close(fd_);
  }

  /// A text frame, masked with zeros.
  void send(std::string_view text) {
    std::string frame = "\x81";
    if (text.size() < 126) {
      frame += static_cast<char>(0x80 | text.size());
    } else {
      frame += static_cast<char>(0x80 | 126);
      frame += static_cast<char>(text.size() >> 8);
      frame += static_cast<char>(text.size() & 0xff);
    }
    frame.append(4, '\0');
    frame += text;
    write(frame);
  }
  /// Waits for one frame. Only before listen().
  void await_frame() {
    for (std::size_t frames = 0; frames == 0;) frames = frames_.feed(std::string(1, read_byte()));
  }
  /// Waits until data has arrived, without reading it.
  void await_readable() const {
    pollfd readable{fd_, POLLIN, 0};
    if (::poll(&readable, 1, 10'000) != 1) give_up("no data within ten seconds");
  }
  void listen() { ::fcntl(fd_, F_SETFL, O_NONBLOCK); }
  /// Reads the available data and returns the number of frames completed by it.
  std::size_t take(std::vector<char>& scratch) {
    const auto got = ::recv(fd_, scratch.data(), scratch.size(), 0);
    if (got == 0) give_up("the server closed the connection");
    return got < 0 ? 0 : frames_.feed({scratch.data(), static_cast<std::size_t>(got)});
  }
  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      } else if (errno == EAGAIN) {
        pollfd writable{fd_, POLLOUT, 0};
        ::poll(&writable, 1, 1000);
      } else {
        give_up(fmt::format("send: {}", std::strerror(errno)));
      }
    }
  }
  char read_byte() {
    char byte = 0;
    if (::recv(fd_, &byte, 1, 0) != 1) give_up("the server closed the connection");
    return byte;
  }

  int fd_;
  FrameCounter frames_;
};

}  // namespace bench
