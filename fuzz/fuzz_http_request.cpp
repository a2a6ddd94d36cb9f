// SPDX-License-Identifier: MIT

// HTTP client bytes, whole and in two pieces: both must give the same requests and the same refusal. The first byte
// chooses where to split.

#include <entmoot/web/http_parser.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

using namespace entmoot;

namespace {

std::string served(std::string_view bytes, std::size_t chop) {
  HttpParser parser({.request_line_bytes_max = 256,
                     .header_line_bytes_max = 256,
                     .headers_max = 8,
                     .head_bytes_max = 1024,
                     .body_bytes_max = 512});
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += chop) {
    std::string_view input = bytes.substr(at, chop);
    while (!input.empty()) {
      const auto progress = parser.feed(input);
      if (progress == HttpParser::Progress::more) break;
      if (progress == HttpParser::Progress::refused) {
        return out + "refused " + std::to_string(parser.refusal().status) + std::string(parser.refusal().reason);
      }
      const HttpRequest request = parser.take();
      if (request.path.empty() || request.path[0] != '/') std::abort();
      out += request.method + ' ' + request.path + '?' + request.query + ' ' + request.host + '\n';
      for (const auto& header : request.headers) {
        if (header.value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) std::abort();
        out += header.name + '=' + header.value + '\n';
      }
      out += request.body + '\n';
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  if (served(bytes, bytes.size()) != served(bytes, data[0] % 16 + 1)) std::abort();
  return 0;
}
