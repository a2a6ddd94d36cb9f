// SPDX-License-Identifier: MIT

// Input to permessage-deflate. The first byte selects: an offer of the handshake, a compressed message at a small
// limit, or a message that has to survive a round trip.

#include <entmoot/base/utf8.hpp>
#include <entmoot/web/deflate.hpp>
#include <entmoot/web/permessage_deflate.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace entmoot;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void offer(std::string_view text) {
  const auto accepted = PerMessageDeflate::accept(text);
  if (!accepted) return;
  require(accepted->window_bits() >= 9 && accepted->window_bits() <= 15);
  require(PerMessageDeflate::accept(accepted->answer()).has_value());  // our own answer is a valid offer
}

void inflate(std::string_view stream, std::size_t bytes_max) {
  std::string bytes, text;
  const auto as_bytes = inflate_message(stream, {.bytes_max = bytes_max, .text = false}, bytes);
  require(bytes.size() <= bytes_max);
  require(as_bytes == Inflated::done || bytes.empty());
  const auto as_text = inflate_message(stream, {.bytes_max = bytes_max, .text = true}, text);
  if (as_bytes == Inflated::done) {
    require(as_text == (is_utf8(bytes) ? Inflated::done : Inflated::not_utf8));
    require(text == (as_text == Inflated::done ? bytes : std::string()));
    // A larger limit changes nothing, a smaller one refuses the message.
    std::string again;
    require(inflate_message(stream, {.bytes_max = bytes.size(), .text = false}, again) == Inflated::done);
    require(again == bytes);
    if (!bytes.empty()) {
      require(inflate_message(stream, {.bytes_max = bytes.size() - 1, .text = false}, again) == Inflated::too_big);
    }
  } else {
    require(as_text != Inflated::done);
  }
}

void deflate(std::string_view plain, int window_bits) {
  const auto compressed = deflate_message(plain, window_bits);
  if (compressed.empty()) return;
  require(compressed.size() < plain.size());
  std::string back;
  require(inflate_message(compressed.view(), {.bytes_max = plain.size(), .text = false}, back) == Inflated::done);
  require(back == plain);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const unsigned choice = data[0] / 3;
  switch (data[0] % 3) {
    case 0: offer(bytes); break;
    case 1: inflate(bytes, choice % 2 == 0 ? 4096 : 40'000); break;  // below and above a chunk of the workspace
    case 2: deflate(bytes, 9 + static_cast<int>(choice % 7)); break;
  }
  return 0;
}
