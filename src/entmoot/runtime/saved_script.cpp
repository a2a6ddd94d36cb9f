// SPDX-License-Identifier: MIT

#include <entmoot/runtime/saved_script.hpp>

#include <entmoot/base/byte_writer.hpp>

#include <cstdint>
#include <utility>

namespace entmoot {

namespace {

constexpr std::uint8_t version = 2;

void write(ByteWriter& out, const ScriptState& state) {
  out.number(static_cast<std::uint64_t>(state.began_ms)).number(static_cast<std::uint64_t>(state.now_ms));
  out.number(state.last_timer).number(state.last_call).number(state.timers.size());
  for (const auto& [id, timer] : state.timers) {
    out.number(id).number(static_cast<std::uint64_t>(timer.period_ms)).byte(timer.repeat);
    out.number(static_cast<std::uint64_t>(timer.due_ms));
  }
  out.number(state.handler_calls.size());
  for (const std::uint64_t call : state.handler_calls) out.number(call);
}

ScriptState read(ByteReader& in) {
  ScriptState state;
  state.began_ms = static_cast<std::int64_t>(in.number());
  state.now_ms = static_cast<std::int64_t>(in.number());
  state.last_timer = static_cast<std::uint32_t>(in.number());
  state.last_call = in.number();
  for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) {
    const auto id = static_cast<std::uint32_t>(in.number());
    ScriptState::Timer& timer = state.timers[id];
    timer.period_ms = static_cast<std::int64_t>(in.number());
    timer.repeat = in.byte() != 0;
    timer.due_ms = static_cast<std::int64_t>(in.number());
  }
  for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) state.handler_calls.insert(in.number());
  return state;
}

}  // namespace

std::string SavedScript::encode() const {
  ByteWriter out;
  out.byte(version);
  write(out, state_);
  out.text(observed_);
  out.text(heap_.encode());
  return std::move(out).done();
}

Result<SavedScript::Loaded> SavedScript::load(std::string_view bytes, const js::TemplateHeap& program) {
  ByteReader in(bytes);
  if (in.byte() != version) return fail(ErrorCode::invalid, "it was saved by another version of the server");
  ScriptState state = read(in);
  const std::string_view observed = in.text();
  const std::string_view heap = in.text();
  if (!in.ok() || !in.at_end()) return fail(ErrorCode::invalid, "it is damaged");
  auto slot = js::load_snapshot(heap, program);
  if (!slot) return slot.error();
  return Loaded{*std::move(slot), std::move(state), std::string(observed)};
}

}  // namespace entmoot
