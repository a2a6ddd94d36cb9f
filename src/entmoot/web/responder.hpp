// SPDX-License-Identifier: MIT

#pragma once

// The obligation to answer one HTTP request. A handler answers at once, or moves the Responder to where the response
// will be available: another shard, a worker thread, a parked long poll. A Responder destroyed unused answers 500, so a
// client never waits in vain. Answering after the client has disconnected is no error.
//
// Any thread; the response is posted to the connection's shard.

#include <entmoot/base/unique_function.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/web/http_response.hpp>

#include <utility>

namespace entmoot {

class Responder {
 public:
  using Deliver = UniqueFunction<void(HttpResponse)>;

  /// `deliver` runs on `shard`, once.
  Responder(Shard& shard, Deliver deliver) : shard_(&shard), deliver_(std::move(deliver)) {}
  Responder(Responder&&) noexcept = default;
  Responder& operator=(Responder&& other) noexcept {
    if (this != &other) {
      give_up();
      shard_ = other.shard_;
      deliver_ = std::move(other.deliver_);
    }
    return *this;
  }
  ~Responder() { give_up(); }

  void respond(HttpResponse response) {
    if (!deliver_) return;  // already answered
    shard_->post(
        [deliver = std::move(deliver_), response = std::move(response)]() mutable { deliver(std::move(response)); });
    deliver_ = nullptr;
  }

 private:
  void give_up() noexcept {
    if (deliver_) respond(HttpResponse::error(500, "internal error"));
  }

  Shard* shard_;
  Deliver deliver_;
};

}  // namespace entmoot
