// SPDX-License-Identifier: MIT

#include <entmoot/web/host_policy.hpp>

#include <entmoot/web/origin_policy.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <utility>

namespace entmoot {

namespace {

/// In lower case, without the port, a final dot, and the brackets of an IPv6 address.
std::string name_in(std::string_view host) {
  const auto bracket = host.rfind(']');
  const auto colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
  std::string name(host.substr(0, colon));
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  if (name.ends_with('.')) name.pop_back();
  return name;
}

}  // namespace

bool is_loopback_address(std::string_view address) {
  boost::system::error_code error;
  const auto parsed = boost::asio::ip::make_address(std::string(address), error);
  if (error) return false;
  if (parsed.is_v6() && parsed.to_v6().is_v4_mapped()) {
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, parsed.to_v6()).is_loopback();
  }
  return parsed.is_loopback();
}

bool HostPolicy::allows(std::string_view host) const {
  if (!loopback_only || host.empty()) return true;
  const std::string name = name_in(host);
  if (name == "localhost" || name.ends_with(".localhost") || is_loopback_address(name)) return true;
  return std::ranges::any_of(also, [&](const std::string& entry) { return origin_entry_names(entry, name); });
}

}  // namespace entmoot
