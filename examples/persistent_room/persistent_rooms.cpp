// SPDX-License-Identifier: MIT

#include "persistent_rooms.hpp"

#include <entmoot/base/embedded.hpp>
#include <entmoot/runtime/handlers.hpp>
#include <entmoot/runtime/js_server.hpp>

#include <chrono>
#include <memory>
#include <random>
#include <span>
#include <utility>

std::span<const entmoot::EmbeddedFile> persistent_room_script();  // cmake/embed.cmake

namespace persistent_room {

using namespace entmoot;

namespace {
constexpr Duration call_timeout = std::chrono::seconds(5);
}

Result<Program> load_script() {
  const auto& script = persistent_room_script().front();
  return Program::load(std::string(script.name), script.bytes);
}

PersistentRooms::PersistentRooms(Shard& shard, JsShard& js, HistoryStore& store, Program program)
    : shard_(shard),
      store_(store),
      program_(std::move(program)),
      js_(js),
      supervisor_(shard, {.noun = "room", .seed = std::random_device{}()}) {}

void PersistentRooms::call(const std::string& room, std::string function, JsonText args, ReplyTo reply) {
  const auto running =
      supervisor_.ensure_started(room, [this](std::string_view id) { return child_spec(std::string(id)); });
  if (!running) return std::move(reply)(running.error());
  running->mailbox().push({.name = std::move(function),
                           .args = std::move(args),
                           .reply = std::move(reply),
                           .deadline = shard_.clock().now() + call_timeout});
}

void PersistentRooms::kill(const std::string& room) {
  (void)supervisor_.terminate_child(room, ExitReason::killed());  // not running: nothing to do
}

ChildSpec PersistentRooms::child_spec(const std::string& room) {
  return {.id = room,
          .start = [this, room](Shard& shard) -> Result<std::unique_ptr<Actor>> {
            Handlers handlers;
            handlers.on_later("load",
                              [this, room](const JsonText&, ReplyTo reply) { store_.load(room, std::move(reply)); });
            handlers.on_later("append", [this, room](JsonText args, ReplyTo reply) {
              store_.append(room, std::move(args), std::move(reply));
            });
            return std::make_unique<JsServer>(
                shard, js_, JsServerOptions{.name = room, .program = program_, .handlers = std::move(handlers)});
          },
          .restart = Restart::transient};
}

}  // namespace persistent_room
