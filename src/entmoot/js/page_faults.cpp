// SPDX-License-Identifier: MIT

#include <entmoot/js/page_faults.hpp>

#include <entmoot/core/sanitizers.hpp>
#include <entmoot/js/durable_slots.hpp>
#include <entmoot/js/heap.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <utility>

#include <unistd.h>

namespace entmoot::js {

namespace {

// Read by the handler, on any thread; `base` is written last.
struct Slots {
  std::atomic<std::uintptr_t> base = 0;  // 0: unused
  std::atomic<std::size_t> bytes = 0;
  std::atomic<std::size_t> slot_bytes = 0;
  std::atomic<std::size_t> heap_offset = 0;
};
constexpr std::size_t slots_max = 4096;  // chunks of 256 heaps
std::array<Slots, slots_max> slots;
std::atomic<std::size_t> slots_used = 0;  // no entry at or after it is in use
std::mutex slots_mutex;

struct sigaction before;

// The heap at `heap_at`, if `at` is in a cold page of it.
Heap* if_cold(std::uintptr_t heap_at, std::uintptr_t at) noexcept {
  auto* heap = reinterpret_cast<Heap*>(heap_at);
  const Heap::Cold& cold = heap->cold();
  const std::uintptr_t offset = at - heap_at;
  return cold.source && offset >= cold.from && offset < cold.to ? heap : nullptr;
}

// The heap whose cold page contains `at`, or nullptr.
Heap* heap_of(std::uintptr_t at) noexcept {
  if (const auto region = DurableSlots::region_around(at)) {
    const auto heap_at = reinterpret_cast<std::uintptr_t>(region->base);
    return at < heap_at + page_bytes ? nullptr : if_cold(heap_at, at);
  }
  for (std::size_t i = 0; i < slots_used.load(std::memory_order_acquire); ++i) {
    const std::uintptr_t base = slots[i].base.load(std::memory_order_acquire);
    if (base == 0 || at - base >= slots[i].bytes) continue;
    const std::uintptr_t slot = base + (at - base) / slots[i].slot_bytes * slots[i].slot_bytes;
    const std::uintptr_t heap_at = slot + slots[i].heap_offset;
    if (at < heap_at + page_bytes) return nullptr;  // the guard, or the page with the heap's own fields
    return if_cold(heap_at, at);
  }
  return nullptr;
}

void on_fault(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  const auto at = reinterpret_cast<std::uintptr_t>(info->si_addr);
  if (Heap* heap = heap_of(at)) {
    Heap::Cold& cold = heap->cold();
    const std::size_t offset = (at - reinterpret_cast<std::uintptr_t>(heap)) / page_bytes * page_bytes;
    cold.note_filled((offset - cold.from) / page_bytes);
    cold.source->fill(*heap, offset);
    errno = saved_errno;
    return;
  }
  if ((before.sa_flags & SA_SIGINFO) != 0 && before.sa_sigaction) return before.sa_sigaction(signal, info, context);
  if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) return before.sa_handler(signal);
  sigaction(signal, &before, nullptr);  // the instruction faults again, and the process ends as it would without us
}

// Valgrind does not repeat an instruction after a fault with all registers as they were before it.
bool valgrind_runs_us() noexcept {
  const char* preloaded = std::getenv("LD_PRELOAD");
  return preloaded && std::strstr(preloaded, "vgpreload");
}

bool install_handler() noexcept {
  if (with_asan || with_tsan || sysconf(_SC_PAGESIZE) != static_cast<long>(page_bytes)) return false;
  if (valgrind_runs_us()) return false;
  struct sigaction action {};
  action.sa_sigaction = &on_fault;
  action.sa_flags = SA_SIGINFO;
  sigfillset(&action.sa_mask);  // a tick (core/slicer.hpp) must not switch fibers in the handler
  return sigaction(SIGSEGV, &action, &before) == 0;
}

}  // namespace

bool page_faults_are_handled() noexcept {
  static const bool handled = install_handler();
  return handled;
}

FaultRange::FaultRange(std::byte* base, std::size_t bytes, std::size_t slot_bytes, std::size_t heap_offset)
    : entry_(unused) {
  const std::lock_guard lock(slots_mutex);
  for (std::size_t i = 0; i < slots_max; ++i) {
    if (slots[i].base.load(std::memory_order_relaxed) != 0) continue;
    slots[i].bytes = bytes;
    slots[i].slot_bytes = slot_bytes;
    slots[i].heap_offset = heap_offset;
    slots[i].base.store(reinterpret_cast<std::uintptr_t>(base), std::memory_order_release);
    if (i >= slots_used.load()) slots_used.store(i + 1, std::memory_order_release);
    entry_ = i;
    return;
  }
  throw std::bad_alloc();
}

FaultRange::~FaultRange() {
  if (entry_ != unused) slots[entry_].base.store(0, std::memory_order_release);
}

FaultRange::FaultRange(FaultRange&& other) noexcept : entry_(std::exchange(other.entry_, unused)) {}

}  // namespace entmoot::js
