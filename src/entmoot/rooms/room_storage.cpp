// SPDX-License-Identifier: MIT

#include <entmoot/rooms/room_storage.hpp>

#include <memory>
#include <utility>

namespace entmoot {

void RoomStorage::encode(std::size_t bytes, UniqueFunction<void()> job) {
  if (waiting_bytes_.load(std::memory_order_relaxed) + bytes > waiting_bytes_max) return job();
  waiting_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  auto shared = std::make_shared<UniqueFunction<void()>>(std::move(job));
  const bool queued = worker_.submit([this, bytes, shared] {
    (*shared)();
    waiting_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  });
  if (queued) return;
  (*shared)();
  waiting_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
}

}  // namespace entmoot
