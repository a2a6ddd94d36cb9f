// SPDX-License-Identifier: MIT

#pragma once

// Stacks for fibers, of one size, with a guard page below each, kept for reuse. Only a turn in progress holds a stack,
// so there are about as many as rooms that compute at the same time. One pool per thread.

#include <cstddef>
#include <vector>

namespace entmoot {

struct Stack {
  std::byte* low = nullptr;  ///< Lowest usable byte; the guard page lies below.
  std::size_t bytes = 0;
};

class StackPool {
 public:
  /// `bytes` is rounded up to pages; at most `kept_max` free stacks are kept.
  explicit StackPool(std::size_t bytes, std::size_t kept_max = 64);
  ~StackPool();
  StackPool(const StackPool&) = delete;
  StackPool& operator=(const StackPool&) = delete;

  /// Throws std::bad_alloc if no address space is left.
  [[nodiscard]] Stack take();
  void give_back(Stack stack) noexcept;
  /// Stacks that were taken and not given back.
  [[nodiscard]] std::size_t in_use() const noexcept { return in_use_; }

 private:
  const std::size_t bytes_;
  const std::size_t kept_max_;
  std::size_t in_use_ = 0;
  std::vector<Stack> kept_;
};

}  // namespace entmoot
