// SPDX-License-Identifier: MIT

#include <entmoot/js/runtime.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/core/slicer.hpp>
#include <entmoot/js/cold_pages.hpp>
#include <entmoot/js/delivery.hpp>
#include <entmoot/js/durable_slots.hpp>
#include <entmoot/js/engine.hpp>
#include <entmoot/js/host.hpp>
#include <entmoot/js/roots.hpp>
#include <entmoot/js/template_heap.hpp>

#include <iterator>
#include <utility>

namespace entmoot::js {

namespace {
Region copied(const TemplateHeap& from, HeapLimits limits, Region to) noexcept {
  (void)from.copy_into(to, limits);
  return to;
}
}  // namespace

Runtime::Runtime(RegionArena& arena, const TemplateHeap& from, HeapLimits limits, Host& host)
    : Runtime(arena, copied(from, limits, arena.take()), host) {}

Runtime::Runtime(DurableSlot slot, const TemplateHeap& from, HeapLimits limits, Host& host)
    : Runtime(DurableSlots::owner(), copied(from, limits, slot.release()), host) {}

Runtime::Runtime(DurableSlot ready, Host& host) : Runtime(DurableSlots::owner(), ready.release(), host) {}

Runtime::Runtime(RegionOwner& owner, Region ready, Host& host) : owner_(owner), region_(ready), host_(host) {
  rt_ = reinterpret_cast<JSRuntime*>(root(heap(), Root::runtime));
  ctx_ = reinterpret_cast<JSContext*>(root(heap(), Root::context));
  JS_SetRuntimeOpaque(rt_, &host);
  JS_SetInterruptHandler(rt_, &on_interrupt, this);
}

Runtime::~Runtime() {
  const std::size_t touched = heap().touched();
  forget_cold(heap());
  owner_.give_back(region_, touched);
}

int* Runtime::poll_countdown() const noexcept { return entmoot_poll_countdown(ctx_); }

// Interrupts again if the script continues after an interruption: a Promise constructor turns any exception into a
// rejection.
int Runtime::on_interrupt(JSRuntime*, void* self) noexcept {
  auto& runtime = *static_cast<Runtime*>(self);
  if (runtime.host_.interrupt()) runtime.interrupted_ = true;
  return runtime.interrupted_ ? 1 : 0;
}

void Runtime::collect_garbage() noexcept { JS_RunGC(rt_); }

Ended Runtime::run(const Entry& entry, std::size_t jobs_max) noexcept {
  Heap& own = heap();
  ENTMOOT_CHECK(!own.poisoned(), "no JavaScript runs in a heap after an allocation has failed");
  JS_UpdateStackTop(rt_);
  interrupted_ = false;
  bool returned = true;
  switch (entry.kind) {
    case Entry::Kind::evaluate: {
      JSValue program = JS_MKPTR(static_cast<std::int32_t>(root(own, Root::script_tag)),
                                 reinterpret_cast<void*>(root(own, Root::script)));
      const bool module = JS_IsModule(program);
      JSValue result = JS_EvalFunction(ctx_, JS_DupValue(ctx_, program));
      if (JS_IsException(result)) {
        JSValue error = JS_GetException(ctx_);
        returned = call_root(ctx_, own, Root::failed, 1, &error);
      } else {
        JSValue args[] = {module ? JS_DupValue(ctx_, result) : JS_UNDEFINED,
                          module ? JS_DupValue(ctx_, root_object(own, Root::exports)) : JS_UNDEFINED};
        returned = call_root(ctx_, own, Root::adopt, std::size(args), args);
      }
      JS_FreeValue(ctx_, result);
      break;
    }
    case Entry::Kind::invoke: {
      JSValue args[] = {JS_NewInt64(ctx_, static_cast<std::int64_t>(entry.id)),
                        JS_NewStringLen(ctx_, entry.text.data(), entry.text.size()),
                        JS_NewStringLen(ctx_, entry.json.data(), entry.json.size()),
                        entry.has_bytes
                            ? JS_NewUint8ArrayCopy(ctx_, reinterpret_cast<const std::uint8_t*>(entry.bytes.data()),
                                                   entry.bytes.size())
                            : JS_UNDEFINED};
      returned = call_root(ctx_, own, Root::invoke, std::size(args), args);
      break;
    }
    case Entry::Kind::message: returned = deliver(ctx_, own, host_, entry); break;
    case Entry::Kind::settle: {
      JSValue args[] = {JS_NewInt64(ctx_, static_cast<std::int64_t>(entry.id)), JS_NewBool(ctx_, entry.ok),
                        JS_NewStringLen(ctx_, entry.json.data(), entry.json.size())};
      returned = call_root(ctx_, own, Root::settle, std::size(args), args);
      break;
    }
    case Entry::Kind::fire: {
      JSValue id = JS_NewInt64(ctx_, static_cast<std::int64_t>(entry.id));
      returned = call_root(ctx_, own, Root::fire, 1, &id);
      break;
    }
  }

  // All microtasks of the turn run in the turn, also after an interruption, so that none is left for the next turn.
  // Reports run code of the script (getters of an error), and a collection runs its finalizers; the microtasks that
  // they queue belong to the turn as well.
  std::size_t jobs = 0;
  bool collected = false;
  do {
    for (;; ++jobs) {
      JSContext* ctx = nullptr;
      const int ran = JS_ExecutePendingJob(rt_, &ctx);
      if (ran == 0) break;
      if (ran < 0) {
        JSValue error = JS_GetException(ctx_);
        if (!call_root(ctx_, own, Root::report_job, 1, &error)) returned = false;
      }
      if (jobs >= jobs_max) return Ended::too_many_jobs;
      host_.slicer().poll();
    }
    if (std::exchange(root(own, Root::rejections), 0) != 0 &&
        !call_root(ctx_, own, Root::report_unhandled, 0, nullptr)) {
      returned = false;
    }
    if (own.over_soft() && !std::exchange(collected, true)) collect_garbage();
  } while (JS_IsJobPending(rt_));
  return returned && !interrupted_ ? Ended::done : Ended::interrupted;
}

}  // namespace entmoot::js
