// SPDX-License-Identifier: MIT

#pragma once

// Frames as a client writes them (masked), correct or deliberately not.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace entmoot::wire {

inline constexpr unsigned fin = 0x80;
inline constexpr unsigned rsv1 = 0x40, rsv2 = 0x20, rsv3 = 0x10;
inline constexpr unsigned continuation = 0x0, text = 0x1, binary = 0x2, close = 0x8, ping = 0x9, pong = 0xa;

inline std::string big_endian(std::uint64_t value, unsigned bytes) {
  std::string out;
  for (unsigned i = bytes; i-- > 0;) out += static_cast<char>(value >> (8 * i));
  return out;
}

inline constexpr std::string_view usual_mask = "\x37\xfa\x21\x3d";

inline std::string masked(std::string_view payload, std::string_view mask) {
  std::string out(payload);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<char>(out[i] ^ mask[i % 4]);
  return out;
}

inline std::string length_bytes(std::size_t length, unsigned mask_bit = 0x80) {
  if (length <= 125) return {static_cast<char>(mask_bit | length)};
  if (length <= 0xffff) return static_cast<char>(mask_bit | 126) + big_endian(length, 2);
  return static_cast<char>(mask_bit | 127) + big_endian(length, 8);
}

/// `first` is the first byte: FIN, RSV and opcode.
inline std::string frame(unsigned first, std::string_view payload = {}, std::string_view mask = usual_mask) {
  return static_cast<char>(first) + length_bytes(payload.size()) + std::string(mask) + masked(payload, mask);
}

inline std::string close_frame(unsigned code, std::string_view reason = {}) {
  return frame(fin | close, big_endian(code, 2) + std::string(reason));
}

/// A header alone, with the length written in `length_bytes` bytes (0: inside the second byte).
inline std::string header(unsigned first, std::uint64_t length, unsigned length_size) {
  const auto second = length_size == 0 ? length : length_size == 2 ? 126u : 127u;
  return std::string{static_cast<char>(first), static_cast<char>(0x80 | second)} + big_endian(length, length_size) +
         std::string(usual_mask);
}

inline std::string unmasked(unsigned first, std::string_view payload = {}) {
  return static_cast<char>(first) + length_bytes(payload.size(), 0) + std::string(payload);
}

}  // namespace entmoot::wire
