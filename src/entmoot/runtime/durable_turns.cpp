// SPDX-License-Identifier: MIT

#include <entmoot/runtime/durable_turns.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/js/durable_slots.hpp>
#include <entmoot/js/heap_snapshot.hpp>
#include <entmoot/runtime/saved_script.hpp>

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace entmoot {

DurableTurns::DurableTurns(TurnJournal& journal, js::Host& live, RandomSource& entropy, Listener& listener)
    : journal_(journal), listener_(listener), host_(live, entropy) {
  host_.observe(journal.observer());
}

// --- recovery

void DurableTurns::recover() {
  journal_.saved([self = self_.ref()](Result<std::vector<SavedState>> saved) {
    DurableTurns* const turns = self.get();
    if (!turns) return;
    if (!saved) return turns->listener_.journal_failed(saved.error());
    turns->saved_ = *std::move(saved);
    turns->listener_.durable_work();
  });
}

std::unique_ptr<js::Runtime> DurableTurns::make_runtime(js::RegionArena& arena, const Program& program,
                                                        js::HeapLimits limits) {
  std::unique_ptr<js::Runtime> runtime;
  const auto all_saved = std::exchange(saved_, std::nullopt).value_or(std::vector<SavedState>());
  for (const SavedState& saved : all_saved) {
    turns_ = saved.turns;
    if (saved.bytes.empty()) {
      if (TurnObserver* const observer = journal_.observer()) observer->resume(saved.observed);
      break;
    }
    auto loaded = SavedScript::load(saved.bytes, program.heap());
    if (!loaded) {
      log::info("a state that was saved after turn {} is not used: {}", saved.turns, loaded.error().reason);
      turns_ = 0;
      continue;
    }
    host_.resume(std::move(loaded->state));
    if (TurnObserver* const observer = journal_.observer()) observer->resume(loaded->observed);
    runtime = std::make_unique<js::Runtime>(std::move(loaded->slot), host_);
    runtime->heap().set_limits(limits);
    in_slot_ = true;
    saved_turns_ = turns_;
    saved_bytes_ = runtime->heap().used();
    break;
  }
  if (!runtime) runtime = new_runtime(arena, program, limits);
  journal_.begin_after(turns_);
  read();
  return runtime;
}

// In a slot of its own, so that it can be saved; if none is free, in the shard's arena.
std::unique_ptr<js::Runtime> DurableTurns::new_runtime(js::RegionArena& arena, const Program& program,
                                                       js::HeapLimits limits) {
  for (std::uint32_t i = 0; i < slots_tried && js::DurableSlots::available(); ++i) {
    auto slot = js::DurableSlots::take((journal_.slot() + i) % js::DurableSlots::count);
    if (!slot && slot.error().code == ErrorCode::already_exists) continue;
    if (!slot) break;
    in_slot_ = true;
    return std::make_unique<js::Runtime>(*std::move(slot), program.heap(), limits, host_);
  }
  return std::make_unique<js::Runtime>(arena, program.heap(), limits, host_);
}

void DurableTurns::read() {
  if (std::exchange(reading_, true)) return;
  journal_.read_next([self = self_.ref()](Result<TurnJournal::Records> records) {
    DurableTurns* const turns = self.get();
    if (!turns) return;
    turns->reading_ = false;
    if (!records) return turns->listener_.journal_failed(records.error());
    turns->all_read_ = records->empty();
    std::ranges::move(*records, std::back_inserter(turns->unread_));
    if (!turns->all_read_ || turns->current_ || turns->has_next()) return turns->listener_.durable_work();
    turns->live_ = true;
    turns->listener_.recovered();
  });
}

Result<std::optional<Input>> DurableTurns::next() {
  auto record = decode_turn(unread_.front());
  ++turns_;
  if (!record) {
    return fail(ErrorCode::io, fmt::format("turn {} in the journal: {}", turns_, record.error().reason));
  }
  unread_.pop_front();
  if (!all_read_ && unread_.size() < ahead_min) read();
  current_ = *std::move(record);
  host_.begin_replay(current_->input, current_->facts);
  if (!current_->facts.set_aside) return std::optional(std::move(current_->input));
  (void)host_.end();
  current_.reset();
  note_end();
  return std::optional<Input>();
}

Result<void> DurableTurns::replayed() {
  ENTMOOT_CHECK(current_.has_value(), "a turn is replayed");
  const TurnFacts was = std::move(current_->facts);
  current_.reset();
  const TurnFacts is = host_.end();
  if (is.digest != was.digest || is.threw != was.threw) {
    return fail(
        ErrorCode::diverged,
        fmt::format("the script did something else in turn {} than before the restart: its code has changed", turns_));
  }
  note_end();
  return {};
}

void DurableTurns::note_end() {
  if (!all_read_ || !unread_.empty() || reading_) return;
  live_ = true;
  listener_.recovered();
}

// --- live

void DurableTurns::commit(const Input& input, Effects effects, MemoryCharge held) {
  record(input, host_.end(), std::move(effects), std::move(held));
}

void DurableTurns::set_aside(const Input& input, std::int64_t now_ms) {
  host_.begin(input, now_ms);
  TurnFacts facts = host_.end();
  facts.set_aside = true;
  record(input, facts, {}, {});
}

void DurableTurns::record(const Input& input, const TurnFacts& facts, Effects effects, MemoryCharge held) {
  ENTMOOT_CHECK(live_, "a turn is recorded after those before it were replayed");
  std::string record = encode_turn(input, facts);
  ++turns_;
  const bool holds_back = journal_.holds_back();
  const std::size_t bytes = record.size() + held.bytes();
  held_bytes_ += bytes;
  bytes_ += record.size();
  held_.push_back({.committed = !holds_back, .effects = std::move(effects), .charge = std::move(held), .bytes = bytes});
  journal_.append(std::move(record), [self = self_.ref(), holds_back](const Result<void>& result) {
    DurableTurns* const turns = self.get();
    if (!turns) return;
    if (!result) return turns->listener_.journal_failed(result.error());
    if (holds_back) turns->committed();
  });
}

void DurableTurns::committed() {
  held_[committed_++].committed = true;
  listener_.durable_work();
}

void DurableTurns::save_if_due(const js::Runtime& runtime, const Program& program, Duration turn_cpu) {
  cpu_ += turn_cpu;
  const std::size_t enough = saved_bytes_ == 0 ? first_save_after_bytes : save_after_bytes + saved_bytes_;
  if (cpu_ >= save_after_cpu || bytes_ >= enough) save(runtime, program);
}

void DurableTurns::save(const js::Runtime& runtime, const Program& program) {
  if (!live_ || !in_slot_ || turns_ == saved_turns_) return;
  const TurnObserver* const observer = journal_.observer();
  SavedScript script(host_.state(), observer ? observer->state() : std::string(),
                     js::HeapSnapshot::take(runtime, program.shared_heap()));
  saved_turns_ = turns_;
  saved_bytes_ = script.bytes();
  cpu_ = {};
  bytes_ = 0;
  const std::size_t size = script.bytes();
  journal_.save(size, [script = std::make_shared<const SavedScript>(std::move(script))] { return script->encode(); });
}

Effects* DurableTurns::released() noexcept {
  while (!held_.empty() && held_.front().committed) {
    if (!held_.front().effects.empty()) return &held_.front().effects;
    held_bytes_ -= held_.front().bytes;
    held_.pop_front();
    if (committed_ > 0) --committed_;
  }
  return nullptr;
}

}  // namespace entmoot
