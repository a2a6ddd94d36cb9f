// SPDX-License-Identifier: MIT

#pragma once

// Immutable, reference-counted bytes: one encoding can be in a thousand outboxes on every shard.
//
// The count and the bytes are one allocation. Copying increments the count and is safe from any thread; the bytes are
// immutable after make(). A form derived from them for all owners (their compressed form) is stored with them.

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

  /// Allocates `size` bytes and calls `fill(char* out)`, which writes all of them.
  template <class Fill>
  static SharedBytes make(std::size_t size, Fill&& fill) {
    SharedBytes made;
    if (size == 0) return made;
    made.block_ = new (::operator new(sizeof(Block) + size)) Block{{1}, size};
    fill(made.block_->bytes());
    return made;
  }

  /// The derived form of these bytes. `make()` is called once for all owners; a concurrent caller on another thread
  /// waits for the result, which takes no longer than to make it. An empty result is valid. Not for empty bytes. There
  /// is one derived form, so all callers must pass an equivalent `make`. It lives as long as these bytes or its own
  /// last owner.
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
  /// The current number of owners; for tests that check that nothing was copied.
  [[nodiscard]] std::size_t owners() const noexcept { return block_ ? block_->count.load() : 0; }

  friend bool operator==(const SharedBytes& a, const SharedBytes& b) noexcept { return a.view() == b.view(); }

 private:
  static constexpr std::uintptr_t unmade = 0, being_made = 1, made_empty = 2;
  struct Block {
    std::atomic<std::size_t> count;
    std::size_t size;
    std::atomic<std::uintptr_t> derived = unmade;  // one of the constants above, or an owned Block
    char* bytes() noexcept { return reinterpret_cast<char*>(this + 1); }
  };
  /// A new owner of the block in `derived`.
  static SharedBytes from_word(std::uintptr_t word) noexcept {
    SharedBytes out;
    if (word == made_empty) return out;
    out.block_ = reinterpret_cast<Block*>(word);
    out.block_->count.fetch_add(1, std::memory_order_relaxed);
    return out;
  }
  /// Takes over the ownership that `derived` holds; only for the last owner of this block.
  [[nodiscard]] SharedBytes take_derived() const noexcept {
    SharedBytes out;
    const auto word = block_->derived.load(std::memory_order_relaxed);
    if (word > made_empty) out.block_ = reinterpret_cast<Block*>(word);
    return out;
  }

  Block* block_ = nullptr;
};

}  // namespace entmoot
