// SPDX-License-Identifier: MIT

#include <entmoot/runtime/handler_calls.hpp>

#include <entmoot/base/guarded.hpp>
#include <entmoot/base/utf8.hpp>
#include <entmoot/core/effects.hpp>

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace entmoot {

namespace {

/// The longest name of a handler in an error.
constexpr std::size_t name_bytes_max = 100;

/// Held for each call, besides its arguments: its place in the tables of timers and replies.
constexpr std::size_t call_bytes = 512;

std::size_t size_of(const Result<JsonText>& result) noexcept {
  return result ? result->view().size() : result.error().reason.size();
}

Error no_answer(const std::string& handler) {
  return fail(ErrorCode::timeout, fmt::format("handler \"{}\" timed out", handler));
}

}  // namespace

std::optional<Result<JsonText>> HandlerCalls::run(std::string_view name, std::string_view args,
                                                  UniqueFunction<ReplyTo()> reply) {
  const Handlers::Handler* handler = handlers_.find(name);
  if (!handler)
    return fail(ErrorCode::not_found,
                fmt::format("no handler \"{}\": the server does not offer it", utf8_prefix(name, name_bytes_max)));
  if (const auto* now = std::get_if<Handlers::Now>(handler)) {
    return guarded([&] { return (*now)(JsonText::trusted(args)); });
  }
  const auto begun = guarded([&] { std::get<Handlers::Later> (*handler)(JsonText::trusted(args), reply()); });
  if (!begun) return begun.error();
  return std::nullopt;
}

Result<void> HandlerCalls::call(std::uint64_t id, std::string_view name, std::string_view args) {
  if (calls_ >= budget_.handler_calls_max) return fail(ErrorCode::limit, "too many pending Beam.calls");
  const std::size_t held = call_bytes + args.size();
  if (!held_.add(held)) {
    return fail(ErrorCode::limit, "too much memory is held for this room outside its heap (limit `hostMemory`)");
  }
  ++calls_;
  const Handlers::Handler* handler = handlers_.find(name);
  if (!holds_back_ || !handler || std::holds_alternative<Handlers::Now>(*handler)) {
    start(id, name, args, held);
    return {};
  }
  unstarted_.push_back({id, held});
  Effects::release_or_hold([self = self_.ref(), id, name = std::string(name), args = std::string(args), held] {
    if (HandlerCalls* const calls = self.get()) calls->start(id, name, args, held);
  });
  return {};
}

void HandlerCalls::start(std::uint64_t id, std::string_view name, std::string_view args, std::size_t held) {
  std::shared_ptr<TimerId> timeout;  // null: the handler answers now
  auto now = run(name, args, [&] {
    timeout = std::make_shared<TimerId>();
    // Settled by the handler or by the timeout, whichever comes first.
    const auto settle_once = [self = self_.ref(), id, timeout, held](Result<JsonText> result) {
      HandlerCalls* const calls = self.get();
      if (!calls || *timeout == TimerId::none) return;
      calls->shard_.cancel(std::exchange(*timeout, TimerId::none));
      calls->held_.remove(held);
      calls->settle(id, std::move(result));
    };
    const Duration wait = handlers_.timeout(name, budget_.handler_timeout);
    *timeout = shard_.after(wait, [settle_once, what = std::string(name)] { settle_once(no_answer(what)); });
    return ReplyTo(shard_, settle_once);
  });
  if (!now) return;
  if (timeout) shard_.cancel(std::exchange(*timeout, TimerId::none));  // the handler threw after it took its ReplyTo
  held_.remove(held);
  // A turn can make calls in a loop, and takes no answer before it ends: the bytes of waiting answers are bounded.
  settle(id, *std::move(now));
}

void HandlerCalls::end_turn(bool failed) {
  for (const auto& [id, held] : std::exchange(unstarted_, {})) {
    if (!failed) continue;
    held_.remove(held);
    settle(id, fail(ErrorCode::failed, "the turn that made this call has failed: its effects were dropped"));
  }
}

void HandlerCalls::lost(std::uint64_t id) {
  ++calls_;
  settle(id, fail(ErrorCode::unavailable, "the server was restarted before the answer arrived"));
}

Result<JsonText> HandlerCalls::shortened(Result<JsonText> result) const {
  if (result || result.error().reason.size() <= budget_.error_bytes_max) return result;
  Error error = std::move(result).error();
  error.reason = std::string(utf8_prefix(error.reason, budget_.error_bytes_max));
  return error;
}

void HandlerCalls::settle(std::uint64_t id, Result<JsonText> result) {
  result = shortened(std::move(result));
  const bool fits = (answers_bytes_ == 0 || answers_bytes_ + size_of(result) <= budget_.mailbox.bytes_max) &&
                    held_.add(size_of(result));
  if (!fits) {
    result = fail(ErrorCode::overloaded, "overloaded");
    held_.add_anyway(size_of(result));
  }
  answers_bytes_ += size_of(result);
  listener_.handler_answered(id, std::move(result));
}

void HandlerCalls::taken(std::size_t bytes) noexcept {
  --calls_;
  answers_bytes_ -= bytes;
  held_.remove(bytes);
}

void HandlerCalls::call_sync(std::string_view name, std::string_view args) {
  const std::uint64_t id = ++last_sync_;
  sync_ = {.id = id};
  const auto answered = [self = self_.ref(), id](Result<JsonText> result) {
    if (HandlerCalls* const calls = self.get()) calls->settle_sync(id, std::move(result));
  };
  sync_.answer = run(name, args, [&] {
    sync_.timeout =
        shard_.after(budget_.handler_timeout, [answered, what = std::string(name)] { answered(no_answer(what)); });
    return ReplyTo(shard_, answered);
  });
}

void HandlerCalls::settle_sync(std::uint64_t id, Result<JsonText> result) {
  if (sync_.id != id || sync_.answer) return;
  shard_.cancel(sync_.timeout);
  sync_.answer = shortened(std::move(result));
  listener_.sync_answered();
}

std::optional<Result<JsonText>> HandlerCalls::sync_result() {
  if (!sync_.answer) return std::nullopt;
  SyncCall call = std::exchange(sync_, {});
  shard_.cancel(call.timeout);
  return call.answer ? std::optional(shortened(*std::move(call.answer))) : std::nullopt;
}

void HandlerCalls::end() noexcept {
  self_.invalidate();
  held_.clear();
  shard_.cancel(std::exchange(sync_, {}).timeout);
}

}  // namespace entmoot
