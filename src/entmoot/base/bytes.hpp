// SPDX-License-Identifier: MIT

#pragma once

// Bytes that nobody changes any more, counted, so that one encoding can lie in a thousand outboxes on every shard.
//
// The count and the bytes are one allocation. Copying is an increment and safe from any thread; the bytes themselves
// are immutable after make(). What is made of them for all owners, their compressed form, goes with them.

#include <atomic>
#include <cstddef>
#include <cstdint>
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
      const SharedBytes made = take_derived();
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

  /// What `make()` makes of these bytes, called once for all owners: who asks meanwhile on another thread waits for it,
  /// which takes no longer than to make it himself. An empty result is a result, too. Not for empty bytes. There is one
  /// derived form, so all who ask make the same; it lives as long as these bytes or its own last owner.
  template <class Make>
  [[nodiscard]] SharedBytes derived(Make&& make) const {
    auto& place = block_->derived;
    auto found = unmade;
    while (!place.compare_exchange_strong(found, being_made, std::memory_order_acquire)) {
      if (found != being_made) return from_word(found);
      place.wait(being_made, std::memory_order_acquire);
      found = unmade;
    }
    try {
      SharedBytes made = make();
      SharedBytes kept = made;
      auto* const block = std::exchange(kept.block_, nullptr);
      place.store(block ? reinterpret_cast<std::uintptr_t>(block) : made_empty, std::memory_order_release);
      place.notify_all();
      return made;
    } catch (...) {
      place.store(unmade, std::memory_order_release);
      place.notify_all();
      throw;
    }
  }

  [[nodiscard]] const char* data() const noexcept { return block_ ? block_->bytes() : ""; }
  [[nodiscard]] std::size_t size() const noexcept { return block_ ? block_->size : 0; }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] std::string_view view() const noexcept { return {data(), size()}; }
  /// How many owners the bytes have now; a test's way to see that nothing was copied.
  [[nodiscard]] std::size_t owners() const noexcept { return block_ ? block_->count.load() : 0; }

  friend bool operator==(const SharedBytes& a, const SharedBytes& b) noexcept { return a.view() == b.view(); }

 private:
  static constexpr std::uintptr_t unmade = 0, being_made = 1, made_empty = 2;
  struct Block {
    std::atomic<std::size_t> count;
    std::size_t size;
    std::atomic<std::uintptr_t> derived = unmade;  // one of the words above, or a Block that is owned
    char* bytes() noexcept { return reinterpret_cast<char*>(this + 1); }
  };
  /// An owner more of what `derived` holds.
  static SharedBytes from_word(std::uintptr_t word) noexcept {
    SharedBytes out;
    if (word == made_empty) return out;
    out.block_ = reinterpret_cast<Block*>(word);
    out.block_->count.fetch_add(1, std::memory_order_relaxed);
    return out;
  }
  /// The owner that `derived` is; when nobody else owns this block any more.
  [[nodiscard]] SharedBytes take_derived() const noexcept {
    SharedBytes out;
    const auto word = block_->derived.load(std::memory_order_relaxed);
    if (word > made_empty) out.block_ = reinterpret_cast<Block*>(word);
    return out;
  }

  Block* block_ = nullptr;
};

}  // namespace entmoot
