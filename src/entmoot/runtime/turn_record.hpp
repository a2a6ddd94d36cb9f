// SPDX-License-Identifier: MIT

#pragma once

// What a journal holds of one turn of a durable server: its input, and everything else that its script could observe
// or that it did. A server that takes the same inputs again with the same facts comes to the same state.
//
// Only turns that have succeeded or thrown have a record. A turn that was dropped (out of time, out of memory) has
// changed nothing: the server goes back to the state before it.
//
// Values; any thread.

#include <entmoot/base/result.hpp>
#include <entmoot/runtime/input.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

/// The key of a turn's random numbers (runtime/random_stream.hpp).
using RandomSeed = std::array<std::uint8_t, 32>;

/// An answer of the server to one of the script's requests that another run would not get by itself.
struct Observation {
  enum class Kind : std::uint8_t {
    rejected,  ///< The request failed; `text` is the message of the exception.
    value,     ///< Beam.callSync has returned the JSON `text`.
    error,     ///< Beam.callSync has failed with the message `text`.
  };
  std::uint64_t request = 0;  ///< The number of the request in its turn, from 1.
  Kind kind = Kind::rejected;
  std::string text = {};
  friend bool operator==(const Observation&, const Observation&) = default;
};

struct TurnFacts {
  std::int64_t time_ms = 0;                    ///< UTC, since 1970; does not go back from turn to turn.
  std::optional<RandomSeed> seed = {};         ///< If the turn has drawn random numbers.
  std::vector<Observation> observations = {};  ///< In order of their requests.
  bool threw = false;                          ///< The script threw: the effects were dropped.
  bool set_aside = false;                      ///< The script did not get the input, which had ended it twice.
  std::uint64_t digest = 0;                    ///< Of all requests of the script, with their operands, in order.
};

struct TurnRecord {
  Input input;
  TurnFacts facts;
};

/// A compact binary form, with a version.
[[nodiscard]] std::string encode_turn(const Input& input, const TurnFacts& facts);
/// Error `invalid`: the bytes are not a record, or one of a newer version.
[[nodiscard]] Result<TurnRecord> decode_turn(std::string_view bytes);

}  // namespace entmoot
