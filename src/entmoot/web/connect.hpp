// SPDX-License-Identifier: MIT

#pragma once

// Taking a client in, the same for both transports: what its request tells of it, and the application's word.

#include <entmoot/base/result.hpp>
#include <entmoot/phoenix/transport.hpp>
#include <entmoot/web/admission.hpp>
#include <entmoot/web/endpoint_socket.hpp>
#include <entmoot/web/http_request.hpp>

#include <memory>
#include <optional>

namespace entmoot {

/// All but the auth token, which each transport carries in its own way. `request.params` are the parts of the path.
[[nodiscard]] ConnectInfo connect_info_of(const HttpRequest& request, const Peer& peer, TransportKind transport);

/// A handler, a refusal, or neither: then the application threw, which is logged.
struct Connected {
  std::unique_ptr<FrameHandler> handler = {};
  std::optional<Error> refusal = {};
};
[[nodiscard]] Connected connect_client(const EndpointSocket& mount, const ConnectInfo& info, Transport& transport);

}  // namespace entmoot
