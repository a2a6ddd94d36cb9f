// SPDX-License-Identifier: MIT

#include <entmoot/js/cold_pages.hpp>

#include <entmoot/base/check.hpp>

#include <cstdint>
#include <utility>

#include <sys/mman.h>

namespace entmoot::js {

namespace {

bool try_guard() noexcept {
  void* page = mmap(nullptr, page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return false;
  const bool works = madvise(page, page_bytes, madv_guard_install) == 0;
  munmap(page, page_bytes);
  return works;
}

}  // namespace

bool cold_pages_work() noexcept {
  static const bool work = page_faults_are_handled() && try_guard();
  return work;
}

void make_cold(Heap& heap, std::size_t from, std::size_t to, const PageSource& source) noexcept {
  ENTMOOT_CHECK(from % page_bytes == 0 && to % page_bytes == 0 && from < to, "cold pages are whole pages");
  ENTMOOT_CHECK(madvise(reinterpret_cast<std::byte*>(&heap) + from, to - from, madv_guard_install) == 0,
                "madvise(2) makes pages cold");
  heap.cold() = {.source = &source, .from = static_cast<std::uint32_t>(from), .to = static_cast<std::uint32_t>(to)};
}

void forget_cold(Heap& heap) noexcept {
  const Heap::Cold cold = std::exchange(heap.cold(), {});
  if (!cold.source || cold.filled == (cold.to - cold.from) / page_bytes) return;
  (void)madvise(reinterpret_cast<std::byte*>(&heap) + cold.from, cold.to - cold.from, madv_guard_remove);
}

void make_accessible(Heap& heap, std::size_t offset) noexcept {
  // A failure repeats the fault: there is nobody to report it to.
  (void)madvise(reinterpret_cast<std::byte*>(&heap) + offset, page_bytes, madv_guard_remove);
}

}  // namespace entmoot::js
