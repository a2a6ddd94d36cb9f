// SPDX-License-Identifier: MIT

#include "service_manager.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace entmoot_app {

using namespace entmoot;

namespace {

constexpr int first_listener = 3;  // SD_LISTEN_FDS_START

std::string take(const char* name) {
  const char* value = std::getenv(name);
  std::string text = value ? value : "";
  ::unsetenv(name);
  return text;
}

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Whether variables with this process id, if one is stated, are meant for this process.
bool is_meant(const std::string& pid) { return pid.empty() || number_in(pid) == ::getpid(); }

}  // namespace

ServiceManager ServiceManager::of_environment() {
  ServiceManager manager;
  manager.socket_ = take("NOTIFY_SOCKET");
  const std::string sockets = take("LISTEN_FDS");
  if (const std::string pid = take("LISTEN_PID"); !sockets.empty() && is_meant(pid)) {
    if (sockets == "1") {
      manager.listener_ = first_listener;
    } else if (sockets != "0") {
      manager.error_ = fmt::format(
          "LISTEN_FDS is {}: the socket unit hands over so many sockets, and the server takes one; give its unit one "
          "ListenStream=",
          sockets);
    }
  }
  ::unsetenv("LISTEN_FDNAMES");
  const auto watchdog = number_in(take("WATCHDOG_USEC"));
  if (const std::string pid = take("WATCHDOG_PID"); watchdog && *watchdog > 0 && is_meant(pid)) {
    manager.watchdog_ = std::chrono::microseconds(*watchdog);
  }
  return manager;
}

void ServiceManager::notify(std::string_view state) const noexcept {
  sockaddr_un address{};
  if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::copy(socket_.begin(), socket_.end(), address.sun_path);
  if (socket_.front() == '@') address.sun_path[0] = '\0';
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  [[maybe_unused]] const auto sent = ::sendto(fd, state.data(), state.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                                              reinterpret_cast<const sockaddr*>(&address), size);
  ::close(fd);
}

}  // namespace entmoot_app
