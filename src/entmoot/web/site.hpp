// SPDX-License-Identifier: MIT

#pragma once

// The content of an endpoint: routes, files, sockets. Filled before start(), immutable afterwards, shared by all
// shards.

#include <entmoot/base/clock.hpp>
#include <entmoot/web/endpoint_socket.hpp>
#include <entmoot/web/host_policy.hpp>
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
  HostPolicy hosts = {};
  Duration head_timeout = std::chrono::seconds(5);         ///< From the first byte of a request to the end of its head.
  Duration body_timeout = std::chrono::seconds(15);        ///< From the end of the head to the end of the body.
  Duration keep_alive_timeout = std::chrono::seconds(15);  ///< Between two requests.
  Duration stall_timeout = std::chrono::seconds(10);       ///< While the client takes no byte of the response.
};

struct Site {
  struct Mount {
    PathPattern websocket_path;
    PathPattern longpoll_path;
    std::shared_ptr<Longpoll> longpoll;  // if enabled
    EndpointSocket socket;
  };

  HttpOptions http = {};
  Router router = {};
  StaticFiles files = {};
  std::vector<Mount> mounts = {};

  /// The mount and transport at a path; `mount` is null if there is none.
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
  /// The body limit of a request to `path`.
  [[nodiscard]] std::size_t body_bytes_max(std::string_view path) const {
    const auto place = find_mount(path);
    const bool is_longpoll = place.mount && place.transport == TransportKind::longpoll;
    return is_longpoll ? place.mount->longpoll->body_bytes_max() : http.limits.body_bytes_max;
  }
};

}  // namespace entmoot
