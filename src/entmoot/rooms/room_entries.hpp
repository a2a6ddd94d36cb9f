// SPDX-License-Identifier: MIT

#pragma once

// The server's calls into a room's script: the counterpart of room.js. Each function makes the message for one of its
// entries, by a name that no export can have; the caller adds the reply and the deadline.

#include <entmoot/base/answer.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/js/builtin_script.hpp>
#include <entmoot/js/module_graph.hpp>
#include <entmoot/js/rehearsal.hpp>
#include <entmoot/otp/mailbox.hpp>
#include <entmoot/phoenix/channel.hpp>
#include <entmoot/phoenix/payload.hpp>
#include <entmoot/rooms/client_number.hpp>
#include <entmoot/runtime/program.hpp>

#include <boost/json/object.hpp>

#include <memory>
#include <string_view>
#include <vector>

namespace entmoot {

/// What rooms use of a template (js/rehearsal.hpp); found out at the first call, which takes milliseconds. nullptr
/// where page faults are not handled.
[[nodiscard]] std::shared_ptr<const js::Heat> room_heat();

/// A room's program: the graph's modules, with room.js evaluated before them. `globals` are set before that.
[[nodiscard]] Result<Program> load_room_program(std::shared_ptr<const js::ModuleGraph> graph, js::Globals globals = {});

namespace entry {

/// A client joins: its number, the connection's parameters and assigns, both JSON objects, and the join's payload. The
/// result is the response.
[[nodiscard]] Envelope join(ClientNumber client, std::string_view params, std::string_view assigns,
                            const Payload& payload);
inline constexpr std::string_view join_name = "entmoot:join";
/// A client has left; `reason` is passed to terminate().
[[nodiscard]] Envelope leave(ClientNumber client, std::string_view reason);
/// A client's message, which is delivered by js/delivery.hpp. The result is the response.
[[nodiscard]] Envelope in(ClientNumber client, std::string_view event, const Payload& payload);
/// An intercepted broadcast for one client.
[[nodiscard]] Envelope out(ClientNumber client, std::string_view event, const Payload& payload);
/// handleInfo(message).
[[nodiscard]] Envelope info(std::string_view message);
/// handleCall(message, {from}): `from` is the calling room's topic.
[[nodiscard]] Envelope call(std::string_view message, std::string_view from);
/// handleRequest: `head` is {method, url, headers, path, local, token}. The result is {status, headers} and the body's
/// bytes.
[[nodiscard]] Envelope request(const JsonText& head, SharedBytes body);
/// The result is the room's state for sleep or reload; `nothing_to_keep` if it is empty.
[[nodiscard]] Envelope serialize();
extern const std::string_view nothing_to_keep;
/// Restores `state`, the result of serialize(). The result says whether the script used it.
[[nodiscard]] Envelope restore(const JsonText& state);
/// The room's turns were taken again; `present` are the clients that are still connected.
[[nodiscard]] Envelope resumed(const std::vector<ClientNumber>& present);
/// Another actor has replaced this one: replies that await another message fail.
[[nodiscard]] Envelope replaced();
/// Evaluates `code` in the module's scope. The result is a readable text.
[[nodiscard]] Envelope eval(std::string_view code);
/// The result describes the script's exports (RoomExports::from).
[[nodiscard]] Envelope describe();
/// The result is the default export, for a configuration file.
[[nodiscard]] Envelope default_export();

}  // namespace entry

/// Whether people outside learn what a script has thrown. Otherwise they get `internal_error` and the error's id.
enum class ErrorsShown : bool { no, yes };
inline constexpr const char* internal_error = "internal error";
/// `error` as a client may see it: {reason}, or {reason, id}.
[[nodiscard]] boost::json::object shown_to_clients(const Error& error, ErrorsShown shown);
/// The reply to a client for the result of its call.
[[nodiscard]] Channel::Reply reply_from(const Result<Answer>& result, ErrorsShown shown);

}  // namespace entmoot
