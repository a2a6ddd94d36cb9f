// SPDX-License-Identifier: MIT

#pragma once

// Connecting a client, for both transports: collects the connect_info from the request and calls the application.

#include <entmoot/base/result.hpp>
#include <entmoot/phoenix/transport.hpp>
#include <entmoot/web/admission.hpp>
#include <entmoot/web/endpoint_socket.hpp>
#include <entmoot/web/http_request.hpp>

#include <memory>
#include <optional>

namespace entmoot {

/// Everything except the auth token, which each transport carries differently. Path parameters: `request.params`.
[[nodiscard]] ConnectInfo connect_info_of(const HttpRequest& request, const Peer& peer, TransportKind transport);

/// A handler or a refusal. Neither if the application threw; the exception is logged.
struct Connected {
  std::unique_ptr<FrameHandler> handler = {};
  std::optional<Error> refusal = {};
};
[[nodiscard]] Connected connect_client(const EndpointSocket& mount, const ConnectInfo& info, Transport& transport);

}  // namespace entmoot
