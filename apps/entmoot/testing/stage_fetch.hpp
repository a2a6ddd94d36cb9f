// SPDX-License-Identifier: MIT

#pragma once

// The fetches of rooms that the test answers (onFetch in priv/test.js). Each is handed to the test once it asks for the
// next one, and answered by its number. One thread.

#include <entmoot/base/json.hpp>
#include <entmoot/base/memory_account.hpp>
#include <entmoot/otp/reply_to.hpp>
#include <entmoot/runtime/handlers.hpp>
#include <entmoot/web/fetch_policy.hpp>

#include <cstdint>
#include <deque>
#include <map>

namespace entmoot_app {

class StageFetch {
 public:
  explicit StageFetch(entmoot::FetchPolicy policy) : policy_(std::move(policy)) {}

  /// Takes the place of the network's handler, which still serves rooms of tests that do not answer.
  void add_to(entmoot::Handlers& handlers);
  /// The test asks for the next fetch: {id, asked}.
  void next(entmoot::ReplyTo reply);
  /// The answer to number `id`. No effect if its room has gone.
  void answer(std::uint64_t id, entmoot::Result<entmoot::JsonText> response);
  /// For the next test.
  void clear();

 private:
  void take(entmoot::JsonText args, entmoot::ReplyTo reply);
  void offer();

  const entmoot::FetchPolicy policy_;
  bool answers_ = false;  // the test has asked
  entmoot::ReplyTo asking_;
  std::deque<std::pair<std::uint64_t, entmoot::JsonText>> waiting_;
  std::map<std::uint64_t, entmoot::ReplyTo> open_;
  std::uint64_t last_ = 0;
};

}  // namespace entmoot_app
