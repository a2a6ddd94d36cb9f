// SPDX-License-Identifier: MIT

#include <entmoot/runtime/recorded_host.hpp>

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace entmoot {

// The digest is of the sequence of texts, not of their concatenation: each is hashed alone, with the digest so far.
RecordedHost::Digest& RecordedHost::Digest::number(std::uint64_t value) noexcept {
  value_ = XXH3_64bits_withSeed(&value, sizeof value, value_);
  return *this;
}

RecordedHost::Digest& RecordedHost::Digest::text(std::string_view value) noexcept {
  value_ = XXH3_64bits_withSeed(value.data(), value.size(), value_ + value.size());
  return *this;
}

// --- turns

void RecordedHost::begin(const Input& input, std::int64_t now_ms) {
  replayed_ = nullptr;
  facts_ = {.time_ms = std::max(now_ms, state_.now_ms)};
  state_.now_ms = facts_.time_ms;
  state_.take(input);
  own_call_ = input.call();
  requests_ = 0;
  digest_ = {};
  seeded_ = false;
}

void RecordedHost::begin_replay(const Input& input, const TurnFacts& facts) {
  begin(input, facts.time_ms);
  replayed_ = &facts;
  observed_ = 0;
}

TurnFacts RecordedHost::end() {
  facts_.digest = digest_.value();
  if (observer_) observer_->turn_ended(!facts_.threw);
  replayed_ = nullptr;
  return std::exchange(facts_, {});
}

RecordedHost::Digest& RecordedHost::noted(Request request) noexcept {
  ++requests_;
  return digest_.number(static_cast<std::uint64_t>(request));
}

const Observation* RecordedHost::observed() noexcept {
  const auto& all = replayed_->observations;
  if (observed_ == all.size() || all[observed_].request != requests_) return nullptr;
  return &all[observed_++];
}

template <class Ask>
bool RecordedHost::accepted(Ask ask) {
  if (replayed_) {
    const Observation* rejected = observed();
    if (rejected) result_ = rejected->text;
    return !rejected;
  }
  if (ask()) return true;
  result_ = live_.result();
  facts_.observations.push_back({requests_, Observation::Kind::rejected, result_});
  return false;
}

// --- requests of the script

void RecordedHost::answer(std::uint64_t call, Outcome outcome, js::Value value, std::string_view extra) {
  noted(Request::answer).number(call).number(static_cast<std::uint64_t>(outcome)).text(value.content).text(extra);
  if (outcome == Outcome::threw && call == own_call_ && call != 0) facts_.threw = true;
  // The callers of a turn that is replayed have gone. Call 0 is the start of the script, which the server waits for.
  if (!replayed_ || call == 0) live_.answer(call, outcome, value, extra);
}

bool RecordedHost::post(std::string_view channel, std::string_view json) {
  noted(Request::post).text(channel).text(json);
  if (!accepted([&] { return live_.post(channel, json); })) return false;
  if (observer_) observer_->posted(channel, json);
  return true;
}

bool RecordedHost::command(std::string_view name, std::span<const js::Value> operands) {
  Digest& digest = noted(Request::command).text(name);
  for (const js::Value& operand : operands) {
    digest.number(static_cast<std::uint64_t>(operand.kind)).text(operand.content);
    digest.text({reinterpret_cast<const char*>(&operand.number), sizeof operand.number});
  }
  if (!accepted([&] { return live_.command(name, operands); })) return false;
  if (observer_) observer_->commanded(name, operands);
  return true;
}

bool RecordedHost::call(std::uint64_t id, std::string_view name, std::string_view args) {
  noted(Request::call).number(id).text(name).text(args);
  const bool taken = accepted([&] { return live_.call(id, name, args); });
  if (!taken) return false;
  state_.handler_calls.insert(id);
  if (observer_) observer_->called(name, args);
  return true;
}

js::Host::Waited RecordedHost::call_sync(std::string_view name, std::string_view args) {
  noted(Request::call_sync).text(name).text(args);
  const Waited answer = replayed_ ? waited_before() : waited(live_.call_sync(name, args));
  if (answer == Waited::value && observer_) observer_->called(name, args);
  return answer;
}

js::Host::Waited RecordedHost::waited_before() {
  const Observation* seen = observed();
  result_ = seen ? seen->text : "";  // without it the digests of this turn differ
  return seen && seen->kind == Observation::Kind::value ? Waited::value : Waited::error;
}

js::Host::Waited RecordedHost::call_sync_result() { return waited(live_.call_sync_result()); }

js::Host::Waited RecordedHost::waited(Waited live) {
  if (live == Waited::not_yet) return live;
  result_ = live_.result();
  const auto kind = live == Waited::value ? Observation::Kind::value : Observation::Kind::error;
  facts_.observations.push_back({requests_, kind, result_});
  return live;
}

std::uint32_t RecordedHost::start_timer(double milliseconds, bool repeat) {
  noted(Request::start_timer).text({reinterpret_cast<const char*>(&milliseconds), sizeof milliseconds}).number(repeat);
  std::uint32_t id = state_.last_timer + 1;
  const bool started = accepted([&] {
    id = live_.start_timer(milliseconds, repeat);
    return id != 0;
  });
  if (!started) return 0;
  state_.last_timer = id;
  constexpr double longest_ms = 2147483647;  // as runtime/room_timers has it
  const auto period = static_cast<std::int64_t>(std::ceil(std::clamp(milliseconds, repeat ? 1.0 : 0.0, longest_ms)));
  state_.timers.insert_or_assign(id, ScriptState::Timer{period, repeat, state_.now_ms + period});
  return id;
}

void RecordedHost::stop_timer(std::uint32_t id) {
  noted(Request::stop_timer).number(id);
  state_.timers.erase(id);
  if (!replayed_) live_.stop_timer(id);
}

void RecordedHost::log(log::Level level, std::string_view line) {
  if (!replayed_) live_.log(level, line);
}

void RecordedHost::report_error(Uncaught kind, std::string_view message, std::string_view stack) {
  noted(Request::report_error).number(static_cast<std::uint64_t>(kind)).text(message);
  if (!replayed_) live_.report_error(kind, message, stack);
}

// --- random numbers

void RecordedHost::reseed() noexcept {
  if (std::exchange(seeded_, true)) return;
  RandomSeed seed{};
  if (!replayed_) {
    entropy_.fill(seed);
  } else if (replayed_->seed) {
    seed = *replayed_->seed;
  }
  facts_.seed = seed;
  random_.begin(seed);
}

double RecordedHost::random() noexcept {
  reseed();
  return random_.fraction();
}

void RecordedHost::random_bytes(std::span<std::uint8_t> bytes) noexcept {
  reseed();
  random_.fill(bytes);
}

}  // namespace entmoot
