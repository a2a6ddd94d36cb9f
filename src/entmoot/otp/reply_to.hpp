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
  /// `answer` runs on `asker`'s thread.
  ReplyTo(Shard& asker, Answer answer) : asker_(&asker), answer_(std::move(answer)) {}
  ReplyTo(ReplyTo&& other) noexcept : asker_(std::exchange(other.asker_, nullptr)), answer_(std::move(other.answer_)) {}
  ReplyTo& operator=(ReplyTo&& other) noexcept {
    if (this != &other) {
      abandon();
      asker_ = std::exchange(other.asker_, nullptr);
      answer_ = std::move(other.answer_);
    }
    return *this;
  }
  ~ReplyTo() { abandon(); }

  [[nodiscard]] bool wanted() const noexcept { return asker_ != nullptr; }

  /// Sends the answer; a cast's goes nowhere. Whoever answers on behalf of a turn holds it back until the turn has
  /// succeeded (core/effects.hpp).
  void operator()(Result<JsonText> result) && {
    if (asker_) send(std::move(result));
  }

 private:
  void send(Result<JsonText> result) {
    std::exchange(asker_, nullptr)->post([answer = std::move(answer_), result = std::move(result)]() mutable {
      answer(std::move(result));
    });
  }
  void abandon() noexcept {
    if (asker_) send(fail("no process: it ended before it answered"));
  }

  Shard* asker_ = nullptr;
  Answer answer_;
};

}  // namespace entmoot
