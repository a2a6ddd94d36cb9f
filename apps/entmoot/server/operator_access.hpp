// SPDX-License-Identifier: MIT

#pragma once

// Who may use the dashboard: it can read and end every room.
//
//   with the token `dashboard.token`   from anywhere
//   without a token                    programs of the server's own user (or of root), on this machine, that connect
//                                      without a proxy (web/local_client.hpp)
//
// The second is who can open the control socket of `entmoot rooms` too. Loopback alone says little: every user of the
// machine can connect to it, and so does a proxy, for everybody. So the kernel is asked to whom the client's end of the
// connection belongs (/proc/net/tcp, proc(5)).

#include <entmoot/base/result.hpp>
#include <entmoot/phoenix/client.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace entmoot_app {

/// The user who has connected from `port` of a loopback address to `to_port`; nullopt if there is no such connection.
/// Reads a file with a line for each connection of the machine.
[[nodiscard]] std::optional<uid_t> loopback_user(std::uint16_t port, std::uint16_t to_port);
/// The same, in a text of that form.
[[nodiscard]] std::optional<uid_t> loopback_user_in(std::string_view table, std::uint16_t port, std::uint16_t to_port);

/// The name of the operator for the log, or why the client is none. `token` is that of the settings, `port` that of the
/// server.
[[nodiscard]] entmoot::Result<std::string> operator_of(const entmoot::Client& client, std::string_view token,
                                                       std::uint16_t port);

}  // namespace entmoot_app
