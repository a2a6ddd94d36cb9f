// SPDX-License-Identifier: MIT

#include <entmoot/rooms/memory_budget.hpp>

#include <entmoot/base/log.hpp>
#include <entmoot/base/process_memory.hpp>

#include <utility>

namespace entmoot {

MemoryBudget::MemoryBudget(MemoryBudgetOptions options)
    : bytes_(options.bytes != 0 ? options.bytes : memory_available() / 5 * 4),
      resident_(options.resident ? std::move(options.resident) : resident_bytes) {
  measured_ = resident_();
}

std::size_t MemoryBudget::used() const noexcept {
  return measured_.load(std::memory_order_relaxed) + started_.load(std::memory_order_relaxed) * new_room_bytes;
}

void MemoryBudget::measure() {
  started_.store(0, std::memory_order_relaxed);
  measured_.store(resident_(), std::memory_order_relaxed);
  const std::uint64_t refused = refused_.load(std::memory_order_relaxed);
  if (!refusing_ && refused > 0) {
    refusing_ = true;
    log::warn("memory: {} of {} MB are used, no further rooms are started (setting `node.memory`)", used() / MiB,
              bytes_ / MiB);
  } else if (refusing_ && !is_tight()) {
    refusing_ = false;
    refused_.fetch_sub(refused, std::memory_order_relaxed);
    log::info("memory: {} of {} MB are used, rooms are started again; {} have been refused", used() / MiB, bytes_ / MiB,
              refused);
  }
}

bool MemoryBudget::is_tight() const noexcept { return used() >= bytes_ / 10 * 9; }

Result<void> MemoryBudget::admit_room() {
  if (used() >= bytes_) {
    refused_.fetch_add(1, std::memory_order_relaxed);
    return fail(ErrorCode::limit, "the server is short of memory, try again later");
  }
  started_.fetch_add(1, std::memory_order_relaxed);
  return {};
}

}  // namespace entmoot
