// SPDX-License-Identifier: MIT

#include <entmoot/js/heap_layout.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/core/sanitizers.hpp>
#include <entmoot/js/cold_pages.hpp>
#include <entmoot/js/engine.hpp>
#include <entmoot/js/roots.hpp>

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

namespace entmoot::js {

namespace {

constexpr std::size_t word_bytes = sizeof(std::uint64_t);

// An image is read from, and written to, bytes that are poisoned for AddressSanitizer.
#ifdef __SANITIZE_ADDRESS__
#define ENTMOOT_RAW_WORDS __attribute__((no_sanitize("address")))
#else
#define ENTMOOT_RAW_WORDS
#endif

ENTMOOT_RAW_WORDS std::uint64_t word_at(const Heap& heap, std::size_t index) noexcept {
  return reinterpret_cast<const volatile std::uint64_t*>(&heap)[index];
}

JSRuntime* runtime_of(Heap& heap) noexcept { return reinterpret_cast<JSRuntime*>(root(heap, Root::runtime)); }

}  // namespace

HeapImage HeapImage::of(const Heap& a, const Heap& b) {
  ENTMOOT_CHECK(a.footprint() == b.footprint(), "two builds of a template have the same layout");
  HeapImage image;
  const auto base = reinterpret_cast<std::uint64_t>(&a);
  const std::uint64_t distance = reinterpret_cast<std::uint64_t>(&b) - base;
  const std::size_t words = (a.footprint() + word_bytes - 1) / word_bytes;
  image.words.reserve(words);
  for (std::size_t i = 0; i < words; ++i) {
    const std::uint64_t word = word_at(a, i);
    const bool pointer = word - base < a.limits().hard && word_at(b, i) - word == distance;
    if (pointer) image.pointers.push_back(static_cast<std::uint32_t>(i));
    image.words.push_back(pointer ? word - base : word);
  }
  return image;
}

ENTMOOT_RAW_WORDS void HeapImage::write(std::byte* base, std::size_t from, std::size_t to) const noexcept {
  auto* out = reinterpret_cast<std::uint64_t*>(base);
  if constexpr (with_asan) {
    auto* raw = reinterpret_cast<volatile std::uint64_t*>(base);
    for (std::size_t i = from; i < to; ++i) raw[i] = words[i];
  } else {
    std::memcpy(out + from, words.data() + from, (to - from) * word_bytes);
  }
  const auto address = reinterpret_cast<std::uint64_t>(base);
  for (auto at = std::ranges::lower_bound(pointers, from); at != pointers.end() && *at < to; ++at) out[*at] += address;
}

void HeapImage::read(std::uintptr_t base, std::size_t from, std::span<std::uint64_t> out) const noexcept {
  std::ranges::fill(out, 0);
  if (from >= words.size()) return;
  const std::size_t to = std::min(words.size(), from + out.size());
  std::copy(words.begin() + static_cast<std::ptrdiff_t>(from), words.begin() + static_cast<std::ptrdiff_t>(to),
            out.begin());
  for (auto at = std::ranges::lower_bound(pointers, from); at != pointers.end() && *at < to; ++at) {
    out[*at - from] += base;
  }
}

std::vector<HeapBlock> blocks_of(Heap& heap) {
  struct Walk {
    std::byte* base;
    JSRuntime* rt;
    std::set<std::uint32_t> arenas = {};
    std::set<std::uint32_t> free = {};
    std::vector<HeapBlock> found = {};
    [[nodiscard]] std::uint32_t offset(const void* at) const noexcept {
      return static_cast<std::uint32_t>(static_cast<const std::byte*>(at) - base);
    }
  } walk{.base = reinterpret_cast<std::byte*>(&heap), .rt = runtime_of(heap)};
  entmoot_each_free_block(
      walk.rt,
      [](void* opaque, void* at) {
        auto& w = *static_cast<Walk*>(opaque);
        w.free.insert(w.offset(at));
      },
      &walk);
  entmoot_each_arena(
      walk.rt,
      [](void* opaque, void* at) {
        auto& w = *static_cast<Walk*>(opaque);
        w.arenas.insert(w.offset(at));
      },
      [](void* opaque, void* at, std::size_t bytes) {
        auto& w = *static_cast<Walk*>(opaque);
        if (!w.free.contains(w.offset(at))) {
          w.found.push_back({.offset = w.offset(at), .bytes = static_cast<std::uint32_t>(bytes), .in_arena = true});
        }
      },
      &walk);
  heap.each_live(
      [](void* opaque, void* payload) {
        auto& w = *static_cast<Walk*>(opaque);
        if (!w.arenas.contains(w.offset(payload))) {
          w.found.push_back({.offset = w.offset(payload), .bytes = static_cast<std::uint32_t>(Heap::usable(payload))});
        }
      },
      &walk);
  std::ranges::sort(walk.found, {}, &HeapBlock::offset);
  return walk.found;
}

// Places blocks one after another in a new heap, by allocating them.
class HeapLayout::Writer {
 public:
  Writer(const HeapLayout& layout, Region region)
      : layout_(layout),
        heap_(Heap::create(region, {.hard = region.bytes, .soft = region.bytes})),
        base_(region.base),
        places_(layout.blocks_.size()) {}

  void place(std::uint32_t index) {
    const HeapBlock& block = layout_.blocks_[index];
    std::byte* at = nullptr;
    if (!block.in_arena) {
      at = static_cast<std::byte*>(heap_.allocate(block.bytes));
    } else {
      if (arenas_.empty() || arenas_.back().used + block.bytes > entmoot_arena_bytes()) end_arena();
      at = arenas_.back().at + arenas_.back().used;
      arenas_.back().used += block.bytes;
    }
    std::memcpy(at, reinterpret_cast<const std::byte*>(layout_.image_.words.data()) + block.offset, block.bytes);
    places_[index] = static_cast<std::uint32_t>(at - base_);
  }
  /// The next small block begins another arena.
  void end_arena() {
    auto* at = static_cast<std::byte*>(heap_.allocate(entmoot_arena_bytes()));
    arenas_.push_back({at, entmoot_arena_header_bytes()});
  }
  /// The next block of the heap has its header at the beginning of a page. What is skipped is allocated: the payload.
  void* begin_page() {
    constexpr std::size_t header = 8;
    const std::size_t past = (heap_.footprint() + page_bytes - header) % page_bytes;
    return past == 0 ? nullptr : heap_.allocate(page_bytes - past - header);
  }
  /// A small block with its header on this page and its payload on the next one: the allocator, which looks at the
  /// headers of neighbours, does not look across it.
  void fence() {
    const std::size_t past = (heap_.footprint() + page_bytes - 8) % page_bytes;
    constexpr std::size_t fence_bytes = 16;
    const std::size_t room = page_bytes - past;
    if (room > fence_bytes) {
      gap_ = heap_.allocate(room - fence_bytes - 8);
    }
    (void)heap_.allocate(8);
  }
  /// The room's own allocations may use what lies before the fence.
  void free_gap() noexcept { heap_.free(std::exchange(gap_, nullptr)); }

  [[nodiscard]] Heap& heap() noexcept { return heap_; }
  [[nodiscard]] std::uint32_t place_of(std::size_t index) const noexcept { return places_[index]; }

  /// The new offset of what was at `offset`; 0 for what was not in a block.
  [[nodiscard]] std::uint64_t moved(std::uint64_t offset) const noexcept {
    const auto& blocks = layout_.blocks_;
    if (offset < blocks.front().offset) return offset;  // the heap's own fields
    auto after =
        std::ranges::upper_bound(blocks, offset, {}, [](const HeapBlock& b) { return std::uint64_t{b.offset}; });
    const auto index = static_cast<std::size_t>(after - blocks.begin() - 1);
    const std::uint64_t into = offset - blocks[index].offset;
    return into < blocks[index].bytes ? places_[index] + into : 0;
  }

  struct Arena {
    std::byte* at;
    std::size_t used;
  };
  [[nodiscard]] const std::vector<Arena>& arenas() const noexcept { return arenas_; }
  /// The arena whose rest new blocks are cut from is added last.
  std::size_t open_arena = 0;

 private:
  const HeapLayout& layout_;
  Heap& heap_;
  std::byte* base_;
  std::vector<std::uint32_t> places_;
  std::vector<Arena> arenas_;
  void* gap_ = nullptr;
};

HeapLayout::HeapLayout(Heap& from, const HeapImage& image, std::span<const HeapBlock> blocks)
    : roots_(from.roots()),
      roots_offset_(static_cast<std::size_t>(reinterpret_cast<const std::byte*>(&from.roots()) -
                                             reinterpret_cast<const std::byte*>(&from))),
      image_(image),
      blocks_(blocks) {}

ColdRange HeapLayout::build(Region region, std::span<const std::uint32_t> hot, std::span<const std::uint32_t> cold) {
  Writer writer(*this, region);
  for (const std::uint32_t block : hot) writer.place(block);
  writer.open_arena = writer.arenas().empty() ? 0 : writer.arenas().size() - 1;
  ColdRange range;
  if (!cold.empty()) {
    writer.fence();
    range.from = writer.heap().footprint() / page_bytes * page_bytes;
    writer.end_arena();
    for (const std::uint32_t block : cold) writer.place(block);
    (void)writer.begin_page();
    range.to = writer.heap().footprint() / page_bytes * page_bytes;
    (void)writer.heap().allocate(8);  // ends the cold pages, as the fence begins them
  }
  finish(writer);
  return range;
}

void HeapLayout::spread(Region region, std::vector<std::uint32_t>& at) {
  Writer writer(*this, region);
  for (std::uint32_t i = 0; i < blocks_.size(); ++i) {
    (void)writer.begin_page();
    if (blocks_[i].in_arena) writer.end_arena();
    writer.place(i);
    at.push_back(writer.place_of(i));
  }
  (void)writer.begin_page();
  writer.end_arena();
  writer.open_arena = writer.arenas().size() - 1;
  finish(writer);
}

void HeapLayout::finish(Writer& writer) {
  Heap& heap = writer.heap();
  const auto base = reinterpret_cast<std::uint64_t>(&heap);
  auto* words = reinterpret_cast<std::uint64_t*>(&heap);
  heap.roots() = roots_;
  const auto relocated = [&](std::uint64_t offset) {
    const std::uint64_t to = writer.moved(offset);
    return to == 0 && offset != 0 ? 0 : base + to;
  };
  const auto& blocks = blocks_;
  std::size_t block = 0;
  for (const std::uint32_t pointer : image_.pointers) {
    const std::uint64_t offset = pointer * word_bytes;
    if (offset < blocks.front().offset) {  // the heap's own fields
      if (offset >= roots_offset_ && offset < roots_offset_ + sizeof(Heap::Roots))
        words[pointer] = relocated(image_.words[pointer]);
      continue;
    }
    while (block + 1 < blocks.size() && blocks[block + 1].offset <= offset) ++block;
    const std::uint64_t into = offset - blocks[block].offset;
    if (into >= blocks[block].bytes) continue;  // in a free block
    words[(writer.place_of(block) + into) / word_bytes] = relocated(image_.words[pointer]);
  }

  writer.free_gap();
  JSRuntime* rt = runtime_of(heap);
  entmoot_forget_arenas(rt);
  const auto& arenas = writer.arenas();
  for (std::size_t i = 0; i < arenas.size(); ++i) {
    if (i != writer.open_arena) entmoot_add_arena(rt, arenas[i].at, arenas[i].used);
  }
  if (!arenas.empty()) entmoot_add_arena(rt, arenas[writer.open_arena].at, arenas[writer.open_arena].used);
  entmoot_file_shapes(rt);
}

}  // namespace entmoot::js
