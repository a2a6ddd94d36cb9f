// SPDX-License-Identifier: MIT

#include <entmoot/runtime/js_shard.hpp>

#include <entmoot/core/cpu_clock.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/js/stack.hpp>

namespace entmoot {

namespace {
const ThreadCpuClock thread_cpu_clock;
}

JsShard::JsShard(const Shard& shard, JsShardOptions options)
    : arena(options.arena),
      stacks(js::fiber_stack_bytes),
      slicer(shard.clock(), {.slice = options.slice, .preemptible = js::engine_code()}),
      cpu_clock_(options.cpu_clock ? *options.cpu_clock : thread_cpu_clock) {}

}  // namespace entmoot
