// SPDX-License-Identifier: MIT

#include <entmoot/web/admission.hpp>

#include <entmoot/base/ip_network.hpp>

#include <array>
#include <cstring>

#include <arpa/inet.h>

namespace entmoot {

Peer Peer::of(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  Peer peer;
  if (address.ss_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &address, sizeof v4);
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    peer.port = ntohs(v4.sin_port);
    peer.is_loopback = (ntohl(v4.sin_addr.s_addr) >> 24) == 127;
  } else if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &address, sizeof v6);
    peer.port = ntohs(v6.sin6_port);
    inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    const auto* bytes = reinterpret_cast<const char*>(&v6.sin6_addr);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      peer.is_loopback = bytes[12] == 127;
    } else {
      peer.is_loopback = IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
    }
  }
  peer.address = text.data();
  if (!peer.is_loopback && !peer.address.empty()) peer.network = ip_network(peer.address);
  return peer;
}

void Admission::end() noexcept {
  if (!home_) return;
  std::exchange(home_, nullptr)->post([admissions = std::move(admissions_), network = std::move(network_)] {
    if (const auto all = admissions.lock()) all->leave(network);
  });
}

std::optional<Admission> Admissions::admit(const Peer& peer) {
  if (full()) return std::nullopt;
  if (!peer.network.empty()) {
    auto& of_network = by_network_[peer.network];
    if (of_network >= limits_.connections_per_network_max) return std::nullopt;
    ++of_network;
  }
  ++count_;
  return Admission(weak_from_this(), home_, peer.network);
}

void Admissions::leave(const std::string& network) noexcept {
  --count_;
  if (const auto found = by_network_.find(network); found != by_network_.end() && --found->second == 0) {
    by_network_.erase(found);
  }
}

}  // namespace entmoot
