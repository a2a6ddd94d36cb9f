// SPDX-License-Identifier: MIT

#include <entmoot/server/service_manager.hpp>

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace entmoot_app;
using namespace std::chrono_literals;

namespace {

/// Receives what a service says, at an address as systemd gives it.
class Manager {
 public:
  explicit Manager(const std::string& address) : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, address.data(), address.size());
    if (address[0] == '@') name.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());
    REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&name), size) == 0);
  }
  ~Manager() { ::close(fd_); }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  std::string heard() const {
    std::array<char, 64> text{};
    const auto size = ::recv(fd_, text.data(), text.size(), MSG_DONTWAIT);
    return size < 0 ? "" : std::string(text.data(), static_cast<std::size_t>(size));
  }

 private:
  int fd_;
};

}  // namespace

TEST_CASE("without systemd nothing is taken, expected or sent") {
  const auto manager = ServiceManager::of_environment();
  CHECK(manager.error().empty());
  CHECK_FALSE(manager.listener().has_value());
  CHECK_FALSE(manager.watchdog().has_value());
  manager.notify("READY=1");
}

TEST_CASE("the state goes to the socket that systemd names, in the file system or abstract") {
  const auto folder = std::filesystem::temp_directory_path() / ("notify-" + std::to_string(::getpid()));
  for (const std::string& address : {folder.string(), "@entmoot-notify-" + std::to_string(::getpid())}) {
    CAPTURE(address);
    const Manager systemd(address);
    ::setenv("NOTIFY_SOCKET", address.c_str(), 1);
    const auto manager = ServiceManager::of_environment();
    CHECK(std::getenv("NOTIFY_SOCKET") == nullptr);  // not inherited by other programs
    manager.notify("READY=1");
    CHECK(systemd.heard() == "READY=1");
  }
  std::filesystem::remove(folder);
}

TEST_CASE("a listening socket and a watchdog are taken if they are meant for this process") {
  const std::string own = std::to_string(::getpid());
  for (const bool meant : {true, false}) {
    CAPTURE(meant);
    ::setenv("LISTEN_FDS", "1", 1);
    ::setenv("LISTEN_PID", meant ? own.c_str() : "1", 1);
    ::setenv("WATCHDOG_USEC", "2000000", 1);
    ::setenv("WATCHDOG_PID", meant ? own.c_str() : "1", 1);
    const auto manager = ServiceManager::of_environment();
    CHECK(manager.listener().has_value() == meant);
    CHECK(manager.watchdog().has_value() == meant);
    if (meant) CHECK(manager.watchdog() == 2s);
  }
}

TEST_CASE("more than one socket is an error that says what to change") {
  ::setenv("LISTEN_FDS", "2", 1);
  const auto manager = ServiceManager::of_environment();
  CHECK(manager.error().find("give its unit one ListenStream=") != std::string::npos);
}
