// SPDX-License-Identifier: MIT

#include <entmoot/core/stack_pool.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/core/sanitizers.hpp>

#include <new>

#include <sys/mman.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

namespace entmoot {

namespace {
std::size_t page() noexcept { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

void unmap(const Stack& stack) noexcept { munmap(stack.low - page(), stack.bytes + page()); }
}  // namespace

StackPool::StackPool(std::size_t bytes, std::size_t kept_max)
    : bytes_((bytes + page() - 1) / page() * page()), kept_max_(kept_max) {}

StackPool::~StackPool() {
  for (const Stack& stack : kept_) unmap(stack);
}

Stack StackPool::take() {
  Stack stack;
  if (!kept_.empty()) {
    stack = kept_.back();
    kept_.pop_back();
  } else {
    void* mapped = mmap(nullptr, bytes_ + page(), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    ENTMOOT_CHECK(mprotect(mapped, page(), PROT_NONE) == 0, "mprotect(2) of the guard page succeeds");
    stack = {static_cast<std::byte*>(mapped) + page(), bytes_};
  }
  ++in_use_;
  return stack;
}

void StackPool::give_back(Stack stack) noexcept {
  --in_use_;
#ifdef __SANITIZE_ADDRESS__
  // The frames of a dropped fiber never returned: their redzones are still poisoned.
  __asan_unpoison_memory_region(stack.low, stack.bytes);
#endif
  if (kept_.size() < kept_max_) {
    kept_.push_back(stack);
  } else {
    unmap(stack);
  }
}

}  // namespace entmoot
