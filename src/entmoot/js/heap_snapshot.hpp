// SPDX-License-Identifier: MIT

#pragma once

// The bytes of a room's heap at rest, to be loaded by another process of the same build, where the room goes on: its
// closures, generators, Maps with object keys, private fields, pending promises and waiting async functions included.
//
// What is saved is the difference to the room's template at the same address, page by page: a page that the room has
// not changed costs nothing, nor does one that it has never touched (js/cold_pages.hpp). A heap has no word that
// depends on the process, once those are cleared that the Runtime sets again (js/template_heap.hpp, identity()).
//
// The encoded form, little-endian:
//
//   magic      8 bytes   "entmheap"
//   format     4         1
//   slot       4         js/durable_slots.hpp
//   identity   16        of the template
//   heap       8         bytes of the heap, from its address to the end of its last block
//   contents   8         bytes of the contents before they were compressed
//   digest     32        SHA-256 of the header until here, and of all that follows
//   contents             compressed with zstd: the kind of each page of the heap (1 byte: 0 as in the template, 1
//   changed,
//                        2 cold), then the changed pages, each combined with the template's by exclusive or
//
// Pages are 4096 bytes; behind the end of the template there are zeros. The digest finds accidents, not attacks: who
// can write a snapshot can run any code. It contains all that the room knows, so it is stored as a secret.

#include <entmoot/base/result.hpp>
#include <entmoot/js/durable_slots.hpp>
#include <entmoot/js/template_heap.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace entmoot::js {

class Runtime;

/// A copy of a heap. A value: it may go to another thread.
class HeapSnapshot {
 public:
  /// Copies the heap of a room in a durable slot, which is a copy of `from` and between two turns (its last turn was
  /// not dropped); nothing else is done here. On the heap's thread. Throws std::bad_alloc.
  [[nodiscard]] static HeapSnapshot take(const Runtime& runtime, std::shared_ptr<const TemplateHeap> from);

  /// Compares with the template and compresses. Any thread.
  [[nodiscard]] std::string encode() const;
  /// Bytes of the copy.
  [[nodiscard]] std::size_t bytes() const noexcept { return copied_; }

 private:
  /// Pages that follow each other.
  struct Run {
    std::size_t first = 0;
    std::size_t pages = 0;
  };
  struct Free {
    void operator()(std::byte* copy) const noexcept { std::free(copy); }
  };
  explicit HeapSnapshot(std::shared_ptr<const TemplateHeap> from) : from_(std::move(from)) {}

  std::shared_ptr<const TemplateHeap> from_;
  std::uint32_t slot_ = 0;
  std::uintptr_t base_ = 0;  // the heap's address
  std::size_t heap_bytes_ = 0;
  std::vector<Run> runs_;  // ascending
  std::size_t copied_ = 0;
  std::unique_ptr<std::byte[], Free> copy_;  // of the runs
};

/// What an encoded snapshot says of itself.
struct SnapshotHeader {
  std::uint32_t slot = 0;
  HeapIdentity identity{};
  std::size_t heap_bytes = 0;
};

/// Verifies the digest: a snapshot that is cut off or damaged is an error (`invalid`). Any thread.
[[nodiscard]] Result<SnapshotHeader> read_snapshot_header(std::string_view encoded);

/// Takes the slot of an encoded snapshot and puts the heap into it. All is verified before: a snapshot that is cut off,
/// damaged, of another format, or of a template with another identity is an error (`invalid`) that says which. The
/// errors of DurableSlots::take(). A Runtime goes on with the result, on any thread, in the limits that the heap had;
/// its owner sets the heap's handlers again. `from` outlives it.
[[nodiscard]] Result<DurableSlot> load_snapshot(std::string_view encoded, const TemplateHeap& from);

}  // namespace entmoot::js
