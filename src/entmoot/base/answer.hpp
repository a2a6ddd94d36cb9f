// SPDX-License-Identifier: MIT

#pragma once

// The successful result of a call: a JSON text and, optionally, bytes (a binary payload, the body of an HTTP response).
// Both are passed on unchanged.
//
// A value: cheap to copy, may cross shards.

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/json.hpp>

#include <optional>
#include <utility>

namespace entmoot {

struct Answer {
  Answer() = default;
  Answer(JsonText text) : json(std::move(text)) {}
  Answer(JsonText text, SharedBytes content) : json(std::move(text)), bytes(std::move(content)) {}

  JsonText json = {};
  std::optional<SharedBytes> bytes = std::nullopt;
  /// The callee rejects the call with a response of its own ({:reply, {:error, response}, state}).
  bool refused = false;

  friend bool operator==(const Answer&, const Answer&) = default;
};

}  // namespace entmoot
