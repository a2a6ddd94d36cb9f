// SPDX-License-Identifier: MIT

#pragma once

// The duty to answer one HTTP request. A handler answers at once, or moves the Responder to wherever the answer will be
// known: another shard, a worker thread, a parked long poll. Whoever drops it unanswered has answered 500; a client
// never waits for nothing. Answering when the client is gone is no error.
//
// Any thread; the answer travels to the connection's shard by post().

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
    if (!deliver_) return;  // a second answer
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
