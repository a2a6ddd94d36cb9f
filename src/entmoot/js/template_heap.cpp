// SPDX-License-Identifier: MIT

#include <entmoot/js/template_heap.hpp>

#include <entmoot/core/random_source.hpp>
#include <entmoot/js/cold_pages.hpp>
#include <entmoot/js/engine.hpp>
#include <entmoot/js/hash_key.hpp>
#include <entmoot/js/program_id.hpp>
#include <entmoot/js/rehearsal.hpp>
#include <entmoot/js/roots.hpp>
#include <entmoot/js/sha256.hpp>
#include <entmoot/js/template_builder.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

namespace entmoot::js {

namespace {

constexpr std::size_t word_bytes = sizeof(std::uint64_t);

/// The blocks of a template by use, as indices.
struct Order {
  std::vector<std::uint32_t> hot;
  std::vector<std::uint32_t> cold;
};

// What rooms use often, the program, and what rooms use when they start. The rest is cold; what some rooms use lies
// together.
Order order_of(const TemplateBuilder& built, const Heat* heat) {
  Order order;
  const auto& blocks = built.blocks();
  std::vector<bool> placed(blocks.size());
  const auto take = [&](std::vector<std::uint32_t>& to, std::size_t index) {
    if (!placed[index]) to.push_back(static_cast<std::uint32_t>(index));
    placed[index] = true;
  };
  std::unordered_map<std::uint32_t, std::size_t> shared;  // by offset: those that still exist
  if (heat) {
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      if (std::ranges::binary_search(built.shared_blocks(), blocks[i].offset, {}, &HeapBlock::offset)) {
        shared.emplace(blocks[i].offset, i);
      }
    }
  }
  const auto take_all = [&](std::vector<std::uint32_t>& to, const std::vector<std::uint32_t>& offsets) {
    for (const std::uint32_t offset : offsets) {
      if (const auto found = shared.find(offset); found != shared.end()) take(to, found->second);
    }
  };
  auto& rest = cold_pages_work() ? order.cold : order.hot;
  if (heat) take_all(order.hot, heat->often);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (!shared.contains(blocks[i].offset)) take(order.hot, i);
  }
  if (heat) take_all(order.hot, heat->start);
  if (heat) take_all(rest, heat->sometimes);
  for (std::size_t i = 0; i < blocks.size(); ++i) take(rest, i);
  return order;
}

// A program without a build id has a number of its own in each process instead: it shares heaps with nobody.
std::string build_id() {
  const auto id = program_build_id();
  if (!id.empty()) return {id.begin(), id.end()};
  static const std::uint64_t number = [] {
    std::uint64_t drawn = 0;
    RandomSource().fill({reinterpret_cast<std::uint8_t*>(&drawn), sizeof drawn});
    return drawn;
  }();
  return {reinterpret_cast<const char*>(&number), sizeof number};
}

HeapIdentity identity_of(const HeapImage& image, ColdRange cold) {
  Sha256 digest;
  const std::string id = build_id();
  digest.add_number(id.size());
  digest.add(id);
  digest.add(JS_GetVersion());
  digest.add_number(hash_key());
  digest.add_number(cold.from);
  digest.add_number(cold.to);
  digest.add({reinterpret_cast<const char*>(image.words.data()), image.words.size() * word_bytes});
  digest.add({reinterpret_cast<const char*>(image.pointers.data()), image.pointers.size() * sizeof(std::uint32_t)});
  const auto whole = digest.finish();
  HeapIdentity identity;
  std::copy_n(whole.begin(), identity.size(), identity.begin());
  return identity;
}

}  // namespace

Result<std::shared_ptr<const TemplateHeap>> TemplateHeap::build(std::shared_ptr<const ModuleGraph> graph,
                                                                const TemplateOptions& options) {
  RegionArena arena({}, RegionArena::Place::anywhere);
  const TemplateBuilder built(arena, *graph, options);
  if (const auto& error = built.error()) return *error;
  std::shared_ptr<TemplateHeap> made(new TemplateHeap(std::move(graph)));
  if (!entmoot_has_arenas()) {  // in builds that look for errors in the engine's use of memory
    made->image_ = built.image();
    made->finish(built.heap());
    return std::shared_ptr<const TemplateHeap>(std::move(made));
  }
  const Order order = order_of(built, options.heat.get());
  HeapLayout layout(built.heap(), built.image(), built.blocks());
  const Region regions[] = {arena.take(), arena.take()};
  const Region second{regions[1].base + HeapImage::odd_distance, regions[1].bytes - HeapImage::odd_distance};
  made->cold_ = layout.build(regions[0], order.hot, order.cold);
  made->cold_.to = std::min(made->cold_.to, made->cold_.from + Heap::Cold::pages_known * page_bytes);
  (void)layout.build(second, order.hot, order.cold);
  Heap& heap = Heap::at(regions[0]);
  made->image_ = HeapImage::of(heap, Heap::at(second));
  const char* broken = heap.inspect();
  for (const Region& region : regions) arena.give_back(region, heap.touched() + HeapImage::odd_distance);
  if (broken) return fail(ErrorCode::failed, fmt::format("template heap: {}", broken));
  made->finish(built.heap());
  return std::shared_ptr<const TemplateHeap>(std::move(made));
}

// Completes the image, of a heap like `built`: words that are set in each copy are no part of it.
void TemplateHeap::finish(Heap& built) {
  const auto* graph = reinterpret_cast<const std::byte*>(&root(built, Root::graph));
  image_.words[static_cast<std::size_t>(graph - reinterpret_cast<const std::byte*>(&built)) / word_bytes] = 0;
  identity_ = identity_of(image_, cold_);
}

Heap& TemplateHeap::copy_into(Region region, HeapLimits limits) const noexcept {
  Heap& heap = Heap::at(region);
  const std::size_t words = image_.words.size();
  if (cold_.from == cold_.to) {
    image_.write(region.base, 0, words);
  } else {
    image_.write(region.base, 0, cold_.from / word_bytes);
    image_.write(region.base, cold_.to / word_bytes, words);
    make_cold(heap, cold_.from, cold_.to, *this);
  }
  root(heap, Root::graph) = reinterpret_cast<std::uint64_t>(graph_.get());
  heap.set_limits(limits);
  heap.mark_for_sanitizer();
  return heap;
}

void TemplateHeap::read_page(std::uintptr_t base, std::size_t offset, std::span<std::uint64_t> words) const noexcept {
  image_.read(base, offset / word_bytes, words);
}

bool TemplateHeap::is_template_of(Heap& heap) const noexcept {
  return root(heap, Root::graph) == reinterpret_cast<std::uint64_t>(graph_.get());
}

void TemplateHeap::make_cold_again(Heap& heap) const noexcept { make_cold(heap, cold_.from, cold_.to, *this); }

void TemplateHeap::adopt(Heap& heap) const noexcept {
  root(heap, Root::graph) = reinterpret_cast<std::uint64_t>(graph_.get());
}

void TemplateHeap::fill(Heap& heap, std::size_t offset) const noexcept {
  make_accessible(heap, offset);
  image_.write(reinterpret_cast<std::byte*>(&heap), offset / word_bytes, (offset + page_bytes) / word_bytes);
}

}  // namespace entmoot::js
