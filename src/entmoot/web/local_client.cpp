// SPDX-License-Identifier: MIT

#include <entmoot/web/local_client.hpp>

#include <string_view>

namespace entmoot {

bool is_local_client(const HttpRequest& request) noexcept {
  const bool peer =
      request.peer.starts_with("127.") || request.peer == "::1" || request.peer.starts_with("::ffff:127.");
  const std::string_view host = std::string_view(request.host).substr(0, request.host.rfind(':'));
  const bool name = host == "localhost" || host == "127.0.0.1" || host == "[::1]";
  // Headers that proxies add. Some (nginx by default) add none, but speak HTTP/1.0 to their upstream.
  const bool direct = !request.header("forwarded") && !request.header("x-forwarded-for") && !request.header("via");
  return peer && name && direct && !request.http_1_0;
}

}  // namespace entmoot
