// SPDX-License-Identifier: MIT

#include <entmoot/rooms/room_calls.hpp>

#include <entmoot/base/log.hpp>
#include <entmoot/core/effects.hpp>
#include <entmoot/core/shard.hpp>
#include <entmoot/rooms/room_command.hpp>
#include <entmoot/rooms/room_entries.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace entmoot {

namespace {

using Milliseconds = std::chrono::milliseconds;

constexpr Milliseconds timeout_max = std::chrono::minutes(10);
// HandlerCalls' own timeout, which is never reached.
constexpr Duration backstop = std::chrono::hours(1);

struct Call {
  std::string topic;
  JsonText message;
  Milliseconds timeout;
};

Result<Call> call_from(const JsonText& args) {
  // A name's byte may be an escape of six; the array has its number and punctuation besides.
  constexpr std::size_t beside_message = 6 * room_name_bytes_max + 64;
  Error too_long = fail(ErrorCode::limit, "the message exceeds 1 MB");
  if (args.view().size() > room_message_bytes_max + beside_message) return too_long;
  const auto parts = args.elements(3);
  const bool complete = parts.size() == 3 && parts[0].size() <= 6 * room_name_bytes_max && parts[2].size() <= 32;
  const auto topic = complete ? parse_json(parts[0]) : Result<Json>(Json());
  const auto timeout = complete ? parse_json(parts[2]) : Result<Json>(Json());
  if (!topic || !timeout || !topic->is_string() || !timeout->is_number()) {
    return fail(ErrorCode::invalid, "room.call expects a room's topic, a message and a time");
  }
  if (parts[1].size() > room_message_bytes_max) return too_long;
  const auto milliseconds = timeout->to_number<double>();
  if (!(milliseconds >= 1 && milliseconds <= static_cast<double>(timeout_max.count()))) {
    return fail(ErrorCode::invalid, "the timeout of room.call must be from 1 to 600000 milliseconds");
  }
  return Call{.topic = std::string(topic->as_string()),
              .message = JsonText::trusted(parts[1]),
              .timeout = Milliseconds(static_cast<Milliseconds::rep>(milliseconds))};
}

/// The other room's answer, as the script of the caller gets it.
Result<JsonText> received(const std::string& topic, const Result<Answer>& answer) {
  const auto failed = [&](ErrorCode code, std::string_view why) {
    return fail(code, fmt::format("room.call to {} failed: {}", log::quoted(topic), why));
  };
  if (!answer) return failed(answer.error().code, answer.error().reason);
  if (answer->bytes) return failed(ErrorCode::invalid, "its reply is not JSON");
  const std::string_view json = answer->json.view();
  if (json.size() > room_message_bytes_max) return failed(ErrorCode::limit, "its reply exceeds 1 MB");
  return JsonText::trusted(fmt::format(R"({{"{}":{}}})", answer->refused ? "refusal" : "value", json));
}

/// A call until its answer or the end of its time.
struct Pending {
  Shard& shard;
  ReplyTo reply;
  TimerId timeout = TimerId::none;

  void answer(Result<JsonText> result) {
    shard.cancel(std::exchange(timeout, TimerId::none));
    std::move(reply)(std::move(result));  // only the first one counts
  }
};

void begin(const RoomAccess& access, const JsonText& args, ReplyTo reply) {
  auto call = call_from(args);
  if (!call) return std::move(reply)(call.error());
  Shard& shard = access.context.shard;
  Effects::release_or_hold([&listener = access.listener, &shard, from = access.room.topic(),
                            origin = access.room.origin(), call = *std::move(call),
                            reply = std::move(reply)]() mutable {
    const auto pending = std::make_shared<Pending>(Pending{shard, std::move(reply)});
    pending->timeout = shard.after(call.timeout, [pending, topic = call.topic, timeout = call.timeout] {
      pending->timeout = TimerId::none;
      pending->answer(fail(ErrorCode::timeout, fmt::format("room.call to {} failed: no answer within {} ms",
                                                           log::quoted(topic), timeout.count())));
    });
    RoomCall to{.topic = call.topic, .message = entry::call(call.message.view(), from), .starts = origin};
    listener.send_to_room(std::move(to), ReplyTo(shard, [pending, topic = call.topic](const Result<Answer>& answer) {
                            pending->answer(received(topic, answer));
                          }));
  });
}

}  // namespace

void add_room_calls(const RoomAccess& access, Handlers& handlers) {
  handlers.on_later(
      "entmoot:call", [access](const JsonText& args, ReplyTo reply) { begin(access, args, std::move(reply)); },
      backstop);
}

}  // namespace entmoot
