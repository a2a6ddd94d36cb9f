// SPDX-License-Identifier: MIT

#include <entmoot/base/ip_network.hpp>

#include <algorithm>

#include <arpa/inet.h>

namespace entmoot {

namespace {

std::string_view without_port(std::string_view address) {
  if (address.starts_with('[')) return address.substr(1, address.find(']') - 1);
  if (std::ranges::count(address, ':') == 1) return address.substr(0, address.find(':'));
  return address;
}

}  // namespace

std::string ip_network(std::string_view address) {
  const std::string text(without_port(address).substr(0, INET6_ADDRSTRLEN));
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return {reinterpret_cast<const char*>(&v4), sizeof v4};
  in6_addr v6{};
  if (inet_pton(AF_INET6, text.c_str(), &v6) != 1) return std::string(address);
  const auto* bytes = reinterpret_cast<const char*>(&v6);
  return IN6_IS_ADDR_V4MAPPED(&v6) ? std::string(bytes + 12, 4) : std::string(bytes, 8);
}

}  // namespace entmoot
