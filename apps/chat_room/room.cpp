// SPDX-License-Identifier: MIT

#include "room.hpp"

#include <entmoot/base/json.hpp>
#include <entmoot/runtime/js_server.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <utility>

namespace chat_room {

using namespace entmoot;

namespace {
// The default of GenServer.call. phoenix.js times out after 10 s.
constexpr Duration call_timeout = std::chrono::seconds(5);
// Per shard. An idle room takes about 250 KB.
constexpr std::size_t rooms_max = 10'000;
}  // namespace

Rooms::Rooms(Node& node, RoomSpec spec)
    : node_(node), spec_(std::move(spec)), supervisors_(node.shards().size(), [&](unsigned i) {
        const DynamicSupervisorOptions options{
            .max_children = rooms_max, .noun = "room", .seed = std::random_device{}()};
        return std::make_unique<DynamicSupervisor>(node.shards()[i], options);
      }) {}

void Rooms::send_message(std::string_view id, std::string_view sender, std::string_view text, ReplyTo reply) {
  std::string args = "[";
  append_json_string(args, sender);
  args += ',';
  append_json_string(args, text);
  args += ']';
  call(id, "sendMessage", args, std::move(reply));
}

void Rooms::get_history(std::string_view id, ReplyTo reply) { call(id, "getHistory", "[]", std::move(reply)); }

void Rooms::get_state(std::string_view id, ReplyTo reply) { call(id, "getState", "[]", std::move(reply)); }

void Rooms::kill(std::string_view id, ReplyTo reply) {
  node_.shards().home_of(id).post([this, id = std::string(id), reply = std::move(reply)]() mutable {
    (void)supervisors_.local().terminate_child(id, ExitReason::killed());  // no such room: nothing to kill
    std::move(reply)(JsonText());
  });
}

void Rooms::stop_here() { supervisors_.local().stop(); }

Rooms::Usage Rooms::usage_here() const {
  const JsShard& js = node_.js().local();
  return {supervisors_.local().count_children(), js.arena.in_use(), js.stacks.in_use()};
}

void Rooms::call(std::string_view id, std::string_view function, std::string_view args, ReplyTo reply) {
  Shard& home = node_.shards().home_of(id);
  home.post([this, id = std::string(id), reply = std::move(reply),
             envelope = Envelope{.name = std::string(function),
                                 .args = JsonText::trusted(args),
                                 .deadline = home.clock().now() + call_timeout}]() mutable {
    const auto room = ensure_started(id);
    if (!room) return std::move(reply)(room.error());
    envelope.reply = std::move(reply);
    room->mailbox().push(std::move(envelope));
  });
}

Result<ActorRef> Rooms::ensure_started(const std::string& id) {
  if (ActorRef room = node_.registry().lookup(id)) return room;
  return supervisors_.local().start_child(child_spec(id));
}

ChildSpec Rooms::child_spec(const std::string& id) {
  return {.id = id, .start = [this, id](Shard& shard) { return start(id, shard); }, .restart = Restart::transient};
}

Result<std::unique_ptr<Actor>> Rooms::start(const std::string& id, Shard& shard) {
  const auto new_message = [this, topic = "room:" + id](const JsonText& message) -> Result<void> {
    if (!message.view().starts_with('{')) return fail(ErrorCode::invalid, "a message to clients must be an object");
    node_.pubsub().broadcast(topic, "new_message", message);
    return {};
  };
  Handlers handlers;
  handlers.on_channel("chat", new_message);
  handlers.on("broadcast", [new_message](const JsonText& args) -> Result<JsonText> {
    const auto messages = args.elements(1);
    if (messages.size() != 1) return fail(ErrorCode::invalid, "broadcast takes one argument, the message");
    const auto sent = new_message(JsonText::trusted(messages.front()));
    if (!sent) return sent.error();
    return JsonText();
  });
  auto room = std::make_unique<JsServer>(
      shard, node_.js().on(shard),
      JsServerOptions{.name = id, .program = spec_.program, .handlers = std::move(handlers), .budget = spec_.budget});
  if (auto registered = node_.registry().register_name(id, *room); !registered) return registered.error().error();
  return room;
}

}  // namespace chat_room
