// SPDX-License-Identifier: MIT

#pragma once

// A room's JavaScript: one engine runtime with one context in one heap region, copied from a template. Everything the
// room is lies in the region; destroying the Runtime gives the region back and runs nothing.
//
// Created and destroyed on its shard. run() is the body of a turn: it is called on a fiber, may be switched out at any
// point, and may never return (the fiber is forgotten when the room is dropped). So it is a plain C-like function with
// nothing to unwind; texts in `entry` must stay alive until the turn has ended.

#include <entmoot/js/heap.hpp>
#include <entmoot/js/region.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

struct JSContext;
struct JSRuntime;

namespace entmoot::js {

class Host;
class TemplateHeap;

/// One way into the script.
struct Entry {
  enum class Kind {
    evaluate,  ///< Run the program's top level; the first entry of a room. Answered as call 0.
    invoke,    ///< Call exported or global function `text` with the JSON array `json` as call number `id`.
    settle,    ///< Beam.call number `id` has come to `json` (ok) or failed with message `json`.
    fire,      ///< Timer number `id` is due.
  };
  Kind kind = Kind::evaluate;
  std::uint64_t id = 0;
  bool ok = true;
  std::string_view text = {};
  std::string_view json = {};
  bool has_bytes = false;  ///< invoke: `bytes` follow the arguments, as a Uint8Array of the room's own.
  std::string_view bytes = {};
};

/// How a turn's body returned.
enum class Ended {
  done,           ///< The entry and the microtasks after it have run.
  interrupted,    ///< Host::interrupt() said stop, once; what the entry had queued was run, or cut off, all the same.
  too_many_jobs,  ///< The microtasks did not come to an end.
};

class Runtime {
 public:
  /// `host` and `arena` outlive it. Throws std::bad_alloc without address space.
  Runtime(RegionArena& arena, const TemplateHeap& from, HeapLimits limits, Host& host);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  [[nodiscard]] Heap& heap() noexcept { return Heap::at(region_); }
  [[nodiscard]] const Heap& heap() const noexcept { return Heap::at(region_); }

  /// On the fiber; see above. At most `jobs_max` microtasks. A heap that is over its soft limit then is over it with
  /// what is alive.
  [[nodiscard]] Ended run(const Entry& entry, std::size_t jobs_max) noexcept;
  /// What the engine counts down to its next poll (core/slicer.hpp).
  [[nodiscard]] int* poll_countdown() const noexcept;
  /// Frees what only cycles keep alive. On the fiber: it allocates (jobs of finalizers), so it may find the heap
  /// exhausted.
  void collect_garbage() noexcept;

 private:
  static int on_interrupt(JSRuntime* rt, void* self) noexcept;

  RegionArena& arena_;
  const Region region_;
  Host& host_;
  JSRuntime* rt_;
  JSContext* ctx_;
  bool interrupted_ = false;  // in the run under way
};

}  // namespace entmoot::js
