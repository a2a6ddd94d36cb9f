// SPDX-License-Identifier: MIT

#pragma once

// The JavaScript of a room: one engine runtime with one context in one heap region, copied from a template. The region
// contains the room's complete state; destroying the Runtime returns the region and runs no code of the script.
//
// Created and destroyed on its shard. run() is the body of a turn: it is called on a fiber, may be switched out at any
// point, and may never return (the fiber is forgotten when the room is dropped). It is therefore written like a C
// function, with nothing to unwind. The texts in `entry` must stay alive until the turn has ended.

#include <entmoot/js/heap.hpp>
#include <entmoot/js/region.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

struct JSContext;
struct JSRuntime;

namespace entmoot::js {

class DurableSlot;
class Host;
class TemplateHeap;

/// An entry into the script.
struct Entry {
  enum class Kind {
    evaluate,  ///< Run the program's top level; the first entry of a room. Answered as call 0.
    invoke,    ///< Call exported or global function `text` with the JSON array `json` as call number `id`.
    message,   ///< Event `text` with the payload `json` for `receiver`, answered as call `id` (js/delivery.hpp).
    settle,    ///< Beam.call number `id` has returned `json` (ok), or failed with the message `json`.
    fire,      ///< Timer number `id` is due.
  };
  Kind kind = Kind::evaluate;
  std::uint64_t id = 0;
  bool ok = true;
  std::string_view text = {};
  std::string_view json = {};
  /// `bytes` is a further argument of `invoke`, or the payload of `message`; copied into a Uint8Array of the room.
  bool has_bytes = false;
  std::string_view bytes = {};
  std::uint64_t receiver = 0;
};

/// How a turn's body returned.
enum class Ended {
  done,         ///< The entry and its microtasks have run.
  interrupted,  ///< Host::interrupt() returned true at least once. The queued microtasks have been run or interrupted.
  too_many_jobs,  ///< The limit of microtasks was exceeded.
};

class Runtime {
 public:
  /// `host`, `arena` and `from` outlive it. Throws std::bad_alloc if no address space is left.
  Runtime(RegionArena& arena, const TemplateHeap& from, HeapLimits limits, Host& host);
  /// The same in a slot of its own (js/durable_slots.hpp).
  Runtime(DurableSlot slot, const TemplateHeap& from, HeapLimits limits, Host& host);
  /// Goes on with the heap that is in `ready` (js/heap_snapshot.hpp). Its template outlives it.
  Runtime(DurableSlot ready, Host& host);
  /// Runs the heap in `ready`, a region of `owner`, and returns it in the end.
  Runtime(RegionOwner& owner, Region ready, Host& host);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  [[nodiscard]] Heap& heap() noexcept { return Heap::at(region_); }
  [[nodiscard]] const Heap& heap() const noexcept { return Heap::at(region_); }

  /// Runs the turn, on a fiber (see above), with at most `jobs_max` microtasks. Garbage is collected if the heap is
  /// over its soft limit, so over_soft() afterwards counts live objects only.
  [[nodiscard]] Ended run(const Entry& entry, std::size_t jobs_max) noexcept;
  /// The engine's counter of events until its next poll (core/slicer.hpp).
  [[nodiscard]] int* poll_countdown() const noexcept;
  /// Frees unreachable cycles. Call it on the fiber: it allocates (jobs for finalizers), so it may exhaust the heap.
  void collect_garbage() noexcept;

 private:
  static int on_interrupt(JSRuntime* rt, void* self) noexcept;

  RegionOwner& owner_;
  const Region region_;
  Host& host_;
  JSRuntime* rt_;
  JSContext* ctx_;
  bool interrupted_ = false;  // in the current run
};

}  // namespace entmoot::js
