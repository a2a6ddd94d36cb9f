// SPDX-License-Identifier: MIT

#pragma once

// The binary frames of version 2. A kind, the sizes of the header's strings in a byte each, the strings, and the rest
// is the payload:
//
//   client → server   push        0 | join_ref | ref | topic | event
//   server → client   push        0 | join_ref | topic | event          one size less: no ref
//                     reply       1 | join_ref | ref | topic | status
//                     broadcast   2 | topic | event
//
// In: the strings are UTF-8; a client may send no other kind than 0. An empty join_ref or ref is the empty string,
// which channels take for "none", as some clients mean it.
//
// Out: a string over 255 bytes, and a ref that is neither string nor null, cannot be written: CannotEncode.

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
