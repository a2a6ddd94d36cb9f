// SPDX-License-Identifier: MIT

#include <entmoot/js/heap.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/core/sanitizers.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

#include <sys/mman.h>

// The allocator reads and writes headers that are poisoned for AddressSanitizer.
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define ENTMOOT_ALLOCATOR __attribute__((no_sanitize("address")))
#define ENTMOOT_POISON(at, bytes) __asan_poison_memory_region(at, bytes)
#define ENTMOOT_UNPOISON(at, bytes) __asan_unpoison_memory_region(at, bytes)
#else
#define ENTMOOT_ALLOCATOR
#define ENTMOOT_POISON(at, bytes) void(0)
#define ENTMOOT_UNPOISON(at, bytes) void(0)
#endif

namespace entmoot::js {

namespace {
constexpr std::uint32_t alignment = 16;
constexpr std::uint32_t header = 8;
constexpr std::uint32_t smallest = 16;  // a header and, when free, two links
constexpr std::uint32_t free_bit = 1;
constexpr std::uint32_t page = 4096;
// The smallest free block whose pages trim() returns.
constexpr std::uint32_t trimmed_from = 32 * 1024;

constexpr std::uint32_t round_up(std::uint32_t value, std::uint32_t to) noexcept { return (value + to - 1) / to * to; }
}  // namespace

// A block starts 8 bytes before an aligned payload; sizes count the header and are multiples of 16.
struct Heap::Block {
  std::uint32_t previous_size;  // of the block before, 0: this is the first
  std::uint32_t size_and_free;
  std::uint32_t next_free;  // only while free; offsets, 0: none
  std::uint32_t previous_free;

  [[nodiscard]] ENTMOOT_ALLOCATOR std::uint32_t size() const noexcept { return size_and_free & ~free_bit; }
  [[nodiscard]] ENTMOOT_ALLOCATOR bool is_free() const noexcept { return (size_and_free & free_bit) != 0; }
  ENTMOOT_ALLOCATOR void* payload() noexcept { return reinterpret_cast<std::byte*>(this) + header; }
  ENTMOOT_ALLOCATOR static Block* of(const void* payload) noexcept {
    return reinterpret_cast<Block*>(const_cast<std::byte*>(static_cast<const std::byte*>(payload)) - header);
  }
};

Heap& Heap::create(Region region, HeapLimits limits) noexcept { return *new (region.base) Heap(region, limits); }

Heap::Heap(Region region, HeapLimits limits) noexcept
    : top_(first_block()),
      touched_(top_),
      region_bytes_(static_cast<std::uint32_t>(std::min<std::size_t>(region.bytes, 0xffff'f000))) {
  set_limits(limits);
}

std::uint32_t Heap::first_block() const noexcept { return round_up(sizeof(Heap), alignment) + alignment - header; }

ENTMOOT_ALLOCATOR Heap::Block* Heap::block(std::uint32_t offset) noexcept {
  return reinterpret_cast<Block*>(reinterpret_cast<std::byte*>(this) + offset);
}

ENTMOOT_ALLOCATOR std::uint32_t Heap::offset_of(const Block* at) const noexcept {
  return static_cast<std::uint32_t>(reinterpret_cast<const std::byte*>(at) - reinterpret_cast<const std::byte*>(this));
}

ENTMOOT_ALLOCATOR Heap::Class Heap::class_of(std::uint32_t size) noexcept {
  if (size < 256) return {0, size / alignment};
  const auto log = static_cast<unsigned>(std::bit_width(size)) - 1;
  return {log - 7, (size >> (log - 4)) & 15};
}

ENTMOOT_ALLOCATOR void Heap::link(Block* b) noexcept {
  const auto [first, second] = class_of(b->size());
  std::uint32_t& list = lists_[first][second];
  b->next_free = list;
  b->previous_free = 0;
  if (list) block(list)->previous_free = offset_of(b);
  list = offset_of(b);
  second_bits_[first] = static_cast<std::uint16_t>(second_bits_[first] | (1u << second));
  first_bits_ |= 1u << first;
  b->size_and_free |= free_bit;
}

ENTMOOT_ALLOCATOR void Heap::unlink(Block* b) noexcept {
  const auto [first, second] = class_of(b->size());
  if (b->previous_free) {
    block(b->previous_free)->next_free = b->next_free;
  } else if ((lists_[first][second] = b->next_free) == 0) {
    second_bits_[first] = static_cast<std::uint16_t>(second_bits_[first] & ~(1u << second));
    if (!second_bits_[first]) first_bits_ &= ~(1u << first);
  }
  if (b->next_free) block(b->next_free)->previous_free = b->previous_free;
  b->size_and_free &= ~free_bit;
}

// The first block of the request's own class is taken if it fits: often it is one of the same size that was freed
// before, and without it a heap of equal blocks would grow although half of them are free. Otherwise the search begins
// at the first class all of whose blocks fit, so that the first block of any list can be taken.
ENTMOOT_ALLOCATOR Heap::Block* Heap::take_fitting(std::uint32_t size) noexcept {
  std::uint32_t wanted = size;
  if (size >= 256) {
    const auto [first, second] = class_of(size);
    if (const std::uint32_t own = lists_[first][second]; own && block(own)->size() >= size) {
      unlink(block(own));
      return block(own);
    }
    wanted += (1u << (std::bit_width(size) - 5)) - 1;
  }
  auto [first, second] = class_of(wanted);
  std::uint32_t seconds = second_bits_[first] & (~0u << second);
  if (!seconds) {
    const std::uint32_t firsts = first + 1 < 32 ? first_bits_ & (~0u << (first + 1)) : 0;
    if (!firsts) return nullptr;
    first = static_cast<unsigned>(std::countr_zero(firsts));
    seconds = second_bits_[first];
  }
  Block* found = block(lists_[first][static_cast<unsigned>(std::countr_zero(seconds))]);
  unlink(found);
  return found;
}

// Makes a new block after the last one.
ENTMOOT_ALLOCATOR Heap::Block* Heap::extend(std::uint32_t size) noexcept {
  if (size > limits_.hard || top_ + std::size_t{size} + header > limits_.hard) return nullptr;
  Block* fresh = block(top_);
  fresh->previous_size = last_;
  fresh->size_and_free = size;
  top_ += size;
  last_ = size;
  touched_ = std::max(touched_, top_);
  return fresh;
}

ENTMOOT_ALLOCATOR void Heap::set_previous_of_next(Block* b) noexcept {
  const std::uint32_t after = offset_of(b) + b->size();
  if (after == top_) {
    last_ = b->size();
  } else {
    block(after)->previous_size = b->size();
  }
}

// Shrinks a block that is in no list to `size`; the rest becomes a free block.
ENTMOOT_ALLOCATOR void Heap::cut(Block* b, std::uint32_t size) noexcept {
  const std::uint32_t rest = b->size() - size;
  if (rest < smallest) return;
  b->size_and_free = size;
  Block* left_over = block(offset_of(b) + size);
  left_over->previous_size = size;
  left_over->size_and_free = rest;
  set_previous_of_next(left_over);
  release(left_over);
}

// Frees a block that is in no list: merges it with its free neighbours, and returns the last block to the unused end.
ENTMOOT_ALLOCATOR void Heap::release(Block* b) noexcept {
  std::uint32_t size = b->size();
  if (b->previous_size) {
    Block* before = block(offset_of(b) - b->previous_size);
    if (before->is_free()) {
      unlink(before);
      size += before->size();
      b = before;
    }
  }
  b->size_and_free = size;
  const std::uint32_t after = offset_of(b) + size;
  if (after != top_) {
    Block* next = block(after);
    if (next->is_free()) {
      unlink(next);
      b->size_and_free = size += next->size();
    }
  }
  if (offset_of(b) + size == top_) {
    top_ = offset_of(b);
    last_ = b->previous_size;
    return;
  }
  set_previous_of_next(b);
  link(b);
}

ENTMOOT_ALLOCATOR void* Heap::allocate(std::size_t bytes) noexcept {
  ++allocations_;
  if (exhaust_in_ && --exhaust_in_ == 0) return exhausted();
  if (bytes > limits_.hard) return exhausted();
  const std::uint32_t size = std::max(round_up(static_cast<std::uint32_t>(bytes) + header, alignment), smallest);
  Block* b = take_fitting(size);
  if (b) {
    cut(b, size);
  } else if (b = extend(size); !b) {
    return exhausted();
  }
  used_ += b->size();
  ENTMOOT_UNPOISON(b->payload(), b->size() - header);
  if (clears_blocks_) std::memset(b->payload(), 0, b->size() - header);
  return b->payload();
}

void* Heap::allocate_zeroed(std::size_t bytes) noexcept {
  constexpr std::size_t piece = 256 * 1024;
  auto* const payload = static_cast<std::byte*>(allocate(bytes));
  for (std::size_t at = 0; payload && at < bytes; at += piece) {
    if (at > 0 && long_work_handler_) long_work_handler_(long_work_argument_);
    std::memset(payload + at, 0, std::min(piece, bytes - at));
  }
  return payload;
}

ENTMOOT_ALLOCATOR void Heap::free(void* payload) noexcept {
  if (!payload) return;
  Block* b = Block::of(payload);
  ENTMOOT_DCHECK(!b->is_free(), "a block is freed once");
  used_ -= b->size();
  if (clears_blocks_) std::memset(payload, 0, b->size() - header);
  ENTMOOT_POISON(payload, b->size() - header);
  release(b);
}

ENTMOOT_ALLOCATOR void* Heap::reallocate(void* payload, std::size_t bytes) noexcept {
  if (!payload) return allocate(bytes);
  if (bytes == 0) {
    free(payload);
    return nullptr;
  }
  Block* b = Block::of(payload);
  const std::uint32_t before = b->size();
  if (bytes <= before - header) {
    const std::uint32_t size = std::max(round_up(static_cast<std::uint32_t>(bytes) + header, alignment), smallest);
    if (before - size < before / 4) return payload;  // too little to cut off
    if (clears_blocks_) std::memset(reinterpret_cast<std::byte*>(b) + size + header, 0, before - size - header);
    ENTMOOT_POISON(reinterpret_cast<std::byte*>(b) + size + header, before - size - header);
    cut(b, size);
    used_ -= before - b->size();
    return payload;
  }
  if (void* grown = grow_in_place(b, bytes)) return grown;
  void* moved = allocate(bytes);
  if (!moved) return nullptr;
  std::memcpy(moved, payload, before - header);
  free(payload);
  return moved;
}

// Grows a block at the end of the heap, or before a large enough free block, without moving it.
ENTMOOT_ALLOCATOR void* Heap::grow_in_place(Block* b, std::size_t bytes) noexcept {
  if (bytes > limits_.hard || exhaust_in_) return nullptr;
  const std::uint32_t before = b->size();
  const std::uint32_t size = round_up(static_cast<std::uint32_t>(bytes) + header, alignment);
  const std::uint32_t after = offset_of(b) + before;
  if (after == top_) {
    if (after + std::size_t{size - before} + header > limits_.hard) return nullptr;
    b->size_and_free = size;
    top_ += size - before;
    last_ = size;
    touched_ = std::max(touched_, top_);
  } else {
    Block* next = block(after);
    if (!next->is_free() || before + next->size() < size) return nullptr;
    unlink(next);
    b->size_and_free = before + next->size();
    set_previous_of_next(b);
    cut(b, size);
  }
  ++allocations_;
  used_ += b->size() - before;
  ENTMOOT_UNPOISON(b->payload(), b->size() - header);
  if (clears_blocks_) std::memset(reinterpret_cast<std::byte*>(b) + before, 0, b->size() - before);
  return b->payload();
}

ENTMOOT_ALLOCATOR void Heap::trim() noexcept {
  const auto give_back = [this](std::uint32_t from, std::uint32_t to) {
    from = round_up(from, page);
    to = to / page * page;
    // A failure leaves the pages committed, which is allowed.
    if (from < to) (void)madvise(reinterpret_cast<std::byte*>(this) + from, to - from, MADV_DONTNEED);
  };
  for (unsigned first = class_of(trimmed_from).first; first < first_levels; ++first) {
    for (const std::uint32_t list : lists_[first]) {
      for (std::uint32_t at = list; at; at = block(at)->next_free) {
        give_back(at + static_cast<std::uint32_t>(sizeof(Block)), at + block(at)->size());
      }
    }
  }
  ENTMOOT_UNPOISON(reinterpret_cast<std::byte*>(this) + top_, touched_ - top_);  // the region's next heap may be larger
  give_back(top_, round_up(touched_, page));
  touched_ = std::min(touched_, round_up(top_, page));
}

std::size_t Heap::headroom() const noexcept {
  std::size_t block = limits_.hard - std::min<std::size_t>(limits_.hard, top_ + std::size_t{header});
  if (first_bits_) {
    const auto first = static_cast<unsigned>(std::bit_width(first_bits_)) - 1;
    const auto second = static_cast<std::size_t>(std::bit_width(second_bits_[first])) - 1;
    const std::size_t smallest_of_class = first == 0 ? second * alignment : (16 + second) << (first + 3);
    block = std::max(block, smallest_of_class);
  }
  return block < smallest ? 0 : block / alignment * alignment - header;
}

ENTMOOT_ALLOCATOR std::size_t Heap::usable(const void* payload) noexcept {
  return payload ? Block::of(payload)->size() - header : 0;
}

void* Heap::exhausted() noexcept {
  poisoned_ = true;
  if (exhausted_handler_) exhausted_handler_(exhausted_argument_);
  return nullptr;
}

void Heap::on_long_work(void (*handler)(void*), void* argument) noexcept {
  long_work_handler_ = handler;
  long_work_argument_ = argument;
}

void Heap::on_exhausted(void (*handler)(void*), void* argument) noexcept {
  exhausted_handler_ = handler;
  exhausted_argument_ = argument;
}

void Heap::forget_process() noexcept {
  on_exhausted(nullptr, nullptr);
  on_long_work(nullptr, nullptr);
  cold_ = {};
}

ENTMOOT_ALLOCATOR const char* Heap::inspect() const noexcept {
  auto& self = const_cast<Heap&>(*this);
  std::uint32_t previous = 0;
  std::size_t live = 0;
  std::size_t free_blocks = 0;
  bool previous_free = false;
  for (std::uint32_t at = first_block(); at != top_; at += self.block(at)->size()) {
    const Block* b = self.block(at);
    if (at > top_ || b->size() < smallest || b->size() % alignment) return "a block has an impossible size";
    if (b->previous_size != previous) return "a block has the wrong size for its predecessor";
    if (b->is_free() && previous_free) return "two free blocks are adjacent";
    previous = b->size();
    previous_free = b->is_free();
    free_blocks += previous_free;
    if (!previous_free) live += b->size();
  }
  if (previous_free) return "the last block is free";
  if (previous != last_) return "the last block's size is wrong";
  if (live != used_) return "used() is not the sum of the live blocks";
  for (unsigned first = 0; first < first_levels; ++first) {
    for (unsigned second = 0; second < second_levels; ++second) {
      const bool bit = (second_bits_[first] >> second) & 1;
      if (bit != (lists_[first][second] != 0)) return "a bit disagrees with its list";
      for (std::uint32_t at = lists_[first][second]; at; at = self.block(at)->next_free) {
        const auto [f, s] = class_of(self.block(at)->size());
        if (f != first || s != second || !self.block(at)->is_free()) return "a block is in the wrong list";
        --free_blocks;
      }
    }
  }
  return free_blocks ? "a free block is in no list" : nullptr;
}

ENTMOOT_ALLOCATOR void Heap::each_live(void (*found)(void*, void*), void* opaque) const noexcept {
  auto& self = const_cast<Heap&>(*this);
  for (std::uint32_t at = first_block(); at != top_; at += self.block(at)->size()) {
    if (!self.block(at)->is_free()) found(opaque, self.block(at)->payload());
  }
}

ENTMOOT_ALLOCATOR void Heap::mark_for_sanitizer() noexcept {
#ifdef __SANITIZE_ADDRESS__
  ENTMOOT_POISON(reinterpret_cast<std::byte*>(this) + first_block(), top_ - first_block());
  for (std::uint32_t at = first_block(); at != top_; at += block(at)->size()) {
    Block* b = block(at);
    if (!b->is_free()) ENTMOOT_UNPOISON(b->payload(), b->size() - header);
  }
#endif
}

}  // namespace entmoot::js
