// SPDX-License-Identifier: MIT

#pragma once

// The HTTP client behind a room's `fetch`, one per shard. Each request has a connection of its own, over TLS for https
// (the system's certificates, with host name verification), and completes when the whole response has arrived.
//
// The allowlist decides which hosts may be requested (web/fetch_policy.hpp). The addresses of a name are checked after
// resolution, and exactly these are connected to, so DNS rebinding gains nothing. Redirects are followed and are
// checked again; credentials are not sent to another origin. There are no cookies.
//
// Asio resolves names, on a thread of its own, one at a time.
//
// Bounds: `under_way_max` requests at a time, further ones fail with "overloaded"; a request fails after `timeout`; an
// aborted request fails at once, but counts against the limit until a pending name lookup has returned.
//
// Belongs to its shard; replies are delivered there.

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/clock.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/base/memory_account.hpp>
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
  /// Per shard. Bounds the memory for responses when a service is slow.
  std::size_t under_way_max = 64;
  /// From the call to the last byte of the response, redirects included.
  Duration timeout = std::chrono::seconds(10);
  std::size_t request_bytes_max = 1 * MiB;
  /// A room's heap has 16 MiB and receives the body as JSON.
  std::size_t response_bytes_max = 4 * MiB;
  int redirects_max = 5;
  /// A file of PEM certificates to trust besides the system's.
  std::string certificates = {};
};

class Fetcher {
 public:
  /// Throws if `certificates` cannot be read.
  Fetcher(Shard& shard, FetchOptions options);
  /// Pending requests fail.
  ~Fetcher();
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;

  /// `args` is a request as JSON (web/fetch_message.hpp). The result is the response, whatever its status, or an Error.
  /// While the response arrives its bytes are held on `account` (null: on none); if that is full, the request fails.
  void fetch(const JsonText& args, ReplyTo reply, std::shared_ptr<MemoryAccount> account = {});
  /// Aborts the request with this id, if it is pending.
  void abort(std::string_view id);

  [[nodiscard]] std::size_t under_way() const noexcept;
  [[nodiscard]] Duration timeout() const noexcept;

 private:
  class Exchange;
  struct Inner;
  std::shared_ptr<Inner> inner_;  // shared with the exchanges, which live until their last I/O completes
};

}  // namespace entmoot
