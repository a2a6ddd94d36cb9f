// SPDX-License-Identifier: MIT

#include <entmoot/core/slicer.hpp>

#include <entmoot/base/check.hpp>

#include <cerrno>
#include <mutex>

#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

namespace entmoot {

namespace {

constexpr int tick_signal = SIGURG;  // ignored by default, and not used elsewhere in this process

thread_local Slicer* slicer_of_thread = nullptr;

const void* program_counter_of(const void* context) noexcept {
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return reinterpret_cast<const void*>(machine.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return reinterpret_cast<const void*>(machine.pc);
#else
#error "add the program counter register of this architecture: forced preemption reads it"
#endif
}

}  // namespace

Slicer::~Slicer() {
  if (has_timer_) timer_delete(timer_);
  if (slicer_of_thread == this) slicer_of_thread = nullptr;
}

void Slicer::arm() {
  if (!options_.force) return;
  if (!has_timer_) {
    static std::once_flag handler_installed;
    std::call_once(handler_installed, [] {
      struct sigaction action {};
      action.sa_sigaction = &Slicer::on_tick;
      // NODEFER: the handler may switch fibers and return much later; other turns need their ticks until then.
      action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART;
      ENTMOOT_CHECK(sigaction(tick_signal, &action, nullptr) == 0, "sigaction(2) succeeds");
    });
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = tick_signal;
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif
    event.sigev_notify_thread_id = static_cast<pid_t>(syscall(SYS_gettid));
    ENTMOOT_CHECK(timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0, "timer_create(2) succeeds");
    has_timer_ = true;
    slicer_of_thread = this;
  }
  // Ticks are not aligned with slices: two ticks per slice keep a forced slice below one and a half slices.
  const auto nanoseconds = options_.slice.count() / 2;
  const timespec period{static_cast<time_t>(nanoseconds / 1'000'000'000),
                        static_cast<long>(nanoseconds % 1'000'000'000)};
  const itimerspec spec{period, period};
  armed_ = 1;
  timer_settime(timer_, 0, &spec, nullptr);
}

bool Slicer::run(Fiber& fiber, int* poll_countdown) {
  slice_end_ = clock_.now() + slice_;
  poll_countdown_ = poll_countdown;
  tick_pending_ = 0;
  ran_since_tick_ = 1;
  if (!armed_) arm();
  preemptible_ = 1;
  const bool switched_out = fiber.resume();
  preemptible_ = 0;
  return switched_out;
}

void Slicer::yield() noexcept {
  preemptible_ = 0;
  Fiber::suspend();
  preemptible_ = 1;
}

void Slicer::poll() noexcept {
  if (clock_.now() < slice_end_) return;
  ++counters_.polled;
  yield();
}

void Slicer::leave_host() noexcept {
  if (tick_pending_) {
    ++counters_.polled;
    yield();
  }
  preemptible_ = 1;
}

void Slicer::on_tick(int, siginfo_t*, void* context) {
  const int saved_errno = errno;
  if (slicer_of_thread) slicer_of_thread->tick(program_counter_of(context));
  errno = saved_errno;
}

void Slicer::tick(const void* program_counter) noexcept {
  if (!Fiber::current()) {
    // No fiber runs. The timer is disarmed at the second such tick in a row, until the next slice.
    if (!ran_since_tick_) {
      const itimerspec off{};
      armed_ = 0;
      timer_settime(timer_, 0, &off, nullptr);
    }
    ran_since_tick_ = 0;
    return;
  }
  if (clock_.now() < slice_end_) return;
  if (!preemptible_) {
    tick_pending_ = 1;
    return;
  }
  if (!options_.preemptible.contains(program_counter)) {
    ++counters_.outside;
    // The engine decrements its countdown in its own text only, so this write cannot race with it.
    if (poll_countdown_) *poll_countdown_ = 1;
    return;
  }
  ++counters_.forced;
  yield();
}

}  // namespace entmoot
