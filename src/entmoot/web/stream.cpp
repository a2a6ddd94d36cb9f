// SPDX-License-Identifier: MIT

#include <entmoot/web/stream.hpp>

#include <entmoot/core/poller.hpp>
#include <entmoot/core/runnable.hpp>

#include <cerrno>
#include <numeric>

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace entmoot {

namespace {
std::size_t size_of(std::span<const iovec> pieces) noexcept {
  return std::accumulate(pieces.begin(), pieces.end(), std::size_t{0},
                         [](std::size_t sum, const iovec& piece) { return sum + piece.iov_len; });
}
}  // namespace

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

// Runs in the slices of readers: what has arrived is read in the order of demand, not of arrival.
struct Stream::Inner final : Runnable, Pollable {
  Inner(Shard& s, Fd f, Admission a) : shard(s), fd(std::move(f)), admission(std::move(a)) {
    shard.poller().add(fd.get(), *this);
  }

  void on_edges(Edges edges) override {
    readable |= edges.readable;
    writable |= edges.writable;
    ended |= edges.ended;
    // The owner may close the stream in on_writable(), so that is the last step.
    if (readable && std::exchange(wait_readable, false) && owner) shard.read_later(*this);
    if (writable && std::exchange(wait_writable, false) && owner) owner->on_writable();
  }
  bool run_slice() override {
    reading = true;
    if (owner) owner->on_readable();
    reading = false;
    return false;
  }
  /// A read has found nothing, or less than it had room for: an edge follows when there is more. But not a second one
  /// if the peer has ended.
  void drained() noexcept {
    if (!ended) readable = false;
  }

  Shard& shard;
  Fd fd;
  Admission admission;
  StreamOwner* owner = nullptr;
  bool wait_readable = false;
  bool wait_writable = false;
  // Edges that have not been used up.
  bool readable = false;
  bool writable = false;
  bool ended = false;
  bool reading = false;  // in its slice
};

Stream::Stream(Shard& shard, Fd fd, Admission admission)
    : inner_(std::make_shared<Inner>(shard, std::move(fd), std::move(admission))) {}

Stream::Stream(Stream&&) noexcept = default;

Stream& Stream::operator=(Stream&& other) noexcept {
  if (this != &other) {
    close();
    inner_ = std::move(other.inner_);
  }
  return *this;
}

Stream::~Stream() { close(); }

void Stream::belong_to(StreamOwner& owner) {
  inner_->shard.make_idle(*inner_);
  inner_->owner = &owner;
  inner_->wait_readable = inner_->wait_writable = false;
}

int Stream::native() const noexcept { return inner_->fd.get(); }

void Stream::when_readable() {
  if (!inner_) return;
  if (inner_->readable) return inner_->shard.read_later(*inner_);
  inner_->wait_readable = true;
}

void Stream::read_later() {
  if (inner_) inner_->shard.read_later(*inner_);
}

void Stream::drained() noexcept {
  if (inner_) inner_->drained();
}

/// The owner is called in a task of its own, never in this call.
void Stream::when_writable() {
  if (!inner_ || std::exchange(inner_->wait_writable, true) || !inner_->writable) return;
  inner_->shard.post([weak = std::weak_ptr(inner_)] {
    if (const auto inner = weak.lock()) inner->on_edges({});
  });
}

IoResult Stream::read(std::span<char> into) noexcept {
  for (;;) {
    const auto got = ::recv(native(), into.data(), into.size(), MSG_DONTWAIT);
    if (got > 0) {
      const auto bytes = static_cast<std::size_t>(got);
      if (bytes < into.size()) inner_->drained();
      return {IoResult::Status::done, bytes};
    }
    if (got == 0) return {IoResult::Status::closed};
    if (errno == EINTR) continue;
    const bool later = errno == EAGAIN || errno == EWOULDBLOCK;
    if (later) inner_->drained();
    return {later ? IoResult::Status::would_block : IoResult::Status::broken};
  }
}

template <class Send>
IoResult Stream::send_with(std::size_t offered, Send send) noexcept {
  for (;;) {
    const auto sent = send();
    if (sent >= 0) {
      const auto bytes = static_cast<std::size_t>(sent);
      if (bytes < offered) inner_->writable = false;  // an edge follows when there is room
      return {IoResult::Status::done, bytes};
    }
    if (errno == EINTR) continue;
    const bool later = errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS;
    if (errno == EAGAIN || errno == EWOULDBLOCK) inner_->writable = false;
    return {later ? IoResult::Status::would_block : IoResult::Status::broken};
  }
}

IoResult Stream::write(std::span<const iovec> pieces) noexcept {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());
  message.msg_iovlen = pieces.size();
  return send_with(size_of(pieces), [&] { return ::sendmsg(native(), &message, MSG_DONTWAIT | MSG_NOSIGNAL); });
}

IoResult Stream::write(std::string_view bytes) noexcept {
  return send_with(bytes.size(),
                   [&] { return ::send(native(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL); });
}

void Stream::shutdown_write() noexcept {
  if (inner_) ::shutdown(native(), SHUT_WR);
}

std::size_t Stream::unacknowledged() const noexcept {
  int bytes = 0;
  return inner_ && ioctl(native(), SIOCOUTQ, &bytes) == 0 && bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

void Stream::abandon() noexcept {
  if (unacknowledged() > 0) {
    const linger at_once = {.l_onoff = 1, .l_linger = 0};
    ::setsockopt(native(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  close();
}

void Stream::close() noexcept {
  if (!inner_) return;
  inner_->owner = nullptr;
  inner_->shard.poller().remove(native(), *inner_);
  inner_->fd = Fd();
  inner_->admission = {};
  inner_->shard.make_idle(*inner_);
  if (inner_->reading) inner_->shard.post([ended = inner_] {});  // destroyed after its slice
  inner_.reset();
}

}  // namespace entmoot
