// SPDX-License-Identifier: MIT

#include <entmoot/js/heap_snapshot.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/core/sanitizers.hpp>
#include <entmoot/js/cold_pages.hpp>
#include <entmoot/js/engine.hpp>
#include <entmoot/js/heap.hpp>
#include <entmoot/js/roots.hpp>
#include <entmoot/js/runtime.hpp>
#include <entmoot/js/sha256.hpp>

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <span>
#include <type_traits>

#include <sys/mman.h>

namespace entmoot::js {

namespace {

constexpr std::string_view magic = "entmheap";
constexpr std::uint32_t format = 1;
constexpr int compression_level = 1;
constexpr std::size_t page_words = page_bytes / sizeof(std::uint64_t);

enum class PageKind : std::uint8_t {
  as_template,
  changed,
  cold,  ///< Never touched: the template fills it when it is.
};

struct Header {
  std::array<char, magic.size()> magic_text;
  std::uint32_t format_number;
  std::uint32_t slot;
  HeapIdentity identity;
  std::uint64_t heap_bytes;
  std::uint64_t content_bytes;
  Sha256::Digest digest;
};
static_assert(sizeof(Header) == 80 && std::has_unique_object_representations_v<Header>);
constexpr std::size_t digested_bytes = offsetof(Header, digest);

constexpr std::size_t pages_of(std::size_t bytes) noexcept { return (bytes + page_bytes - 1) / page_bytes; }

// A heap has bytes that are poisoned for AddressSanitizer.
#ifdef __SANITIZE_ADDRESS__
__attribute__((no_sanitize("address")))
#endif
void copy_words(std::byte* to, const std::byte* from, std::size_t bytes) noexcept {
  if constexpr (with_asan) {
    const auto* source = reinterpret_cast<const volatile std::uint64_t*>(from);
    auto* target = reinterpret_cast<std::uint64_t*>(to);
    for (std::size_t i = 0; i < bytes / sizeof(std::uint64_t); ++i) target[i] = source[i];
  } else {
    std::memcpy(to, from, bytes);
  }
}

std::string_view view_of(const void* at, std::size_t bytes) noexcept { return {static_cast<const char*>(at), bytes}; }

Sha256::Digest digest_of(std::string_view header, std::string_view contents) {
  Sha256 digest;
  digest.add(header.substr(0, digested_bytes));
  digest.add(contents);
  return digest.finish();
}

// Memory for a copy. Faults on fresh pages take longer than the copy does, so a large one has huge pages.
std::byte* pages_for(std::size_t bytes) {
  constexpr std::size_t huge = std::size_t{2} << 20;
  const std::size_t alignment = bytes < huge ? page_bytes : huge;
  const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  void* at = std::aligned_alloc(alignment, rounded);
  if (!at) throw std::bad_alloc();
  if (alignment == huge) (void)madvise(at, rounded, MADV_HUGEPAGE);  // where there are none, small ones do
  return static_cast<std::byte*>(at);
}

Error refused(std::string reason) { return fail(ErrorCode::invalid, std::move(reason)); }

// The header, if it and all that follows is what was written.
Result<Header> verified(std::string_view encoded) {
  Header header;
  if (encoded.size() < sizeof header) return refused("a saved heap is cut off in its header");
  std::memcpy(&header, encoded.data(), sizeof header);
  if (std::string_view(header.magic_text.data(), magic.size()) != magic) return refused("this is not a saved heap");
  if (header.format_number != format) {
    return refused(fmt::format("a saved heap has format {}, and this program reads {}", header.format_number, format));
  }
  if (digest_of(encoded, encoded.substr(sizeof header)) != header.digest) {
    return refused("a saved heap is cut off or damaged: its digest does not match its contents");
  }
  if (header.slot >= DurableSlots::count || header.heap_bytes < page_bytes ||
      header.heap_bytes > RegionArena::heap_bytes_max ||
      header.content_bytes > (page_bytes + 1) * pages_of(header.heap_bytes)) {
    return refused("a saved heap contradicts itself in its header");
  }
  return header;
}

// The kinds of the pages, and the changed pages.
struct Contents {
  std::string bytes;
  std::span<const PageKind> kinds;
  std::string_view changed;
};

Result<Contents> unpacked(const Header& header, std::string_view compressed, ColdRange cold) {
  Contents contents;
  contents.bytes.resize(header.content_bytes);
  const std::size_t size =
      ZSTD_decompress(contents.bytes.data(), contents.bytes.size(), compressed.data(), compressed.size());
  const std::size_t pages = pages_of(header.heap_bytes);
  if (ZSTD_isError(size) || size != header.content_bytes || size < pages) {
    return refused("a saved heap cannot be decompressed");
  }
  contents.kinds = {reinterpret_cast<const PageKind*>(contents.bytes.data()), pages};
  contents.changed = std::string_view(contents.bytes).substr(pages);
  std::size_t changed = 0;
  for (std::size_t page = 0; page < pages; ++page) {
    const bool may_be_cold = page >= cold.from / page_bytes && page < cold.to / page_bytes;
    changed += contents.kinds[page] == PageKind::changed;
    if (contents.kinds[page] > PageKind::cold || (contents.kinds[page] == PageKind::cold && !may_be_cold)) {
      return refused("a saved heap has a page of an impossible kind");
    }
  }
  if (changed * page_bytes != contents.changed.size() || pages * page_bytes < cold.to) {
    return refused("a saved heap has another number of pages than it says");
  }
  return contents;
}

}  // namespace

HeapSnapshot HeapSnapshot::take(const Runtime& runtime, std::shared_ptr<const TemplateHeap> from) {
  // Only reads; what is const here is the room's state.
  auto& heap = const_cast<Heap&>(runtime.heap());
  const auto* base = reinterpret_cast<const std::byte*>(&heap);
  const auto slot = DurableSlots::slot_of(base);
  ENTMOOT_CHECK(slot, "a heap is saved that lies in a durable slot");
  ENTMOOT_CHECK(from->is_template_of(heap), "a heap is saved with the template that it was copied from");
  ENTMOOT_CHECK(!heap.poisoned() && entmoot_is_at_rest(reinterpret_cast<JSRuntime*>(root(heap, Root::runtime))),
                "a heap is saved between two turns");

  HeapSnapshot made(std::move(from));
  made.slot_ = *slot;
  made.base_ = reinterpret_cast<std::uintptr_t>(base);
  made.heap_bytes_ = heap.footprint();
  const std::size_t pages = pages_of(heap.footprint());
  const Heap::Cold& cold = heap.cold();
  const auto is_cold = [&](std::size_t page) {
    return cold.source && page >= cold.from / page_bytes && page < cold.to / page_bytes &&
           !cold.is_filled(page - cold.from / page_bytes);
  };
  for (std::size_t page = 0; page < pages; ++page) {
    if (is_cold(page)) continue;
    if (made.runs_.empty() || made.runs_.back().first + made.runs_.back().pages != page)
      made.runs_.push_back({page, 0});
    ++made.runs_.back().pages;
    made.copied_ += page_bytes;
  }
  made.copy_.reset(pages_for(made.copied_));
  std::byte* to = made.copy_.get();
  for (const Run& run : made.runs_) {
    copy_words(to, base + run.first * page_bytes, run.pages * page_bytes);
    to += run.pages * page_bytes;
  }

  // What refers to this process, or depends on when it was preempted.
  const auto copied = [&made](std::uint64_t address, std::size_t bytes) {
    const std::uint64_t offset = address - made.base_;
    ENTMOOT_CHECK(offset + bytes <= made.runs_.front().pages * page_bytes,
                  "the engine's runtime and context lie in front of all cold pages");
    return made.copy_.get() + offset;
  };
  auto& copy = *reinterpret_cast<Heap*>(made.copy_.get());
  copy.forget_process();
  root(copy, Root::graph) = 0;
  entmoot_detach(reinterpret_cast<JSRuntime*>(copied(root(copy, Root::runtime), entmoot_runtime_bytes())),
                 reinterpret_cast<JSContext*>(copied(root(copy, Root::context), entmoot_context_bytes())));
  return made;
}

std::string HeapSnapshot::encode() const {
  const std::size_t pages = pages_of(heap_bytes_);
  std::vector<PageKind> kinds(pages, PageKind::cold);
  std::string contents(pages, '\0');
  contents.reserve(pages + copied_);
  const std::byte* at = copy_.get();
  std::array<std::uint64_t, page_words> own;
  std::array<std::uint64_t, page_words> original;
  for (const Run& run : runs_) {
    for (std::size_t page = run.first; page < run.first + run.pages; ++page, at += page_bytes) {
      std::memcpy(own.data(), at, page_bytes);
      from_->read_page(base_, page * page_bytes, original);
      kinds[page] = own == original ? PageKind::as_template : PageKind::changed;
      if (kinds[page] == PageKind::as_template) continue;
      for (std::size_t i = 0; i < page_words; ++i) own[i] ^= original[i];
      contents.append(view_of(own.data(), page_bytes));
    }
  }
  std::memcpy(contents.data(), kinds.data(), pages);

  std::string encoded(sizeof(Header) + ZSTD_compressBound(contents.size()), '\0');
  const std::size_t size = ZSTD_compress(encoded.data() + sizeof(Header), encoded.size() - sizeof(Header),
                                         contents.data(), contents.size(), compression_level);
  ENTMOOT_CHECK(!ZSTD_isError(size), "zstd compresses into a buffer that is large enough");
  encoded.resize(sizeof(Header) + size);

  Header header{.magic_text = {},
                .format_number = format,
                .slot = slot_,
                .identity = from_->identity(),
                .heap_bytes = heap_bytes_,
                .content_bytes = contents.size(),
                .digest = {}};
  std::ranges::copy(magic, header.magic_text.begin());
  header.digest = digest_of(view_of(&header, sizeof header), std::string_view(encoded).substr(sizeof header));
  std::memcpy(encoded.data(), &header, sizeof header);
  return encoded;
}

Result<SnapshotHeader> read_snapshot_header(std::string_view encoded) {
  const auto header = verified(encoded);
  if (!header) return header.error();
  return SnapshotHeader{.slot = header->slot, .identity = header->identity, .heap_bytes = header->heap_bytes};
}

Result<DurableSlot> load_snapshot(std::string_view encoded, const TemplateHeap& from) {
  const auto header = verified(encoded);
  if (!header) return header.error();
  if (header->identity != from.identity()) {
    return refused("a saved heap has another program, another build of the server or another hash key");
  }
  const ColdRange cold = from.cold_range();
  const auto contents = unpacked(*header, encoded.substr(sizeof(Header)), cold);
  if (!contents) return contents.error();
  auto slot = DurableSlots::take(header->slot);
  if (!slot) return slot;

  std::byte* const base = slot->region().base;
  std::string_view changed = contents->changed;
  std::array<std::uint64_t, page_words> words;
  const auto put = [&](std::size_t page) {
    from.read_page(reinterpret_cast<std::uintptr_t>(base), page * page_bytes, words);
    if (contents->kinds[page] == PageKind::changed) {
      std::array<std::uint64_t, page_words> difference;
      std::memcpy(difference.data(), changed.data(), page_bytes);
      changed.remove_prefix(page_bytes);
      for (std::size_t i = 0; i < page_words; ++i) words[i] ^= difference[i];
    }
    std::memcpy(base + page * page_bytes, words.data(), page_bytes);
  };
  // In the order of the pages, as the changed ones are. The first page says what is cold, and is followed by others.
  const std::size_t cold_from = cold.from / page_bytes;
  const std::size_t cold_to = cold.to / page_bytes;
  Heap& heap = Heap::at(slot->region());
  for (std::size_t page = 0; page < contents->kinds.size(); ++page) {
    const bool may_be_cold = page >= cold_from && page < cold_to;
    if (may_be_cold && page == cold_from) from.make_cold_again(heap);
    if (contents->kinds[page] == PageKind::cold) continue;
    if (may_be_cold) {
      make_accessible(heap, page * page_bytes);
      heap.cold().note_filled(page - cold_from);
    }
    const bool zeros = page * page_bytes >= from.bytes() && contents->kinds[page] == PageKind::as_template;
    if (!zeros) put(page);
  }
  from.adopt(heap);
  heap.mark_for_sanitizer();
  return slot;
}

}  // namespace entmoot::js
