// SPDX-License-Identifier: MIT

#include <entmoot/runtime/turn.hpp>

#include <entmoot/base/check.hpp>

#include <utility>

namespace entmoot {

namespace {
Error out_of_memory() { return fail(ErrorCode::out_of_memory, "out of memory"); }
}  // namespace

Turn::Turn(JsShard& js, js::Runtime& runtime, const Clock& clock, const Budget& budget,
           std::shared_ptr<MemoryAccount> account)
    : js_(js), runtime_(runtime), clock_(clock), budget_(budget), held_(std::move(account)) {
  runtime.heap().on_exhausted(&Turn::exhausted, this);
  runtime.heap().on_long_work(&Turn::long_work, this);
}

void Turn::start(Input input, CpuLimit limit) {
  ENTMOOT_CHECK(state_ == State::idle, "a room runs one turn at a time");
  input_ = std::move(input);
  entry_ = {.kind = input_.kind, .id = input_.id, .ok = input_.ok, .text = input_.name, .json = input_.json.view()};
  entry_.has_bytes = input_.bytes.has_value();
  if (input_.bytes) entry_.bytes = input_.bytes->view();
  entry_.receiver = input_.receiver;
  state_ = State::running;
  first_slice_ = true;
  cpu_limit_ = limit;
  cpu_used_ = {};
  effect_bytes_ = 0;
  account_is_full_ = false;
  held_.add_anyway(input_.size());
  effects_.begin(budget_.fan_out_bytes_max);
  error_.reset();
  fiber_.start(js_.stacks, &Turn::body, this);
}

// No object with a destructor may be alive below here: the fiber can be dropped at any point.
void Turn::body(void* self) {
  auto& turn = *static_cast<Turn*>(self);
  turn.ended_ = turn.runtime_.run(turn.entry_, turn.budget_.microtasks_max);
}

// The allocator has no memory for the engine. The turn ends here, so that the engine's out-of-memory paths never run.
void Turn::exhausted(void* self) {
  auto& turn = *static_cast<Turn*>(self);
  turn.state_ = State::dropped;
  if (Fiber::current()) Fiber::suspend();  // never resumed
}

void Turn::long_work(void* self) {
  if (Fiber::current()) static_cast<Turn*>(self)->js_.slicer.poll();
}

bool Turn::interrupt() noexcept {
  js_.slicer.poll();
  if (!runtime_.heap().over_soft()) return false;
  runtime_.collect_garbage();
  return runtime_.heap().over_soft();
}

// Past the limit the turn ends with the host function that it is in.
void Turn::charge_output(std::size_t bytes) noexcept {
  effect_bytes_ += bytes;
  if (effect_bytes_ > budget_.effects_bytes_max) js_.slicer.end_slice();
}

void Turn::charge_effect(std::size_t bytes) noexcept {
  charge_output(bytes);
  if (held_.add(bytes)) return;
  account_is_full_ = true;
  js_.slicer.end_slice();
}

std::optional<Error> Turn::output_error() const {
  if (effect_bytes_ > budget_.effects_bytes_max) return fail(ErrorCode::turn_limit, "too much output in one turn");
  if (account_is_full_) return fail(ErrorCode::turn_limit, "too much memory outside its heap (limit `hostMemory`)");
  return std::nullopt;
}

// Most turns end in their first slice, which is charged by two readings of the steady clock. From the second slice on a
// turn is charged with CPU time.
void Turn::charge_cpu(TimePoint began, TimePoint cpu_began) {
  if (std::exchange(first_slice_, false)) {
    cpu_used_ += std::min<Duration>(clock_.now() - began, std::chrono::milliseconds(10));
  } else {
    cpu_used_ += js_.cpu_clock().now() - cpu_began;
  }
}

Turn::State Turn::run_slice() {
  const TimePoint began = first_slice_ ? clock_.now() : TimePoint{};
  const TimePoint cpu_began = first_slice_ ? TimePoint{} : js_.cpu_clock().now();
  Effects* outer = Effects::collect_into(&effects_);
  const bool switched_out = js_.slicer.run(fiber_, runtime_.poll_countdown());
  Effects::collect_into(outer);
  charge_cpu(began, cpu_began);

  if (state_ == State::dropped) {
    drop(out_of_memory());
  } else if (switched_out) {
    if (auto error = output_error()) {
      drop(*std::move(error));
    } else if (cpu_limit_ == CpuLimit::applies && cpu_used_ > budget_.turn_cpu) {
      drop(fail(ErrorCode::cpu_limit, "out of time"));
    }
  } else if (ended_ == js::Ended::too_many_jobs) {
    drop(fail(ErrorCode::turn_limit, "too many microtasks"));
  } else if (auto error = output_error()) {
    drop(*std::move(error));
  } else {
    if (ended_ == js::Ended::interrupted) error_ = out_of_memory();
    state_ = State::done;
  }
  return state_;
}

MemoryCharge Turn::take_charge() noexcept {
  MemoryCharge next = held_.empty_copy();
  return std::exchange(held_, std::move(next));
}

void Turn::finish() noexcept {
  effects_.drop();
  held_.clear();
  input_ = {};
  state_ = State::idle;
}

void Turn::drop(Error reason) noexcept {
  fiber_.forget();
  effects_.drop();
  held_.clear();
  error_ = std::move(reason);
  state_ = State::dropped;
}

}  // namespace entmoot
