// SPDX-License-Identifier: MIT

#pragma once

// A room's way out: one HTTP client a shard. Each request has a connection of its own, over TLS for https (the system's
// certificates, the host's name verified), and is done when the whole response is there.
//
// Who may be asked says the list (web/fetch_policy.hpp); the addresses that a name leads to are looked at before one of
// them is connected to, and it is these that are connected to, so a name that changes its mind in between gains
// nothing. Redirects are followed and pass the list again; credentials do not follow to another origin. There are no
// cookies.
//
// Names are resolved by Asio, on a thread of its own, one after the other.
//
// Bounds: `under_way_max` requests at a time, the next is answered "overloaded"; a request that takes longer than
// `timeout` is answered so, and one that is aborted is answered at once, though a name that is being looked up holds
// its place until it is known.
//
// Belongs to its shard; answers come on it.

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/clock.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/otp/reply_to.hpp>
#include <entmoot/web/fetch_policy.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace entmoot {

class Shard;

struct FetchOptions {
  FetchPolicy policy = {};
  /// Of one shard. An app whose rooms wait for a slow service should not hold all its memory in answers.
  std::size_t under_way_max = 64;
  /// From the call to the last byte of the answer, redirects included.
  Duration timeout = std::chrono::seconds(10);
  std::size_t request_bytes_max = 1 * MiB;
  /// A room's heap has 16 MiB, and takes the body as JSON.
  std::size_t response_bytes_max = 4 * MiB;
  int redirects_max = 5;
  /// A file of PEM certificates that are trusted besides the system's.
  std::string certificates = {};
};

class Fetcher {
 public:
  /// Throws if `certificates` cannot be read.
  Fetcher(Shard& shard, FetchOptions options);
  /// Whoever still waits is answered.
  ~Fetcher();
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;

  /// A request as JSON (web/fetch_message.hpp). The answer is the response, whatever its status, or why there is none.
  void fetch(const JsonText& args, ReplyTo reply);
  /// Ends the request with this id, if it is under way.
  void abort(std::string_view id);

  [[nodiscard]] std::size_t under_way() const noexcept;
  [[nodiscard]] Duration timeout() const noexcept;

 private:
  class Exchange;
  struct Inner;
  std::shared_ptr<Inner> inner_;  // shared with the exchanges, which end when their last I/O does
};

}  // namespace entmoot
