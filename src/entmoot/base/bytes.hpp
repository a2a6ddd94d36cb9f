// SPDX-License-Identifier: MIT

#pragma once

// Bytes that nobody changes any more, counted, so that one encoding can lie in a thousand outboxes on every shard.
//
// The count and the bytes are one allocation. Copying is an increment and safe from any thread; the bytes themselves
// are immutable after make().

#include <atomic>
#include <cstddef>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace entmoot {

inline constexpr std::size_t KiB = 1024;
inline constexpr std::size_t MiB = 1024 * KiB;

class SharedBytes {
 public:
  SharedBytes() noexcept = default;
  /// One allocation, one copy of `bytes`.
  explicit SharedBytes(std::string_view bytes)
      : SharedBytes(make(bytes.size(), [&](char* out) { std::memcpy(out, bytes.data(), bytes.size()); })) {}
  SharedBytes(const SharedBytes& other) noexcept : block_(other.block_) {
    if (block_) block_->count.fetch_add(1, std::memory_order_relaxed);
  }
  SharedBytes(SharedBytes&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  SharedBytes& operator=(SharedBytes other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~SharedBytes() {
    if (block_ && block_->count.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      block_->~Block();
      ::operator delete(block_);
    }
  }

  /// Lets `fill(char* out)` write exactly `size` bytes in place.
  template <class Fill>
  static SharedBytes make(std::size_t size, Fill&& fill) {
    SharedBytes made;
    if (size == 0) return made;
    made.block_ = new (::operator new(sizeof(Block) + size)) Block{{1}, size};
    fill(made.block_->bytes());
    return made;
  }

  [[nodiscard]] const char* data() const noexcept { return block_ ? block_->bytes() : ""; }
  [[nodiscard]] std::size_t size() const noexcept { return block_ ? block_->size : 0; }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] std::string_view view() const noexcept { return {data(), size()}; }
  /// How many owners the bytes have now; a test's way to see that nothing was copied.
  [[nodiscard]] std::size_t owners() const noexcept { return block_ ? block_->count.load() : 0; }

  friend bool operator==(const SharedBytes& a, const SharedBytes& b) noexcept { return a.view() == b.view(); }

 private:
  struct Block {
    std::atomic<std::size_t> count;
    std::size_t size;
    char* bytes() noexcept { return reinterpret_cast<char*>(this + 1); }
  };
  Block* block_ = nullptr;
};

}  // namespace entmoot
