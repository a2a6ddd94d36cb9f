// SPDX-License-Identifier: MIT

#pragma once

// The shortest way of a message into the script and of its answer out of it, because nearly every turn of a server is
// one: the receiver is found by its number, the exported function `handleIn` is called with the event, the payload and
// the receiver, and if it returns an object (or nothing), that is the answer. No script of the server runs in between.
// Everything else, such as a promise, an exception or an answer that is given later, is passed to the built-in script
// that has set up the delivery (room.js).
//
// A built-in script sets it up by returning `{receivers, respond}` (js/builtin_script.hpp): a Map of the receivers by
// number, and a function of the call and the value that handleIn has returned.

#include <entmoot/js/engine.hpp>
#include <entmoot/js/heap.hpp>
#include <entmoot/js/host.hpp>
#include <entmoot/js/runtime.hpp>

namespace entmoot::js {

/// The exported function that gets the messages.
inline constexpr const char* message_handler = "handleIn";

/// Processes a message (Entry::Kind::message) on the room's fiber; the heap owns all that it makes. An exception of the
/// script, a payload that is not JSON and an unknown receiver are answers of the call. Returns false if the script was
/// interrupted. Like Runtime::run() it may never return.
[[nodiscard]] bool deliver(JSContext* ctx, Heap& heap, Host& host, const Entry& entry) noexcept;

}  // namespace entmoot::js
