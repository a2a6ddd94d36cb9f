// SPDX-License-Identifier: MIT

// WebSocket client bytes, whole and in two pieces: the events must be the same. The first byte chooses where to split,
// and whether compression was negotiated.

#include <entmoot/web/websocket_codec.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

using namespace entmoot;

namespace {

std::vector<std::string> events(std::string bytes, std::size_t chop, bool inflates) {
  WebSocketDecoder decoder({.message_bytes_max = 4096}, inflates);
  std::vector<std::string> out;
  for (std::size_t at = 0; at < bytes.size(); at += chop) {
    std::span<char> input(bytes.data() + at, std::min(chop, bytes.size() - at));
    while (const auto event = decoder.decode(input)) {
      out.push_back(std::to_string(static_cast<int>(event->kind)) + ":" + std::to_string(event->code) + ":" +
                    std::string(event->payload));
      if (event->kind == WebSocketEvent::Kind::text && event->payload.size() > 4096) std::abort();
    }
    if (!input.empty()) std::abort();  // all of it is consumed
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const bool inflates = data[0] >= 128;
  if (events(bytes, bytes.size(), inflates) != events(bytes, data[0] % 16 + 1, inflates)) std::abort();
  return 0;
}
