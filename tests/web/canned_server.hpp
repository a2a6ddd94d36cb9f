// SPDX-License-Identifier: MIT

#pragma once

// A server on loopback that gives each connection the same bytes once a request's head has come, and closes; or says
// nothing at all and keeps them open.

#include <cstdint>
#include <optional>
#include <string>
#include <thread>

namespace entmoot {

class SelfSigned;

class CannedServer {
 public:
  /// With an identity it speaks TLS.
  explicit CannedServer(std::optional<std::string> answer, const SelfSigned* identity = nullptr);
  ~CannedServer();
  CannedServer(const CannedServer&) = delete;
  CannedServer& operator=(const CannedServer&) = delete;

  [[nodiscard]] std::string origin() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  void serve() const;
  void serve_tls(int fd) const;

  const std::optional<std::string> answer_;
  const SelfSigned* const identity_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace entmoot
