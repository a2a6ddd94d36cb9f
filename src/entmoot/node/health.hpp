// SPDX-License-Identifier: MIT

#pragma once

// What orchestrators and load balancers ask a server, as HTTP routes:
//
//   GET /healthz   200 if every shard has run a task within a second; 503 otherwise: restart the process
//   GET /readyz    200 if it takes new clients (Node::not_ready_because()); 503 with the reasons otherwise: send them
//                  elsewhere
//
// Both tell nothing about the app and its clients, so that they can be public.

namespace entmoot {

class Endpoint;
class Node;

/// Adds the routes to `endpoint`, before it starts. `node` outlives it.
void add_health_routes(Endpoint& endpoint, Node& node);

}  // namespace entmoot
