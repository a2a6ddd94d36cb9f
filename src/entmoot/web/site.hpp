// SPDX-License-Identifier: MIT

#pragma once

// What is served, without who serves it: the routes, the files, the sockets. Filled before the start, immutable
// afterwards, shared by all shards.

#include <entmoot/base/clock.hpp>
#include <entmoot/web/endpoint_socket.hpp>
#include <entmoot/web/http_parser.hpp>
#include <entmoot/web/longpoll.hpp>
#include <entmoot/web/path_pattern.hpp>
#include <entmoot/web/router.hpp>
#include <entmoot/web/static_files.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace entmoot {

struct HttpOptions {
  HttpLimits limits = {};
  Duration head_timeout = std::chrono::seconds(5);         ///< From the first byte of a request to the end of its head.
  Duration body_timeout = std::chrono::seconds(15);        ///< And from there to the end of its body.
  Duration keep_alive_timeout = std::chrono::seconds(15);  ///< Between two requests.
  Duration stall_timeout = std::chrono::seconds(10);       ///< Without a byte of the answer taken.
};

struct Site {
  struct Mount {
    PathPattern websocket_path;
    PathPattern longpoll_path;
    std::shared_ptr<Longpoll> longpoll;  // if it is on
    EndpointSocket socket;
  };

  HttpOptions http = {};
  Router router = {};
  StaticFiles files = {};
  std::vector<Mount> mounts = {};

  /// A mount and which of its two transports is at a path; no mount: none.
  struct Place {
    const Mount* mount = nullptr;
    TransportKind transport = TransportKind::websocket;
    [[nodiscard]] const PathPattern& path() const noexcept {
      return transport == TransportKind::websocket ? mount->websocket_path : mount->longpoll_path;
    }
  };
  [[nodiscard]] Place find_mount(std::string_view path) const {
    const auto segments = path_segments(path);
    for (const auto& mount : mounts) {
      if (mount.websocket_path.matches(segments)) return {&mount, TransportKind::websocket};
      if (mount.longpoll && mount.longpoll_path.matches(segments)) return {&mount, TransportKind::longpoll};
    }
    return {};
  }
  /// What a request to `path` may carry.
  [[nodiscard]] std::size_t body_bytes_max(std::string_view path) const {
    const auto place = find_mount(path);
    const bool is_longpoll = place.mount && place.transport == TransportKind::longpoll;
    return is_longpoll ? place.mount->longpoll->body_bytes_max() : http.limits.body_bytes_max;
  }
};

}  // namespace entmoot
