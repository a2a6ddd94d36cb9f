// SPDX-License-Identifier: MIT

#pragma once

// Limits on the number of connections: in total, and from one address. An IPv6 /64 network counts as one address,
// because it is what one customer gets; loopback addresses are not counted, because a proxy may run on this machine.
//
// Admissions belongs to the listener's shard. An Admission moves with its connection to another shard; when it ends, it
// posts to the listener's shard.

#include <entmoot/core/shard.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include <netinet/in.h>

namespace entmoot {

/// The remote end of a connection.
struct Peer {
  std::string address;       ///< Without the port, for the log.
  std::string network = {};  ///< The unit of the per-address limit; empty for loopback.
  bool is_loopback = false;
  std::uint16_t port = 0;

  [[nodiscard]] static Peer of(const sockaddr_storage& address);
};

class Admissions;

/// One connection's place within the limits; released by the destructor.
class Admission {
 public:
  Admission() noexcept = default;
  Admission(Admission&&) noexcept = default;
  Admission& operator=(Admission&& other) noexcept {
    end();
    admissions_ = std::move(other.admissions_);
    home_ = other.home_;
    network_ = std::move(other.network_);
    return *this;
  }
  ~Admission() { end(); }

 private:
  friend class Admissions;
  Admission(std::weak_ptr<Admissions> admissions, Shard& home, std::string network)
      : admissions_(std::move(admissions)), home_(&home), network_(std::move(network)) {}
  void end() noexcept;

  std::weak_ptr<Admissions> admissions_;
  Shard* home_ = nullptr;
  std::string network_;
};

struct AdmissionLimits {
  std::size_t connections_max = 16'000;             ///< Below the usual limit of 20,000 descriptors.
  std::size_t connections_per_network_max = 1'000;  ///< Admits a school behind one address.
};

class Admissions : public std::enable_shared_from_this<Admissions> {
 public:
  Admissions(Shard& home, AdmissionLimits limits) noexcept : home_(home), limits_(limits) {}

  /// Nothing if a limit is reached.
  [[nodiscard]] std::optional<Admission> admit(const Peer& peer);
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  /// Whether the limit of all is reached.
  [[nodiscard]] bool full() const noexcept { return count_ >= limits_.connections_max; }

 private:
  friend class Admission;
  void leave(const std::string& network) noexcept;

  Shard& home_;
  const AdmissionLimits limits_;
  std::size_t count_ = 0;
  std::unordered_map<std::string, std::size_t> by_network_;
};

}  // namespace entmoot
