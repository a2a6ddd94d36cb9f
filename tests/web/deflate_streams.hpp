// SPDX-License-Identifier: MIT

#pragma once

// Deflate streams as other programs may write them, straight from zlib, and small texts for them.

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>

#include <zlib.h>

namespace entmoot::wire {

struct DeflateStyle {
  int level = Z_DEFAULT_COMPRESSION;
  int strategy = Z_DEFAULT_STRATEGY;
  int flush = Z_SYNC_FLUSH;
  int window_bits = MAX_WBITS;
};

/// The whole stream, with whatever the flush puts at its end.
inline std::string deflated(std::string_view plain, DeflateStyle style = {}) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, style.level, Z_DEFLATED, -style.window_bits, 9, style.strategy) == Z_OK);
  std::string out(plain.size() + plain.size() / 100 + 1024, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, style.flush);
  REQUIRE(stream.avail_out > 0);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

/// As RFC 7692 §7.2.1 has it: without the last 00 00 FF FF.
inline std::string deflated_message(std::string_view plain, DeflateStyle style = {}) {
  auto out = deflated(plain, style);
  REQUIRE(out.ends_with(std::string_view("\x00\x00\xff\xff", 4)));
  out.resize(out.size() - 4);
  return out;
}

/// Bytes that no compressor makes smaller, the same in every run.
inline std::string noise(std::size_t size, std::uint64_t seed = 1) {
  std::string out(size, '\0');
  for (auto& byte : out) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    byte = static_cast<char>(seed >> 56);
  }
  return out;
}

/// Something like what rooms say: UTF-8, repetitive but not only.
inline std::string chatter(std::size_t size) {
  std::string out;
  for (unsigned i = 0; out.size() < size; ++i) {
    out += R"({"sender":"Ent )" + std::to_string(i * 7919 % 1000) + R"(","text":"größer als )" + std::to_string(i * i) +
           "\"},";
  }
  while (out.size() > size && (static_cast<unsigned char>(out[size]) & 0xc0) == 0x80) --size;
  out.resize(size);
  return out;
}

}  // namespace entmoot::wire
