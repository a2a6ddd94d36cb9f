// SPDX-License-Identifier: MIT

#pragma once

// How the server calls into a room's script: the other half of room.js. Each function makes the message for one of its
// entries, by a name that no export can have; the caller adds who waits for the answer and until when.

#include <entmoot/base/answer.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/js/builtin_script.hpp>
#include <entmoot/js/module_graph.hpp>
#include <entmoot/otp/mailbox.hpp>
#include <entmoot/phoenix/channel.hpp>
#include <entmoot/phoenix/payload.hpp>
#include <entmoot/runtime/program.hpp>

#include <memory>
#include <string_view>

namespace entmoot {

/// A room's program: the graph's modules, with room.js evaluated before them. `globals` are set before that.
[[nodiscard]] Result<Program> load_room_program(std::shared_ptr<const js::ModuleGraph> graph, js::Globals globals = {});

namespace entry {

/// A client joins: its id, the connection's parameters and assigns, both JSON objects, and the join's payload. Answers
/// the response.
[[nodiscard]] Envelope join(std::string_view client, std::string_view params, std::string_view assigns,
                            const Payload& payload);
inline constexpr std::string_view join_name = "entmoot:join";
/// A client has left, for a reason that terminate() is given.
[[nodiscard]] Envelope leave(std::string_view client, std::string_view reason);
/// A client's message. Answers the response.
[[nodiscard]] Envelope in(std::string_view client, std::string_view event, const Payload& payload);
/// An intercepted broadcast for one client.
[[nodiscard]] Envelope out(std::string_view client, std::string_view event, const Payload& payload);
/// handleInfo(message).
[[nodiscard]] Envelope info(std::string_view message);
/// handleRequest: `head` is {method, url, headers, path, local, token}. Answers {status, headers} and the body's bytes.
[[nodiscard]] Envelope request(const JsonText& head, SharedBytes body);
/// Answers what the room keeps while it sleeps or its code is replaced. `nothing_to_keep`: that there is nothing.
[[nodiscard]] Envelope serialize();
extern const std::string_view nothing_to_keep;
/// Gives `state`, a serialize()'s answer, to the script. Answers whether the script used it.
[[nodiscard]] Envelope restore(const JsonText& state);
/// Another actor runs the room now: replies that wait for another message are given up.
[[nodiscard]] Envelope replaced();
/// Evaluates `code` among the module's own variables. Answers a text for people.
[[nodiscard]] Envelope eval(std::string_view code);
/// Answers what the script exports (RoomExports::from).
[[nodiscard]] Envelope describe();
/// Answers the default export, for a configuration file.
[[nodiscard]] Envelope default_export();

}  // namespace entry

/// What a call by a client came to, as the reply to it.
[[nodiscard]] Channel::Reply reply_from(const Result<Answer>& result);

}  // namespace entmoot
