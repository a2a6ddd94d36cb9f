// SPDX-License-Identifier: MIT

#pragma once

// Where the answer to a call goes. Whoever holds one owes exactly one answer: if it is destroyed unanswered (the actor
// died, its mailbox closed), the asker gets an Error, never silence.

#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/base/unique_function.hpp>
#include <entmoot/core/shard.hpp>

#include <utility>

namespace entmoot {

/// Move-only, crosses shards.
class ReplyTo {
 public:
  using Answer = UniqueFunction<void(Result<JsonText>)>;

  /// Nobody asks: the message is a cast.
  ReplyTo() = default;
  /// `answer` runs on `asker`'s thread, by one post.
  ReplyTo(Shard& asker, Answer answer)
      : answer_([&asker, answer = std::move(answer)](Result<JsonText> result) mutable {
          asker.post([answer = std::move(answer), result = std::move(result)]() mutable { answer(std::move(result)); });
        }) {}
  /// `answer` runs on the thread of whoever answers, and finds its own way home.
  explicit ReplyTo(Answer answer) : answer_(std::move(answer)) {}
  ReplyTo(ReplyTo&&) noexcept = default;
  ReplyTo& operator=(ReplyTo&& other) noexcept {
    if (this != &other) {
      abandon();
      answer_ = std::move(other.answer_);
    }
    return *this;
  }
  ~ReplyTo() { abandon(); }

  [[nodiscard]] bool wanted() const noexcept { return static_cast<bool>(answer_); }

  /// Sends the answer; a cast's goes nowhere. Whoever answers on behalf of a turn holds it back until the turn has
  /// succeeded (core/effects.hpp).
  void operator()(Result<JsonText> result) && {
    if (auto answer = std::exchange(answer_, nullptr)) answer(std::move(result));
  }

 private:
  void abandon() noexcept {
    if (answer_) std::move (*this)(fail("no process: it ended before it answered"));
  }

  Answer answer_;
};

}  // namespace entmoot
