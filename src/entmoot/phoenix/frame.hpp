// SPDX-License-Identifier: MIT

#pragma once

// One transport message as bytes: a WebSocket message, or an entry of a long-poll response. Immutable and
// reference-counted, so that a broadcast is encoded once and every socket queues a reference.

#include <entmoot/base/bytes.hpp>

#include <cstdint>

namespace entmoot {

struct Frame {
  enum class Kind : std::uint8_t { text, binary };

  Kind kind = Kind::text;
  SharedBytes bytes;  ///< Without any framing of the transport. Text is valid UTF-8.

  friend bool operator==(const Frame&, const Frame&) = default;
};

}  // namespace entmoot
