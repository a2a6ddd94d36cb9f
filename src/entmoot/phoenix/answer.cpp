// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/answer.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/core/effects.hpp>
#include <entmoot/core/shard.hpp>

#include <utility>

namespace entmoot {

Answer::Answer(SocketRef to, AtHome at_home)
    : pending_(std::make_unique<Pending>(Pending{std::move(to), std::move(at_home)})) {}

Answer& Answer::operator=(Answer&& other) noexcept {
  if (this != &other) {
    give_up();
    pending_ = std::move(other.pending_);
  }
  return *this;
}

void Answer::operator()(Result<JsonText> result) {
  ENTMOOT_CHECK(pending_, "answered twice");
  Effects::release_or_hold(
      [answer = std::move(*this), result = std::move(result)]() mutable { answer.send(std::move(result)); });
}

void Answer::send(Result<JsonText> result) {
  Shard& home = *pending_->to.shard;
  home.post([pending = std::move(pending_), result = std::move(result)]() mutable {
    pending->at_home(pending->to, std::move(result));
  });
}

void Answer::give_up() noexcept {
  if (pending_) send(fail("no answer"));
}

}  // namespace entmoot
