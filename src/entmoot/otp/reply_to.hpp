// SPDX-License-Identifier: MIT

#pragma once

// The destination of the answer to a call (`from` in GenServer.reply/2). Each caller gets exactly one answer: a ReplyTo
// that is destroyed unanswered (the actor exited, its mailbox closed) sends an Error.

#include <entmoot/base/answer.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/base/unique_function.hpp>
#include <entmoot/core/shard.hpp>

#include <type_traits>
#include <utility>

namespace entmoot {

/// Move-only, crosses shards.
class ReplyTo {
 public:
  using Callback = UniqueFunction<void(Result<Answer>)>;

  /// For a cast: no caller waits.
  ReplyTo() = default;
  /// `callback` is posted to `caller`'s thread. It takes a Result<Answer>, or a Result<JsonText> to ignore the bytes of
  /// an answer.
  template <class F>
  ReplyTo(Shard& caller, F callback)
      : callback_([&caller, callback = for_answers(std::move(callback))](Result<Answer> result) mutable {
          caller.post(
              [callback = std::move(callback), result = std::move(result)]() mutable { callback(std::move(result)); });
        }) {}
  /// `callback` runs on the thread that sends the answer.
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, ReplyTo>) explicit ReplyTo(F callback)
      : callback_(for_answers(std::move(callback))) {}
  ReplyTo(ReplyTo&&) noexcept = default;
  ReplyTo& operator=(ReplyTo&& other) noexcept {
    if (this != &other) {
      abandon();
      callback_ = std::move(other.callback_);
    }
    return *this;
  }
  ~ReplyTo() { abandon(); }

  [[nodiscard]] bool wanted() const noexcept { return static_cast<bool>(callback_); }

  /// Sends the answer; no effect for a cast. Code that answers on behalf of a turn holds the answer until the turn has
  /// succeeded (core/effects.hpp).
  void operator()(Result<Answer> result) && {
    if (auto callback = std::exchange(callback_, nullptr)) callback(std::move(result));
  }

  /// Wraps `f` as a callable that takes a Result<Answer>.
  template <class F>
  [[nodiscard]] static auto for_answers(F f) {
    if constexpr (std::is_invocable_v<F&, Result<Answer>>) {
      return f;
    } else {
      return [f = std::move(f)](Result<Answer> result) mutable {
        if (!result) return f(Result<JsonText>(result.error()));
        return f(Result<JsonText>(std::move(result->json)));
      };
    }
  }

 private:
  void abandon() noexcept {
    if (callback_) std::move (*this)(fail(ErrorCode::no_process, "the process exited before it replied"));
  }

  Callback callback_;
};

}  // namespace entmoot
