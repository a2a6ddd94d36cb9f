// SPDX-License-Identifier: MIT

#include <entmoot/web/stream.hpp>

#include <entmoot/core/runnable.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cerrno>

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace entmoot {

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

// Runs in the slices of readers: what has arrived is read in the order of demand, not of arrival.
struct Stream::Inner final : Runnable {
  Inner(Shard& s, Fd fd, Admission a) : shard(s), descriptor(s.io(), fd.release()), admission(std::move(a)) {}

  bool run_slice() override {
    reading = true;
    if (owner) owner->on_readable();
    reading = false;
    return false;
  }

  Shard& shard;
  boost::asio::posix::stream_descriptor descriptor;
  Admission admission;
  StreamOwner* owner = nullptr;
  std::uint32_t ownership = 0;  // identifies, and discards, waits of a previous owner
  bool wait_readable = false;
  bool wait_writable = false;
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
  ++inner_->ownership;
  inner_->wait_readable = inner_->wait_writable = false;
}

int Stream::native() const noexcept { return inner_->descriptor.lowest_layer().native_handle(); }

void Stream::when_readable() {
  if (!inner_ || std::exchange(inner_->wait_readable, true)) return;
  inner_->descriptor.async_wait(boost::asio::posix::descriptor_base::wait_read,
                                [inner = inner_, of = inner_->ownership](const auto& error) {
                                  if (inner->ownership != of) return;
                                  inner->wait_readable = false;
                                  if (!error && inner->owner) inner->shard.read_later(*inner);
                                });
}

void Stream::read_later() {
  if (inner_) inner_->shard.read_later(*inner_);
}

void Stream::when_writable() {
  if (!inner_ || std::exchange(inner_->wait_writable, true)) return;
  inner_->descriptor.async_wait(boost::asio::posix::descriptor_base::wait_write,
                                [inner = inner_, of = inner_->ownership](const auto& error) {
                                  if (inner->ownership != of) return;
                                  inner->wait_writable = false;
                                  if (!error && inner->owner) inner->owner->on_writable();
                                });
}

IoResult Stream::read(std::span<char> into) noexcept {
  for (;;) {
    const auto got = ::recv(native(), into.data(), into.size(), MSG_DONTWAIT);
    if (got > 0) return {IoResult::Status::done, static_cast<std::size_t>(got)};
    if (got == 0) return {IoResult::Status::closed};
    if (errno == EINTR) continue;
    const bool later = errno == EAGAIN || errno == EWOULDBLOCK;
    return {later ? IoResult::Status::would_block : IoResult::Status::broken};
  }
}

IoResult Stream::write(std::span<const iovec> pieces) noexcept {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());
  message.msg_iovlen = pieces.size();
  for (;;) {
    const auto sent = ::sendmsg(native(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) return {IoResult::Status::done, static_cast<std::size_t>(sent)};
    if (errno == EINTR) continue;
    const bool later = errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS;
    return {later ? IoResult::Status::would_block : IoResult::Status::broken};
  }
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
  boost::system::error_code ignored;
  inner_->descriptor.close(ignored);
  inner_->admission = {};
  inner_->shard.make_idle(*inner_);
  if (inner_->reading) inner_->shard.post([ended = inner_] {});  // destroyed after its slice
  inner_.reset();
}

}  // namespace entmoot
