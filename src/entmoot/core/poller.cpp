// SPDX-License-Identifier: MIT

#include <entmoot/core/poller.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <limits>
#include <system_error>

#include <sys/eventfd.h>
#include <unistd.h>

namespace entmoot {

namespace {

[[noreturn]] void fail_with_errno(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

/// For epoll_wait(2), rounded up: a timer that is due is not waited for in a loop.
int milliseconds_of(std::optional<Duration> wait) noexcept {
  if (!wait) return -1;
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(*wait).count();
  return static_cast<int>(std::clamp<std::int64_t>(rounded, 0, std::numeric_limits<int>::max()));
}

}  // namespace

Poller::Poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = nullptr;
  if (epoll_ < 0 || wake_ < 0 || epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0) {
    const int reason = errno;
    if (epoll_ >= 0) ::close(epoll_);
    if (wake_ >= 0) ::close(wake_);
    errno = reason;
    fail_with_errno("epoll");
  }
}

Poller::~Poller() {
  ::close(wake_);
  ::close(epoll_);
}

void Poller::add(int fd, Pollable& pollable) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &pollable;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) fail_with_errno("epoll_ctl");
}

void Poller::remove(int fd, Pollable& pollable) noexcept {
  epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  for (std::size_t i = next_; i < count_; ++i) {
    if (fetched_[i].data.ptr == &pollable) fetched_[i].data.ptr = nullptr;
  }
}

bool Poller::fetch(std::optional<Duration> wait) noexcept {
  if (next_ < count_) return true;
  next_ = 0;
  const int got = epoll_wait(epoll_, fetched_.data(), static_cast<int>(fetched_.size()), milliseconds_of(wait));
  count_ = got > 0 ? static_cast<std::size_t>(got) : 0;  // a signal may have interrupted it
  return count_ == fetched_.size();
}

bool Poller::report_next() {
  while (next_ < count_) {
    const epoll_event& event = fetched_[next_++];
    if (!event.data.ptr) continue;  // a wake(), or removed
    static_cast<Pollable*>(event.data.ptr)
        ->on_edges({.readable = (event.events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0,
                    .writable = (event.events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0,
                    .ended = (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0});
    return true;
  }
  return false;
}

void Poller::wake() noexcept {
  // Edge-triggered: each write is an edge, and the count need not be read. It does not overflow in 500 years.
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
}

}  // namespace entmoot
