// SPDX-License-Identifier: MIT

#pragma once

// The long-poll wire format as values: the body of a POST and the response to a poll. No I/O, no state.
//
// Every outcome of the protocol is HTTP 200 with the actual status as an integer in the JSON body; phoenix.js knows
// 200, 204, 403, 408 and 410 there and stalls on others. Everything else (another method, a full table, malformed
// base64) is an HTTP status without a body, which phoenix.js takes for a lost connection. Responses are readable from
// any origin; the origin check decides who may connect.
//
// A body of the content type application/x-ndjson, exactly, is a list: a line that begins with '[' (or '{', for version
// 1) is a text frame, any other is a binary frame in base64. Of any other type it is one text frame. Blank lines and an
// empty body carry no message. Messages after the hundredth are ignored, as in Phoenix.

#include <entmoot/phoenix/frame.hpp>
#include <entmoot/web/http_request.hpp>
#include <entmoot/web/http_response.hpp>
#include <entmoot/web/longpoll_table.hpp>

#include <span>
#include <string_view>
#include <vector>

namespace entmoot {

/// What a POST carries, or the HTTP status it is refused with: 400 for what does not decode, 413 for a message that is
/// too big. All or nothing.
struct Published {
  std::vector<Frame> frames = {};
  int refused = 0;
};
[[nodiscard]] Published published(const HttpRequest& request, const LongpollOptions& options);

/// {"status":…}
[[nodiscard]] HttpResponse longpoll_status(int status);
/// {"status":…,"token":…,"messages":[…]}; the frames are text.
[[nodiscard]] HttpResponse longpoll_messages(int status, std::string_view token, std::span<const Frame> frames);
/// An HTTP status without a body.
[[nodiscard]] HttpResponse longpoll_error(int status);
/// To the OPTIONS that a browser sends before a request from another origin.
[[nodiscard]] HttpResponse longpoll_preflight(const HttpRequest& request);

}  // namespace entmoot
