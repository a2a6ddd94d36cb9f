// SPDX-License-Identifier: MIT

#include <entmoot/runtime/durable_turns.hpp>

#include <entmoot/base/check.hpp>

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace entmoot {

DurableTurns::DurableTurns(TurnJournal& journal, js::Host& live, RandomSource& entropy, Listener& listener)
    : journal_(journal), listener_(listener), host_(live, entropy) {}

// --- recovery

void DurableTurns::recover() { read(); }

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

Result<Input> DurableTurns::next() {
  auto record = decode_turn(unread_.front());
  ++turns_;
  if (!record) {
    return fail(ErrorCode::io, fmt::format("turn {} in the journal: {}", turns_, record.error().reason));
  }
  unread_.pop_front();
  if (!all_read_ && unread_.size() < ahead_min) read();
  current_ = *std::move(record);
  host_.begin_replay(current_->input, current_->facts);
  return std::move(current_->input);
}

Result<void> DurableTurns::replayed() {
  const TurnFacts was = std::exchange(current_, std::nullopt)->facts;
  const TurnFacts is = host_.end();
  if (is.digest != was.digest || is.threw != was.threw) {
    return fail(ErrorCode::failed,
                fmt::format("turn {} in the journal did something else when it was taken again: other code, or code "
                            "whose result depends on more than its inputs",
                            turns_));
  }
  if (all_read_ && unread_.empty() && !reading_) {
    live_ = true;
    listener_.recovered();
  }
  return {};
}

// --- live

void DurableTurns::commit(const Input& input, Effects effects, MemoryCharge held) {
  ENTMOOT_CHECK(live_, "a turn is recorded after those before it were replayed");
  std::string record = encode_turn(input, host_.end());
  ++turns_;
  const bool holds_back = journal_.holds_back();
  const std::size_t bytes = record.size() + held.bytes();
  held_bytes_ += bytes;
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
