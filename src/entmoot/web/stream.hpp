// SPDX-License-Identifier: MIT

#pragma once

// A connected (or listening) TCP socket on its shard: readiness comes from the loop, then plain non-blocking calls are
// made. Waiting for readiness instead of for a read means that an idle connection holds no buffer.
//
// Events go to one owner, one for each when_readable() or when_writable(), and never after close(): an owner may be
// destroyed while a wait is pending. on_readable() is called in the shard's stage of readers, in the order of demand
// (core/run_queue.hpp), on_writable() as soon as the socket is writable.

#include <entmoot/core/shard.hpp>
#include <entmoot/web/admission.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include <sys/uio.h>

namespace entmoot {

/// Owns a file descriptor.
class Fd {
 public:
  explicit Fd(int fd = -1) noexcept : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd();
  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_;
};

class StreamOwner {
 public:
  virtual void on_readable() = 0;
  virtual void on_writable() = 0;

 protected:
  ~StreamOwner() = default;
};

struct IoResult {
  enum class Status : std::uint8_t { done, would_block, closed, broken };
  Status status = Status::done;
  std::size_t bytes = 0;
};

class Stream {
 public:
  Stream() noexcept = default;
  /// On `shard`'s thread. `fd` is non-blocking.
  Stream(Shard& shard, Fd fd, Admission admission);
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;
  ~Stream();

  /// From now on events go to `owner`. Pending waits of the previous owner are cancelled.
  void belong_to(StreamOwner& owner);
  [[nodiscard]] bool is_open() const noexcept { return inner_ != nullptr; }
  [[nodiscard]] int native() const noexcept;

  void when_readable();
  /// on_readable() follows, although nothing may have arrived: the owner has stopped in the middle of its input.
  void read_later();
  /// on_writable() follows, never within this call.
  void when_writable();
  /// The owner has found nothing more to read, by a call of its own (accept(2)).
  void drained() noexcept;
  [[nodiscard]] IoResult read(std::span<char> into) noexcept;
  [[nodiscard]] IoResult write(std::span<const iovec> pieces) noexcept;
  [[nodiscard]] IoResult write(std::string_view bytes) noexcept;
  /// Shuts down the write side.
  void shutdown_write() noexcept;
  /// Bytes that the peer has not acknowledged.
  [[nodiscard]] std::size_t unacknowledged() const noexcept;
  /// The kernel goes on to deliver what was written, for minutes if the peer does not read.
  void close() noexcept;
  /// Resets the connection if the peer has not acknowledged everything: what was written is discarded, and so is the
  /// kernel's memory for it.
  void abandon() noexcept;

 private:
  struct Inner;
  template <class Send>
  [[nodiscard]] IoResult send_with(std::size_t offered, Send send) noexcept;
  std::shared_ptr<Inner> inner_;
};

}  // namespace entmoot
