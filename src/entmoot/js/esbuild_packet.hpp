// SPDX-License-Identifier: MIT

#pragma once

// The packets of esbuild's service, `esbuild --service=VERSION`: requests go to its standard input, responses come from
// its standard output. The format is that of lib/main.js in esbuild's npm package (encodePacket, decodePacket); it
// belongs to one version of esbuild, which is why the program and this file are of the same version.
//
// A packet is its length, an id, and one value; numbers are unsigned, 32 bits, little-endian. A value has a byte for
// its type: null, boolean, number, string, bytes, array, object. Here, both strings and bytes are strings.

#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace entmoot::js {

/// The request to compile `source` with `flags`, with its length in front.
[[nodiscard]] std::string esbuild_transform(std::uint32_t id, std::span<const std::string> flags,
                                            std::string_view source);
inline constexpr std::size_t esbuild_length_bytes = 4;
[[nodiscard]] std::uint32_t esbuild_length(std::string_view four_bytes) noexcept;

struct EsbuildPacket {
  std::uint32_t id;
  bool is_request;
  Json value;
};
/// `bytes`: without the length in front.
[[nodiscard]] Result<EsbuildPacket> esbuild_decode(std::string_view bytes);

}  // namespace entmoot::js
