// SPDX-License-Identifier: MIT

#include <entmoot/runtime/js_server.hpp>

#include <entmoot/base/log.hpp>
#include <entmoot/js/runtime.hpp>
#include <entmoot/js/template_heap.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace entmoot {

namespace {
// A slice of the loop takes this many short turns at most before it lets others in.
constexpr int turns_per_slice = 64;

/// What an application's function throws is its script's error, not the room's end.
template <class F>
auto guarded(F f) -> decltype(f()) {
  try {
    return f();
  } catch (const std::exception& error) {
    return fail(error.what());
  } catch (...) {
    return fail("unknown exception");
  }
}

/// As much of `text` as fits into `bytes_max`, cut between two characters.
std::string_view beginning(std::string_view text, std::size_t bytes_max) noexcept {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xc0) == 0x80) --bytes_max;
  return text.substr(0, bytes_max);
}

Error late(const std::string& handler) { return fail("handler \"" + handler + "\" did not answer in time"); }
}  // namespace

JsServer::JsServer(Shard& shard, JsShard& js, JsServerOptions options)
    : Actor(shard, options.budget.mailbox),
      js_(js),
      options_(std::move(options)),
      self_(std::make_shared<JsServer*>(this)),
      runtime_(std::make_unique<js::Runtime>(js.arena, options_.program.heap(), options_.budget.heap,
                                             static_cast<js::Host&>(*this))),
      turn_(std::make_unique<Turn>(js, *runtime_, shard.clock(), options_.budget)),
      began_(shard.clock().now()),
      timers_(shard, options_.budget.timers_max,
              [this](std::uint32_t id) { deliver({.kind = js::Entry::Kind::fire, .id = id}); }),
      share_(options_.budget.cpu_share, shard.clock().now()),
      log_lines_(options_.budget.log_lines_max, shard.clock().now()) {
  deliver({.kind = js::Entry::Kind::evaluate});
}

JsServer::~JsServer() { exit(ExitReason::shutdown()); }

JsServer::Usage JsServer::usage() const noexcept {
  Usage usage = used_;
  usage.heap_bytes = runtime_ ? runtime_->heap().used() : 0;
  usage.mailbox = mailbox().size();
  return usage;
}

// --- messages and turns

void JsServer::deliver(Input input) {
  inner_.push_back(std::move(input));
  shard().make_runnable(*this);
}

bool JsServer::take_message() {
  if (!started_ && inner_.empty()) return false;
  const bool inner = !inner_.empty() && (!started_ || mailbox().empty() || !inner_last_);
  inner_last_ = inner;
  if (inner) {
    Input next = std::move(inner_.front());
    inner_.pop_front();
    if (next.kind == js::Entry::Kind::fire && !timers_.taken(static_cast<std::uint32_t>(next.id)))
      return take_message();
    if (next.kind == js::Entry::Kind::settle) {
      --handler_calls_;
      answers_bytes_ -= next.json.view().size();
    }
    turn_->start(std::move(next));
    return true;
  }
  auto envelope = mailbox().take();
  if (!envelope) return false;
  if (envelope->deadline < shard().clock().now()) {
    std::move(envelope->reply)(fail("timeout"));
    return take_message();
  }
  if (calls_.size() >= options_.budget.pending_calls_max) {
    std::move(envelope->reply)(fail("overloaded"));
    return take_message();
  }
  const std::uint64_t call = ++last_call_;
  calls_.emplace(call, PendingCall{std::move(envelope->reply), envelope->deadline});
  turn_->start(
      {.kind = js::Entry::Kind::invoke, .id = call, .name = std::move(envelope->name), .json = envelope->args});
  return true;
}

/// A room that has used up its share of the CPU comes again when it has some. One that waits for a handler may not be
/// run either.
bool JsServer::has_to_wait() {
  const Duration debt = share_.debt(slice_began_);
  if (debt == Duration::zero()) return false;
  if (waits_ != TimerId::none) return true;
  if (used_.waits++ == 0) {
    log::warn("room {} has used up its share of the CPU ({:g} of a core) and waits for more",
              log::quoted(options_.name), options_.budget.cpu_share);
  }
  waits_ = shard().after(debt, [this] {
    waits_ = TimerId::none;
    shard().make_runnable(*this);
  });
  return true;
}

bool JsServer::slice() {
  slice_began_ = shard().clock().now();
  if (has_to_wait()) return false;
  for (int turns = 0;; ++turns) {
    if (turn_->state() == Turn::State::idle && !take_message()) return false;
    const Duration used = turn_->cpu_used();
    const Turn::State state = turn_->run_slice();
    share_.charge(turn_->cpu_used() - used, slice_began_);
    switch (state) {
      case Turn::State::waiting: return false;
      case Turn::State::running: ++used_.slices; return true;
      case Turn::State::dropped:
        used_.cpu += turn_->cpu_used();
        log::error("room {}: {} after {} µs of CPU; it ends here", log::quoted(options_.name), turn_->trouble(),
                   std::chrono::duration_cast<std::chrono::microseconds>(turn_->cpu_used()).count());
        exit(ExitReason::crash(turn_->trouble()));
        return false;
      default: break;
    }
    finish_turn();
    if (!alive()) return false;
    const bool more = !inner_.empty() || (started_ && !mailbox().empty());
    if (!more || turns >= turns_per_slice || shard().clock().now() - slice_began_ > std::chrono::milliseconds(1))
      return more;
  }
}

void JsServer::finish_turn() {
  ++used_.turns;
  used_.cpu += turn_->cpu_used();
  if (const auto left_out = log_lines_.tell(slice_began_)) {
    log::warn("room {}: {} lines were left out (`logLines`)", log::quoted(options_.name), left_out);
  }

  if (!turn_->trouble().empty()) failure_ = fail(turn_->trouble());
  const bool starting = turn_->input().kind == js::Entry::Kind::evaluate;
  const std::uint64_t call = turn_->input().kind == js::Entry::Kind::invoke ? turn_->input().id : 0;
  if (auto failure = std::exchange(failure_, std::nullopt)) {
    fail_turn(*failure);
    if (starting || !started_) {
      return exit(ExitReason::crash("the room's script failed: " + failure->reason, failure->detail));
    }
  } else {
    turn_->effects().release();
    if (!alive()) return;  // one of them has ended it
    turn_->finish();
    await_promise(call);
    if (starting && !started_) await_start();
  }
  if (runtime_->heap().over_soft()) exit(ExitReason::crash("out of memory"));
}

// Nothing of the turn gets out but the news that it failed: to its own caller, and to those whose promise it settled.
void JsServer::fail_turn(const Error& failure) {
  ++used_.failed_turns;
  if (log_lines_.take(slice_began_)) {
    log::warn("room {}: {}{}", log::quoted(options_.name), log::quoted(failure.reason), log::indented(failure.detail));
  }
  const Input& input = turn_->input();
  const std::uint64_t own = input.kind == js::Entry::Kind::invoke ? input.id : 0;
  for (auto at = calls_.begin(); at != calls_.end();) {
    if (at->first != own && !at->second.answer) {
      ++at;
      continue;
    }
    shard().cancel(at->second.timeout);
    std::move(at->second.reply)(failure);
    at = calls_.erase(at);
  }
  turn_->finish();
}

// The call's promise is not settled yet: from now on its deadline counts.
void JsServer::await_promise(std::uint64_t call) {
  const auto found = calls_.find(call);
  if (found == calls_.end() || found->second.deadline == TimePoint::max()) return;
  found->second.timeout = shard().after(found->second.deadline - shard().clock().now(), [this, call] {
    const auto expired = calls_.find(call);
    expired->second.timeout = TimerId::none;
    if (expired->second.answer) return;  // on its way in the turn under way
    std::move(expired->second.reply)(fail("timeout"));
    calls_.erase(expired);
  });
}

// The module awaits. What it waits for comes as inner messages; mail stays where it is.
void JsServer::await_start() {
  start_timeout_ = shard().after(options_.budget.start_timeout, [this] {
    start_timeout_ = TimerId::none;
    log::error("room {}: the script did not start in time", log::quoted(options_.name));
    exit(ExitReason::crash("the script did not start in time"));
  });
}

void JsServer::ended(const ExitReason& reason) {
  *self_ = nullptr;
  shard().cancel(std::exchange(start_timeout_, TimerId::none));
  shard().cancel(std::exchange(waits_, TimerId::none));
  timers_.stop_all();
  turn_.reset();
  runtime_.reset();
  inner_.clear();
  shard().cancel(std::exchange(sync_, {}).timeout);
  for (auto& [id, call] : std::exchange(calls_, {})) {
    shard().cancel(call.timeout);
    std::move(call.reply)(fail(reason.what.empty() ? std::string(to_string(reason.kind)) : reason.what));
  }
}

// --- what the script asks for

void JsServer::answer(std::uint64_t call, bool ok, std::string_view json_or_message, std::string_view stack) {
  if (!ok) json_or_message = beginning(json_or_message, options_.budget.error_bytes_max);
  const Input& input = turn_->input();
  if (!ok && input.kind == js::Entry::Kind::invoke && input.id == call) {
    failure_ = Error(std::string(json_or_message), std::string(stack));
    return;
  }
  if (call == 0) {
    shard().cancel(std::exchange(start_timeout_, TimerId::none));
    started_ = ok;
    if (!ok) failure_ = Error(std::string(json_or_message), std::string(stack));
    return;
  }
  const auto found = calls_.find(call);
  if (found == calls_.end() || found->second.answer) return;  // timed out meanwhile, or answered
  if (ok) {
    turn_->charge_effect(json_or_message.size());
    found->second.answer = JsonText::trusted(json_or_message);
  } else {
    if (log_lines_.take(slice_began_)) {
      log::warn("room {}: {}{}", log::quoted(options_.name), log::quoted(json_or_message), log::indented(stack));
    }
    found->second.answer = fail(std::string(json_or_message), std::string(stack));
  }
  Effects::release_or_hold([this, call] { send_answer(call); });
}

// Released with the turn's effects, in their order. Should the turn be dropped instead, the call is still in calls_ and
// gets the reason.
void JsServer::send_answer(std::uint64_t call) {
  auto answered = calls_.extract(call);
  if (answered.empty()) return;  // an effect before it has ended the room, which told everybody why
  shard().cancel(answered.mapped().timeout);
  std::move(answered.mapped().reply)(std::move(*answered.mapped().answer));
}

bool JsServer::post(std::string_view channel, std::string_view json) {
  turn_->charge_effect(sizeof(Input) + json.size());
  const auto* route = options_.handlers.find_channel(channel);
  if (!route) return true;  // heard in the room only
  const auto taken = guarded([&] { return (*route)(JsonText::trusted(json)); });
  if (!taken) result_ = taken.error().reason;
  return taken.has_value();
}

bool JsServer::emit(std::string_view operation, std::string_view target, std::string_view name,
                    std::string_view payload) {
  turn_->charge_effect(sizeof(Input) + target.size() + name.size() + payload.size());
  const auto& emit = options_.handlers.emit();
  const auto taken = guarded([&]() -> Result<void> {
    return emit ? emit(operation, target, name, payload) : fail("this room has no clients of its own");
  });
  if (!taken) result_ = taken.error().reason;
  return taken.has_value();
}

ReplyTo JsServer::reply_to_self(UniqueFunction<void(JsServer&, Result<JsonText>)> then) {
  return ReplyTo(shard(), [self = self_, then = std::move(then)](Result<JsonText> result) mutable {
    if (*self) then(**self, std::move(result));
  });
}

std::optional<Result<JsonText>> JsServer::run_handler(std::string_view name, std::string_view args,
                                                      UniqueFunction<ReplyTo()> reply) {
  const Handlers::Handler* handler = options_.handlers.find(name);
  if (!handler) return fail("no handler \"" + std::string(name) + "\": the server does not offer it");
  turn_->charge_effect(sizeof(Input) + args.size());
  if (const auto* now = std::get_if<Handlers::Now>(handler)) {
    return guarded([&] { return (*now)(JsonText::trusted(args)); });
  }
  const auto begun = guarded([&]() -> Result<void> {
    std::get<Handlers::Later> (*handler)(JsonText::trusted(args), reply());
    return {};
  });
  if (!begun) return begun.error();
  return std::nullopt;
}

bool JsServer::call(std::uint64_t id, std::string_view name, std::string_view args) {
  if (handler_calls_ >= options_.budget.handler_calls_max) {
    result_ = "too many Beam.calls wait for an answer";
    return false;
  }
  // Settled once: by the handler or by the timeout, whichever comes first. It counts until the script is given it.
  const auto settle = [id](JsServer& self, Result<JsonText> result) {
    JsonText json = result ? *result : JsonText::trusted(result.error().reason);
    self.answers_bytes_ += json.view().size();
    self.deliver({.kind = js::Entry::Kind::settle, .id = id, .ok = result.has_value(), .json = std::move(json)});
  };
  ++handler_calls_;
  const auto timeout = std::make_shared<TimerId>();
  const auto settle_once = [settle, timeout](JsServer& self, Result<JsonText> result) {
    if (*timeout == TimerId::none) return;
    self.shard().cancel(std::exchange(*timeout, TimerId::none));
    settle(self, std::move(result));
  };
  auto now = run_handler(name, args, [&] {
    const Duration patience = options_.handlers.patience(name, options_.budget.handler_timeout);
    *timeout = shard().after(patience, [self = self_, settle_once, what = std::string(name)] {
      if (*self) settle_once(**self, late(what));
    });
    return reply_to_self(settle_once);
  });
  if (now) {
    shard().cancel(std::exchange(*timeout, TimerId::none));  // it threw after it had taken the duty to answer
    // A turn may ask as fast as it can, and takes none of the answers.
    const bool fits =
        !*now || answers_bytes_ == 0 || answers_bytes_ + (*now)->view().size() <= options_.budget.mailbox.bytes_max;
    settle(*this, fits ? std::move(*now) : Result<JsonText>(fail("overloaded")));
  }
  return true;
}

js::Host::Waited JsServer::call_sync(std::string_view name, std::string_view args) {
  const std::uint64_t id = ++last_sync_;
  sync_ = {.id = id};
  const auto answered = [id](JsServer& self, Result<JsonText> result) {
    if (self.sync_.id != id || self.sync_.answer) return;
    self.shard().cancel(self.sync_.timeout);
    self.sync_.answer = std::move(result);
    self.turn_->wake();
    self.shard().make_runnable(self);
  };
  sync_.answer = run_handler(name, args, [&] {
    sync_.timeout = shard().after(options_.budget.handler_timeout,
                                  [this, answered, what = std::string(name)] { answered(*this, late(what)); });
    return reply_to_self(answered);
  });
  if (!sync_.answer) {
    turn_->wait();
    return Waited::not_yet;
  }
  return call_sync_result();
}

js::Host::Waited JsServer::call_sync_result() {
  if (!sync_.answer) return Waited::not_yet;
  SyncCall call = std::exchange(sync_, {});
  shard().cancel(call.timeout);
  const Result<JsonText>& answer = *call.answer;
  result_ = answer ? std::string(answer->view()) : answer.error().reason;
  return answer ? Waited::value : Waited::error;
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

void JsServer::log(int level, std::string_view line) {
  if (!log_lines_.take(slice_began_)) return;
  const auto text = log::quoted(line);
  const auto name = log::quoted(options_.name);
  switch (level) {
    case 1: return log::debug("room {} says {}", name, text);
    case 3: return log::warn("room {} says {}", name, text);
    case 4: return log::error("room {} says {}", name, text);
    default: return log::info("room {} says {}", name, text);
  }
}

double JsServer::uptime() noexcept {
  return std::chrono::duration<double, std::milli>(shard().clock().now() - began_).count();
}

void JsServer::report_error(Uncaught kind, std::string_view message, std::string_view stack) {
  struct Row {
    std::string_view what;
    std::uint64_t Usage::*count;
  };
  static constexpr Row rows[] = {{"an exception in a timer", &Usage::timer_exceptions},
                                 {"an exception in a message listener", &Usage::listener_exceptions},
                                 {"an exception in a microtask", &Usage::microtask_exceptions},
                                 {"an unhandled rejection", &Usage::unhandled_rejections}};
  const Row& row = rows[static_cast<std::size_t>(kind)];
  ++(used_.*row.count);
  if (!log_lines_.take(slice_began_)) return;
  log::error("room {}: {}: {}{}", log::quoted(options_.name), row.what, log::quoted(message), log::indented(stack));
}

}  // namespace entmoot
