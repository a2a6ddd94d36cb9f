// SPDX-License-Identifier: MIT

#include <entmoot/runtime/js_server.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/base/guarded.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/base/utf8.hpp>
#include <entmoot/js/runtime.hpp>
#include <entmoot/js/template_heap.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <utility>

namespace entmoot {

namespace {
// The most short turns in one slice.
constexpr int turns_per_slice = 64;
// So many calls are started whatever the heap: a room with much data of its own is not refused service for them.
constexpr std::size_t few_pending_calls = 16;
// Bytes in the heap for each byte of JSON text, at most: each `{},` becomes an object of some 140 bytes.
constexpr std::size_t heap_bytes_per_json_byte = 48;

Error overloaded() { return fail(ErrorCode::overloaded, "overloaded"); }
Error set_aside_error() { return fail(ErrorCode::failed, "the message was set aside: it has ended the room twice"); }
Error out_of_memory() { return fail(ErrorCode::out_of_memory, "out of memory"); }

/// The account of `options`, which gets a new one if it has none.
const std::shared_ptr<MemoryAccount>& account_of(JsServerOptions& options) {
  if (!options.account) options.account = std::make_shared<MemoryAccount>(options.budget.host_bytes_max);
  return options.account;
}
}  // namespace

JsServer::JsServer(Shard& shard, JsShard& js, JsServerOptions options)
    : Actor(shard, options.budget.mailbox, account_of(options)),
      js_(js),
      options_(std::move(options)),
      began_(shard.clock().now()),
      timers_(shard, options_.budget.timers_max, options_.account,
              [this](std::uint32_t id) { deliver({.kind = js::Entry::Kind::fire, .id = id}); }),
      calls_(shard, options_.budget.pending_calls_max, options_.account),
      handler_calls_(shard, options_.handlers, options_.budget, options_.account, *this),
      log_(
          options_.name,
          LimitedLog(fmt::format("{}{}{}", options_.noun, options_.noun.empty() ? "" : " ", log::quoted(options_.name)),
                     options_.budget.log_lines_max, shard.clock().now(), "logLines"),
          options_.console, options_.activity),
      counters_(options_.counters ? *options_.counters : js.turns),
      share_(options_.budget.cpu_share, shard.clock().now()) {
  outflow_ = std::make_shared<Outflow>([self = ref()] { self.wake(); });
  if (!options_.journal) {
    deliver({.kind = js::Entry::Kind::evaluate});
    return;
  }
  handler_calls_.hold_back();
  calls_.adopt(std::move(options_.calls));
  durable_ = std::make_unique<DurableTurns>(*options_.journal, static_cast<js::Host&>(*this), js.random,
                                            static_cast<DurableTurns::Listener&>(*this));
  durable_->recover();
}

/// In the first slice, because a copy of the template heap takes longer than most turns.
void JsServer::make_heap() {
  runtime_ = durable_ ? durable_->make_runtime(js_.arena, options_.program, options_.budget.heap)
                      : std::make_unique<js::Runtime>(js_.arena, options_.program.heap(), options_.budget.heap,
                                                      static_cast<js::Host&>(*this));
  started_ = durable_ && durable_->is_continued();
  turn_ = std::make_unique<Turn>(js_, *runtime_, shard().clock(), options_.budget, options_.account);
  turn_->effects().charge_to(outflow_);
  ++counters_.actors;
  count_heap();
}

void JsServer::count_heap() noexcept {
  const std::size_t now = runtime_ ? runtime_->heap().used() : 0;
  counters_.heap_bytes += static_cast<std::int64_t>(now) - static_cast<std::int64_t>(counted_heap_);
  counted_heap_ = now;
}

void JsServer::count_turn(RecentActivity::Outcome outcome) noexcept {
  counters_.cpu.add(turn_->cpu_used());
  if (outcome == RecentActivity::Outcome::failed) ++counters_.failed;
  if (outcome == RecentActivity::Outcome::dropped) ++counters_.dropped;
  if (!options_.activity) return;
  const Input& input = turn_->input();
  options_.activity->input(slice_began_, turn_->cpu_used(), input.receiver, outcome, input.name);
}

JsServer::~JsServer() { exit(ExitReason::shutdown()); }

JsServer::Usage JsServer::usage() const noexcept {
  Usage usage = used_;
  usage.heap_bytes = counted_heap_;  // without a look at the heap's pages, which may be cold
  usage.host_bytes = options_.account->used();
  usage.mailbox = mailbox().size();
  usage.uncaught = log_.counts();
  return usage;
}

void JsServer::trim() noexcept {
  if (alive() && turn_ && turn_->state() == Turn::State::idle) runtime_->heap().trim();
}

// --- messages and turns

void JsServer::deliver(Input input) {
  inner_.push_back(std::move(input));
  shard().make_runnable(*this);
}

/// Starts a turn with the next input, if there is one. Inner messages and mailbox messages alternate. Returns false if
/// no turn was started: there is no input, or the slice is over after many that need no turn.
bool JsServer::take_input() {
  if (is_recovering()) return turn_->state() != Turn::State::idle || start_replay();
  for (int taken = 0; turn_->state() == Turn::State::idle; ++taken) {
    if (!has_input() || (taken > 0 && shard().is_behind())) return false;
    if (taken % 16 == 15 && shard().clock().now() - slice_began_ > js_.slicer.slice()) return false;
    inner_last_ = !inner_.empty() && (!started_ || mailbox().empty() || inner_first_ > 0 || !inner_last_);
    if (inner_last_) {
      if (inner_first_ > 0) --inner_first_;
      Input next = std::move(inner_.front());
      inner_.pop_front();
      start_inner(std::move(next));
    } else if (auto envelope = mailbox().take()) {
      start_call(*std::move(envelope));
    } else {
      return false;
    }
  }
  return true;
}

/// What a message schedules without a delay comes before what a later message causes, as what a channel of Phoenix
/// sends to itself in `join`. What such a timer schedules in turn alternates with messages.
void JsServer::take_timers_due_now() {
  const auto ids = timers_.take_soon();
  if (ids.empty()) return;
  for (const std::uint32_t id : ids) inner_.push_back({.kind = js::Entry::Kind::fire, .id = id});
  if (!inner_last_) inner_first_ = inner_.size();
}

void JsServer::start_inner(Input input) {
  using Kind = js::Entry::Kind;
  if (input.kind == Kind::fire && !timers_.taken(static_cast<std::uint32_t>(input.id))) return;
  if (input.kind == Kind::settle) handler_calls_.taken(input.json.view().size());
  if (is_set_aside(input)) return set_aside(input);
  start_turn(std::move(input));
}

bool JsServer::is_set_aside(const Input& input) const noexcept {
  return std::ranges::any_of(options_.set_aside, [&](const Input& each) { return is_same_for_script(each, input); });
}

/// The script goes on as if it had got the input and done nothing.
void JsServer::set_aside(const Input& input) {
  if (shard().may_log()) {
    log::error("{}: input {} was set aside, because it has ended the room twice; `entmoot history {}` lists it",
               log_.subject(), durable_->turns() + 1, options_.name);
  }
  answer_all(calls_.take_failed(input.call()), {.error = set_aside_error()});
  durable_->set_aside(input, shard().clock().wall().now().time_since_epoch().count());
}

void JsServer::start_turn(Input input) {
  if (durable_) durable_->begin(input, shard().clock().wall().now().time_since_epoch().count());
  turn_->start(std::move(input));
}

/// A call that has expired, or that exceeds the limit of pending calls, is answered without a turn.
void JsServer::start_call(Envelope envelope) {
  const TimePoint now = shard().clock().now();
  if (envelope.sent != TimePoint()) counters_.queue.add(now - envelope.sent);
  if (envelope.deadline < now) {
    return std::move(envelope.reply)(fail(ErrorCode::timeout, "timeout"));
  }
  if (calls_.full() || calls_.has_too_many(envelope.sender) || is_short_of_memory(envelope)) {
    return std::move(envelope.reply)(overloaded());
  }
  if (durable_) {
    if (auto why = durable_->refuses()) return std::move(envelope.reply)(*std::move(why));
  }
  const bool message = envelope.kind == Envelope::Kind::message;
  Input input{.kind = message ? js::Entry::Kind::message : js::Entry::Kind::invoke,
              .id = calls_.begin(std::move(envelope.reply), envelope.deadline, envelope.sender),
              .name = std::move(envelope.name),
              .json = std::move(envelope.args),
              .bytes = std::move(envelope.bytes),
              .receiver = envelope.sender};
  if (is_set_aside(input)) return set_aside(input);
  start_turn(std::move(input));
}

/// Whether calls that are pending have nearly filled the heap, or left only small gaps between its blocks, so that a
/// further one could end the server.
bool JsServer::is_short_of_memory(const Envelope& next) const noexcept {
  if (calls_.size() == 0) return false;
  const js::Heap& heap = runtime_->heap();
  const auto& [hard, soft] = heap.limits();
  const std::size_t bytes = next.args.view().size() * heap_bytes_per_json_byte + (next.bytes ? next.bytes->size() : 0);
  if (calls_.size() < few_pending_calls) return heap.used() + bytes > soft;
  return heap.used() > soft - soft / 8 || heap.headroom() < hard / 8;
}

/// Makes the server runnable again when its CPU share is available again.
void JsServer::wait_for_cpu(Duration debt) {
  if (waits_ != TimerId::none) return;
  if (used_.waits++ == 0) {
    log::warn("{}: CPU share used up ({:g} of a core, limit `cpuShare`); its messages are delayed", log_.subject(),
              options_.budget.cpu_share);
  }
  waits_ = shard().after(debt, [this] {
    waits_ = TimerId::none;
    shard().make_runnable(*this);
  });
}

bool JsServer::slice() {
  slice_began_ = shard().clock().now();
  js_.slicer.limit_slice(shard().quantum());
  log_.begin_slice(slice_began_);
  share_.charge(outflow_->take_charges(), slice_began_);
  if (const Duration debt = share_.debt(slice_began_); debt > Duration::zero()) {
    wait_for_cpu(debt);
    return false;
  }
  if (!runtime_ && durable_ && !durable_->has_start()) return false;
  if (!runtime_) make_heap();
  for (int turns = 0;; ++turns) {
    if (releasing_) {
      if (!release(turn_->effects())) return alive() && !outflow_->wait();
      end_turn();
    }
    if (durable_ && !release_committed()) return alive() && !outflow_->wait();
    if (!alive()) return false;
    if (durable_ && (exit_ || durable_->is_full())) return false;  // a commit continues
    if (!take_input()) return has_input();
    const Duration used = turn_->cpu_used();
    const Turn::State state = turn_->run_slice();
    share_.charge(turn_->cpu_used() - used, slice_began_);
    switch (state) {
      case Turn::State::waiting: return false;
      case Turn::State::running: ++used_.slices; return true;
      case Turn::State::dropped: drop_turn(); return false;
      default: break;
    }
    finish_turn();
    if (!alive()) return false;
    take_timers_due_now();
    if (releasing_ || (durable_ && durable_->released())) continue;
    const bool more = has_input();
    if (!more || turns >= turns_per_slice || shard().clock().now() - slice_began_ > js_.slicer.slice()) return more;
  }
}

void JsServer::finish_turn() {
  ++used_.turns;
  used_.cpu += turn_->cpu_used();
  log_.report_suppressed();

  if (const std::optional<Error>& error = turn_->error()) failure_ = {.error = *error};
  auto failure = std::exchange(failure_, std::nullopt);
  count_heap();
  if (is_recovering()) return finish_replay();
  count_turn(failure && !failure->refusal ? RecentActivity::Outcome::failed : RecentActivity::Outcome::done);
  const bool failed_to_start = failure && (turn_->input().kind == js::Entry::Kind::evaluate || !started_);
  if (durable_ && !failed_to_start) return commit_turn(std::move(failure));
  if (failure) {
    fail_turn(*failure);
    if (failed_to_start) {
      Error& why = failure->error;
      if (why.code == ErrorCode::script) why.code = ErrorCode::start_failed;
      if (!options_.noun.empty()) why.reason = fmt::format("the {} failed to start: {}", options_.noun, why.reason);
      return exit(ExitReason::crash(std::move(why)));
    }
    turn_->finish();
    if (runtime_->heap().over_soft()) exit(ExitReason::crash(out_of_memory()));
    return;
  }
  releasing_ = true;
  if (release(turn_->effects())) end_turn();
}

// A turn of a durable server has ended. What it has changed is kept, also if it threw; or the server ends without it.
void JsServer::commit_turn(std::optional<Failure> failure) {
  if (turn_->error() || runtime_->heap().over_soft()) {
    turn_->effects().drop();
    if (failure && failure->refusal) failure.reset();
    if (failure) log_.call_failed(failure->error);
    crashed_by_ = turn_->input();
    turn_->finish();
    return exit_when_released(ExitReason::crash(failure ? std::move(failure->error) : out_of_memory()));
  }
  Effects effects = turn_->effects().take();
  if (failure) {
    note(*failure);
    effects.drop();
    effects.add([callers = calls_.take_failed(turn_->input().call()), failure = *failure]() mutable {
      answer_all(std::move(callers), failure);
    });
  }
  durable_->commit(turn_->input(), std::move(effects), turn_->take_charge());
  handler_calls_.end_turn(failure.has_value());
  const Duration cpu = turn_->cpu_used();
  end_turn();
  if (started_) durable_->save_if_due(*runtime_, options_.program, cpu);
}

void JsServer::save() {
  const bool at_rest = alive() && durable_ && started_ && turn_ && turn_->state() == Turn::State::idle && !exit_;
  if (at_rest) durable_->save(*runtime_, options_.program);
}

void JsServer::exit_when_released(ExitReason reason) {
  if (!durable_) return exit(std::move(reason));
  if (durable_->holds_nothing()) return crash(std::move(reason));
  if (!exit_) exit_ = std::move(reason);
}

// Everything that is not about the message that has ended this server waits for the next one.
void JsServer::crash(ExitReason reason) {
  if (options_.unanswered) {
    Unanswered left;
    while (auto message = mailbox().take()) left.messages.push_back(*std::move(message));
    left.calls = calls_.take_open(crashed_by_ ? crashed_by_->call() : 0);
    left.culprit = std::move(crashed_by_);
    options_.unanswered(std::move(left));
  }
  exit(std::move(reason));
}

/// Where a durable script's state before the current turn can be looked at; empty if there is none.
std::string JsServer::before_this_turn() const {
  if (!durable_ || !durable_->is_live() || durable_->turns() == 0) return {};
  return fmt::format("; `entmoot replay {} --at {}` opens it as it was before", options_.name, durable_->turns());
}

// Releases the effects whose turns are committed. False: the slice is over, or too much of what was released is
// unprocessed.
bool JsServer::release_committed() {
  while (Effects* effects = durable_->released()) {
    if (!release(*effects) || !alive()) return false;
  }
  if (exit_ && durable_->holds_nothing()) {
    ExitReason reason = *std::move(exit_);
    exit_.reset();
    crash(std::move(reason));
  }
  return true;
}

// Releases effects until none is left (true), the slice is over, or too much of what was released is unprocessed.
bool JsServer::release(Effects& effects) {
  for (int released = 0; !effects.empty(); ++released) {
    if (outflow_->full() || shard().is_behind()) return false;
    if (released % 4 == 3 && shard().clock().now() - slice_began_ > js_.slicer.slice()) return false;
    effects.release_next();
    if (!alive()) return false;  // an effect has ended this server
  }
  return true;
}

// All effects of the turn have been released.
void JsServer::end_turn() {
  releasing_ = false;
  const js::Entry::Kind kind = turn_->input().kind;
  const std::uint64_t call = turn_->input().call();
  turn_->finish();
  calls_.end_turn(call);
  if (kind == js::Entry::Kind::evaluate && !started_) await_start();
  if (runtime_->heap().over_soft()) exit(ExitReason::crash(out_of_memory()));
}

// The turn was abandoned where it was: its heap cannot be used again, so the server exits.
void JsServer::drop_turn() {
  const std::optional<Error>& why = turn_->error();
  ENTMOOT_CHECK(why.has_value(), "a dropped turn has an error");
  used_.cpu += turn_->cpu_used();
  if (!is_recovering()) count_turn(RecentActivity::Outcome::dropped);
  crashed_by_ = turn_->input();
  if (shard().may_log()) {
    log::error("{} terminated: {} after {} µs of CPU in one turn{}", log_.subject(), why->reason,
               std::chrono::duration_cast<std::chrono::microseconds>(turn_->cpu_used()).count(), before_this_turn());
  }
  exit_when_released(ExitReason::crash(*why));
}

// Drops the turn's effects. Its own caller, and the callers whose promises it settled, are answered with the error.
void JsServer::fail_turn(const Failure& failure) {
  note(failure);
  answer_all(calls_.take_failed(turn_->input().call()), failure);
}

void JsServer::note(const Failure& failure) {
  if (failure.refusal) return;
  ++used_.failed_turns;
  log_.call_failed(failure.error);
}

void JsServer::answer_all(PendingCalls::Failed callers, const Failure& failure) {
  for (ReplyTo& other : callers.others) std::move(other)(failure.error);
  if (failure.refusal) return std::move(callers.own)(*failure.refusal);
  std::move(callers.own)(failure.error);
}

JsServer::Failure JsServer::declined(std::string_view response) {
  turn_->charge_effect(response.size());
  Failure failure{.error = fail(ErrorCode::cancelled, "the message that led to this reply was refused"),
                  .refusal = Answer(JsonText::trusted(response))};
  failure.refusal->refused = true;
  return failure;
}

/// An exception that ends a call, cut to what may be kept of it.
Error JsServer::thrown(std::string_view message, std::string_view stack) {
  const Secrets& secrets = options_.secrets;
  const std::string shown = secrets.masked(message);
  Error error =
      fail(ErrorCode::script, std::string(utf8_prefix(shown, options_.budget.error_bytes_max)), secrets.masked(stack));
  if (!options_.number_errors) return error;
  std::array<std::uint8_t, 6> number{};
  js_.random.fill(number);
  for (const std::uint8_t byte : number) error.id += fmt::format("{:02x}", byte);
  return error;
}

// --- the journal of a durable server

void JsServer::durable_work() { shard().make_runnable(*this); }

void JsServer::journal_failed(const Error& why) {
  if (!alive()) return;
  if (shard().may_log()) log::error("{}: its journal failed: {}", log_.subject(), log::quoted(why.reason));
  if (why.code == ErrorCode::diverged) return crash(ExitReason::crash(why));  // the messages wait for other code
  exit(ExitReason::crash(why));
}

// Starts the next of the recorded turns. False: none has been read.
bool JsServer::start_replay() {
  if (!durable_->has_next()) return false;
  auto next = durable_->next();
  if (!next) {
    journal_failed(next.error());
    return false;
  }
  std::optional<Input>& input = *next;
  if (!input) return false;
  turn_->start(*std::move(input), Turn::CpuLimit::none);
  return true;
}

void JsServer::finish_replay() {
  const std::optional<Error> why = turn_->error();
  turn_->finish();
  if (why) return journal_failed(*why);
  if (auto replayed = durable_->replayed(); !replayed) journal_failed(replayed.error());
}

// The recorded turns were replayed, and the script's timers and calls go on.
void JsServer::recovered() {
  const ScriptState& state = durable_->script_state();
  if (!durable_->is_continued()) return deliver({.kind = js::Entry::Kind::evaluate});
  const auto now_ms = shard().clock().wall().now().time_since_epoch().count();
  for (const auto& [id, timer] : state.timers) {
    if (options_.stands_still) break;
    timers_.resume(id, std::chrono::milliseconds(timer.period_ms), timer.repeat,
                   std::chrono::milliseconds(std::max<std::int64_t>(0, timer.due_ms - now_ms)));
  }
  timers_.continue_after(state.last_timer);
  calls_.continue_after(state.last_call);
  if (!started_) await_start();
  if (options_.recovered) {
    Envelope first = options_.recovered();
    inner_.push_back({.kind = js::Entry::Kind::invoke,
                      .id = calls_.begin(std::move(first.reply), first.deadline, first.sender),
                      .name = std::move(first.name),
                      .json = std::move(first.args)});
  }
  for (const std::uint64_t id : state.handler_calls) handler_calls_.lost(id);
  shard().make_runnable(*this);
}

// The module has a pending top-level await. It continues by inner messages; the mailbox waits.
void JsServer::await_start() {
  start_timeout_ = shard().after(options_.budget.start_timeout, [this] {
    start_timeout_ = TimerId::none;
    Error late = fail(ErrorCode::start_timeout, "the script did not start in time");
    if (shard().may_log()) log::error("{} terminated: {} (limit `startTimeout`)", log_.subject(), late.reason);
    exit(ExitReason::crash(std::move(late)));
  });
}

void JsServer::ended(const ExitReason& reason) {
  handler_calls_.end();
  shard().cancel(std::exchange(start_timeout_, TimerId::none));
  shard().cancel(std::exchange(waits_, TimerId::none));
  timers_.stop_all();
  releasing_ = false;
  exit_.reset();
  turn_.reset();
  if (runtime_) --counters_.actors;
  runtime_.reset();
  count_heap();
  durable_.reset();
  inner_.clear();
  calls_.fail_all(reason.error());
}

// --- js::Host: requests of the script

void JsServer::answer(std::uint64_t call, Outcome outcome, js::Value value, std::string_view extra) {
  std::optional<Error> error;
  if (outcome == Outcome::threw) error = thrown(value.content, extra);
  if (call == 0) {
    shard().cancel(std::exchange(start_timeout_, TimerId::none));
    started_ = !error;
    if (error) failure_ = {.error = *std::move(error)};
    return;
  }
  if (turn_->input().call() == call) {
    if (error) return void(failure_ = {.error = *std::move(error)});
    if (outcome == Outcome::declined) return void(failure_ = declined(value.content));
  }
  if (!calls_.is_open(call)) return;  // timed out or already answered
  if (error) {
    log_.call_failed(*error);
    calls_.resolve(call, *std::move(error));
  } else {
    turn_->charge_effect(value.content.size() + extra.size());
    Answer answer = value.kind != js::Value::Kind::bytes
                        ? Answer(JsonText::trusted(value.content))
                        : Answer(extra.empty() ? JsonText() : JsonText::trusted(extra), SharedBytes(value.content));
    answer.refused = outcome != Outcome::ok;
    calls_.resolve(call, std::move(answer));
  }
  // If the turn is dropped, the call is still pending and is answered with the exit reason.
  Effects::release_or_hold([this, call] { calls_.send(call); });
}

bool JsServer::accepted(const Result<void>& result) {
  if (!result) result_ = result.error().reason;
  return result.has_value();
}

bool JsServer::post(std::string_view channel, std::string_view json) {
  turn_->charge_effect(sizeof(Input) + json.size());
  const auto* route = options_.handlers.find_channel(channel);
  if (!route) return true;  // delivered within the room only
  return accepted(guarded([&] { return (*route)(JsonText::trusted(json)); }));
}

bool JsServer::command(std::string_view name, std::span<const js::Value> operands) {
  std::size_t bytes = sizeof(Input) + name.size();
  for (const js::Value& operand : operands) bytes += operand.content.size();
  turn_->charge_effect(bytes);
  const auto& take = options_.handlers.command();
  if (!take)
    return accepted(fail(ErrorCode::unavailable, fmt::format("the server does not support the command \"{}\"", name)));
  return accepted(guarded([&] { return take(name, operands); }));
}

/// A call to a handler that does not exist is not charged. HandlerCalls holds the arguments.
void JsServer::charge_call(std::string_view name, std::string_view args) noexcept {
  if (options_.handlers.find(name)) turn_->charge_output(sizeof(Input) + args.size());
}

bool JsServer::call(std::uint64_t id, std::string_view name, std::string_view args) {
  charge_call(name, args);
  return accepted(handler_calls_.call(id, name, args));
}

void JsServer::handler_answered(std::uint64_t id, Result<JsonText> result) {
  JsonText json = result ? *result : JsonText::trusted(result.error().reason);
  deliver({.kind = js::Entry::Kind::settle, .id = id, .ok = result.has_value(), .json = std::move(json)});
}

js::Host::Waited JsServer::call_sync(std::string_view name, std::string_view args) {
  charge_call(name, args);
  handler_calls_.call_sync(name, args);
  const Waited waited = call_sync_result();
  if (waited == Waited::not_yet) turn_->wait();
  return waited;
}

void JsServer::sync_answered() {
  turn_->wake();
  shard().make_runnable(*this);
}

js::Host::Waited JsServer::call_sync_result() {
  const auto answer = handler_calls_.sync_result();
  if (!answer) return Waited::not_yet;
  result_ = *answer ? std::string((*answer)->view()) : answer->error().reason;
  return *answer ? Waited::value : Waited::error;
}

std::uint32_t JsServer::start_timer(double milliseconds, bool repeat) {
  const std::uint32_t id = timers_.start(milliseconds, repeat);
  if (!id) result_ = "too many timers";
  return id;
}

void JsServer::stop_timer(std::uint32_t id) {
  timers_.stop(id);
  std::erase_if(inner_, [id](const Input& m) { return m.kind == js::Entry::Kind::fire && m.id == id; });
}

double JsServer::uptime() noexcept {
  return std::chrono::duration<double, std::milli>(shard().clock().now() - began_).count();
}

double JsServer::wall_clock() noexcept {
  return static_cast<double>(shard().clock().wall().now().time_since_epoch().count());
}

}  // namespace entmoot
