// SPDX-License-Identifier: MIT

#pragma once

// The binary frames of version 2: the kind, the sizes of the header's strings in one byte each, the strings, and the
// payload:
//
//   client → server   push        0 | join_ref | ref | topic | event
//   server → client   push        0 | join_ref | topic | event          no ref, so one size less
//                     reply       1 | join_ref | ref | topic | status
//                     broadcast   2 | topic | event
//
// In: the strings are UTF-8; a client may send only kind 0. An empty join_ref or ref is the empty string, which
// channels treat as absent, as some clients mean it.
//
// Out: a string over 255 bytes, or a ref that is neither string nor null, throws CannotEncode.

#include <entmoot/base/result.hpp>
#include <entmoot/phoenix/frame.hpp>
#include <entmoot/phoenix/message.hpp>

#include <string_view>

namespace entmoot::v2_binary {

[[nodiscard]] Result<Message> decode(std::string_view frame);
[[nodiscard]] Frame encode(const PhxReply& reply);
[[nodiscard]] Frame encode(const Push& push);
[[nodiscard]] Frame encode(const Broadcast& broadcast);

}  // namespace entmoot::v2_binary
