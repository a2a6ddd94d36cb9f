// SPDX-License-Identifier: MIT

#include <entmoot/runtime/pending_calls.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/core/in_tasks.hpp>

#include <utility>

namespace entmoot {

PendingCalls::~PendingCalls() {
  for (const auto& [id, call] : calls_) shard_.cancel(call.timeout);
}

std::uint64_t PendingCalls::begin(ReplyTo reply, TimePoint deadline, std::uint64_t sender) {
  calls_.emplace(++last_call_, Call{std::move(reply), deadline, MemoryCharge(account_, call_bytes), sender});
  return last_call_;
}

bool PendingCalls::is_open(std::uint64_t call) const {
  const auto found = calls_.find(call);
  return found != calls_.end() && !found->second.answer;
}

void PendingCalls::resolve(std::uint64_t call, Result<Answer> answer) {
  calls_.find(call)->second.answer = std::move(answer);
  resolved_.push_back(call);
}

void PendingCalls::send(std::uint64_t call) {
  auto answered = calls_.extract(call);
  if (answered.empty()) return;  // an earlier effect has ended the server, and fail_all() has answered the call
  forget(answered.mapped());
  std::optional<Result<Answer>>& answer = answered.mapped().answer;
  ENTMOOT_CHECK(answer.has_value(), "resolve() precedes send()");
  std::move(answered.mapped().reply)(*std::move(answer));
}

void PendingCalls::end_turn(std::uint64_t call) {
  resolved_.clear();
  const auto found = calls_.find(call);
  if (found != calls_.end()) wait(call, found->second);
}

void PendingCalls::wait(std::uint64_t call, Call& waiting) {
  if (waiting.sender != 0) {
    waiting.waits = true;
    ++waiting_[waiting.sender];
  }
  if (waiting.deadline == TimePoint::max()) return;
  waiting.timeout = shard_.after(waiting.deadline - shard_.clock().now(), [this, call] {
    const auto expired = calls_.find(call);
    expired->second.timeout = TimerId::none;
    if (expired->second.answer) return;  // the current turn has answered it
    forget(expired->second);
    std::move(expired->second.reply)(fail(ErrorCode::timeout, "timeout"));
    calls_.erase(expired);
  });
}

std::vector<PendingCalls::Open> PendingCalls::take_open(std::uint64_t own) {
  std::vector<Open> open;
  for (auto at = calls_.begin(); at != calls_.end();) {
    auto& [call, waiting] = *at;
    if (call == own || waiting.answer) {
      ++at;
      continue;
    }
    forget(waiting);
    open.push_back({call, std::move(waiting.reply), waiting.deadline, waiting.sender});
    at = calls_.erase(at);
  }
  return open;
}

void PendingCalls::adopt(std::vector<Open> calls) {
  for (Open& open : calls) {
    Call call{std::move(open.reply), open.deadline, MemoryCharge(account_, call_bytes), open.sender};
    wait(open.call, calls_.emplace(open.call, std::move(call)).first->second);
    continue_after(open.call);
  }
}

PendingCalls::Failed PendingCalls::take_failed(std::uint64_t own) {
  Failed failed;
  resolved_.push_back(own);
  for (const std::uint64_t call : resolved_) {
    auto found = calls_.extract(call);
    if (found.empty()) continue;
    forget(found.mapped());
    if (call == own) {
      failed.own = std::move(found.mapped().reply);
    } else {
      failed.others.push_back(std::move(found.mapped().reply));
    }
  }
  resolved_.clear();
  return failed;
}

/// Before the call is removed.
void PendingCalls::forget(const Call& call) {
  shard_.cancel(call.timeout);
  if (!call.waits) return;
  const auto found = waiting_.find(call.sender);
  if (--found->second == 0) waiting_.erase(found);
}

void PendingCalls::fail_all(const Error& reason) {
  waiting_.clear();
  for (auto& [id, call] : calls_) shard_.cancel(call.timeout);
  in_tasks(shard_, [calls = std::exchange(calls_, {}), reason]() mutable {
    if (calls.empty()) return false;
    std::move(calls.begin()->second.reply)(reason);
    calls.erase(calls.begin());
    return true;
  });
}

}  // namespace entmoot
