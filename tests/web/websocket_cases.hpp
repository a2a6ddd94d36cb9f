// SPDX-License-Identifier: MIT

#pragma once

// What a WebSocket server has to make of a client's bytes: the groups of the well-known conformance suite that concern
// frames (framing, pings, reserved bits, opcodes, fragments, UTF-8, close) and the cases it lacks, as data. The numbers
// in the names are that suite's. The same rows are run against the decoder and against a live endpoint.

#include <cstdint>
#include <string>
#include <vector>

namespace entmoot {

struct Heard {
  enum class Kind : std::uint8_t { text, binary, ping, pong, close, error };
  Kind kind = Kind::text;
  std::string payload = {};  ///< Of an error: not compared.
  std::uint16_t code = 0;

  friend bool operator==(const Heard&, const Heard&) = default;
};

struct WebSocketCase {
  std::string name;
  std::string input;  ///< Everything the client sends.
  std::vector<Heard> heard;
};

[[nodiscard]] const std::vector<WebSocketCase>& websocket_cases();

/// Pieces of `input` of at most `size` bytes; 0 leaves it whole.
[[nodiscard]] std::vector<std::string> chopped(const std::string& input, std::size_t size);

}  // namespace entmoot
