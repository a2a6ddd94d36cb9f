// SPDX-License-Identifier: MIT

#include <entmoot/core/fiber.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/core/sanitizers.hpp>

#include <boost/context/detail/fcontext.hpp>

#include <utility>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

namespace entmoot {

namespace {
thread_local Fiber* running_fiber = nullptr;
}

// AddressSanitizer keeps a fake stack for each fiber, ThreadSanitizer a shadow thread: each switch is announced to them
// before it happens and confirmed after it.
struct Fiber::Switch {
  static void into(Fiber& fiber) noexcept {
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_start_switch_fiber(&fiber.back_shadow_, fiber.stack_.low, fiber.stack_.bytes);
#endif
#ifdef __SANITIZE_THREAD__
    fiber.back_shadow_ = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(fiber.own_shadow_, 0);
#endif
    const auto there = boost::context::detail::jump_fcontext(std::exchange(fiber.context_, nullptr), &fiber);
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(fiber.back_shadow_, nullptr, nullptr);
#endif
    fiber.context_ = there.fctx;
  }

  static void arrived(Fiber& fiber, void* back) noexcept {
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(fiber.own_shadow_, &fiber.back_bottom_, &fiber.back_bytes_);
#endif
    fiber.back_ = back;
  }

  static boost::context::detail::transfer_t out_of(Fiber& fiber) noexcept {
#ifdef __SANITIZE_ADDRESS__
    // nullptr releases the fake stack: a finished fiber is never resumed.
    __sanitizer_start_switch_fiber(fiber.finished_ ? nullptr : &fiber.own_shadow_, fiber.back_bottom_,
                                   fiber.back_bytes_);
#endif
#ifdef __SANITIZE_THREAD__
    __tsan_switch_to_fiber(fiber.back_shadow_, 0);
#endif
    return boost::context::detail::jump_fcontext(fiber.back_, nullptr);
  }

  static void entry(boost::context::detail::transfer_t from) {
    Fiber& fiber = *static_cast<Fiber*>(from.data);
    arrived(fiber, from.fctx);
    fiber.body_(fiber.argument_);
    fiber.finished_ = true;
    out_of(fiber);
    __builtin_unreachable();
  }
};

Fiber* Fiber::current() noexcept { return running_fiber; }

void Fiber::start(StackPool& pool, Body body, void* argument) {
  ENTMOOT_CHECK(!alive(), "a fiber runs one call at a time");
  pool_ = &pool;
  stack_ = pool.take();
  body_ = body;
  argument_ = argument;
  finished_ = false;
  own_shadow_ = nullptr;
#ifdef __SANITIZE_THREAD__
  own_shadow_ = __tsan_create_fiber(0);
#endif
  context_ = boost::context::detail::make_fcontext(stack_.low + stack_.bytes, stack_.bytes, &Switch::entry);
}

bool Fiber::resume() {
  ENTMOOT_CHECK(context_ && !running_fiber, "only a suspended fiber is resumed, and only from the thread's own stack");
  running_fiber = this;
  running_ = true;
  Switch::into(*this);
  running_ = false;
  running_fiber = nullptr;
  if (!finished_) return true;
  forget();
  return false;
}

void Fiber::suspend() noexcept {
  Fiber& fiber = *running_fiber;
  const auto back = Switch::out_of(fiber);
  Switch::arrived(fiber, back.fctx);
}

void Fiber::forget() noexcept {
  if (!context_) return;
  context_ = nullptr;
#ifdef __SANITIZE_THREAD__
  __tsan_destroy_fiber(own_shadow_);
#endif
  pool_->give_back(std::exchange(stack_, {}));
}

}  // namespace entmoot
