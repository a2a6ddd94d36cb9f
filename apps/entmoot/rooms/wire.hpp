// SPDX-License-Identifier: MIT

#pragma once

// How payloads and responses cross into a room's script and out of it, the other half of js/room.js: JSON texts as they
// are, bytes as base64.

#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/phoenix/channel.hpp>
#include <entmoot/phoenix/payload.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace entmoot_app {

/// A JSON text, or '=' and base64.
[[nodiscard]] entmoot::Result<entmoot::Payload> payload_from(std::string_view text);

/// Appends `payload,false` or `"base64",true`: the last two arguments of a room's call.
void append_payload(std::string& args, const entmoot::Payload& payload);

/// `["<client>","<event>",<payload>,<binary>]`
[[nodiscard]] entmoot::JsonText event_args(std::string_view client, std::string_view event,
                                           const entmoot::Payload& payload);

/// What a call of the room came to, as the reply to a client: a response, "=…" for bytes, "!…" for an error's response,
/// or an error.
[[nodiscard]] entmoot::Channel::Reply reply_from(const entmoot::Result<entmoot::JsonText>& result);

/// The elements of a JSON array, each a text.
[[nodiscard]] entmoot::Result<std::vector<std::string>> elements_of(const entmoot::JsonText& array);

}  // namespace entmoot_app
