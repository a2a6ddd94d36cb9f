// SPDX-License-Identifier: MIT

#include <entmoot/rooms/room_entries.hpp>

#include <entmoot/rooms/room_command.hpp>
#include <entmoot/rooms/room_rehearsal.hpp>

#include <entmoot/base/embedded.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <span>
#include <string>
#include <utility>

std::span<const entmoot::EmbeddedFile> entmoot_room_script();  // cmake/embed.cmake

namespace entmoot {

namespace {

/// Builds a JSON array.
class Arguments {
 public:
  Arguments& text(std::string_view element) {
    begin_element();
    append_json_string(json_, element);
    return *this;
  }
  Arguments& number(std::uint64_t element) { return json(std::to_string(element)); }
  Arguments& json(std::string_view element) {
    begin_element();
    json_ += element;
    return *this;
  }
  [[nodiscard]] JsonText done() {
    json_ += ']';
    return JsonText::trusted(json_);
  }

 private:
  void begin_element() {
    if (json_.size() > 1) json_ += ',';
  }
  std::string json_ = "[";
};

Envelope message(std::string_view name, Arguments arguments) {
  return {.name = std::string(name), .args = arguments.done()};
}

Envelope from(ClientNumber client, Envelope message) {
  message.sender = client;
  return message;
}

/// `payload` is the last argument: JSON in the array, bytes after it.
Envelope message(std::string_view name, Arguments arguments, const Payload& payload) {
  if (!payload.is_binary()) return message(name, std::move(arguments.json(payload.bytes())));
  Envelope made = message(name, std::move(arguments));
  made.bytes = payload.binary();
  return made;
}

std::shared_ptr<const js::BuiltinScript> room_script() {
  static const auto script = js::BuiltinScript::compile(entmoot_room_script().front());
  return script;
}

}  // namespace

std::shared_ptr<const js::Heat> room_heat() {
  static const auto heat = js::rehearse({room_script()}, room_rehearsal());
  return heat;
}

Result<Program> load_room_program(std::shared_ptr<const js::ModuleGraph> graph, js::Globals globals) {
  return Program::load(std::move(graph),
                       {.scripts = {room_script()}, .globals = std::move(globals), .heat = room_heat()});
}

namespace entry {

Envelope join(ClientNumber client, std::string_view params, std::string_view assigns, const Payload& payload) {
  return from(client, message(join_name, Arguments().number(client).text(params).text(assigns), payload));
}
Envelope leave(ClientNumber client, std::string_view reason) {
  return message("entmoot:leave", Arguments().number(client).text(reason));
}
Envelope in(ClientNumber client, std::string_view event, const Payload& payload) {
  Envelope made{.kind = Envelope::Kind::message, .name = std::string(event)};
  if (payload.is_binary())
    made.bytes = payload.binary();
  else
    made.args = payload.json();
  return from(client, std::move(made));
}
Envelope out(ClientNumber client, std::string_view event, const Payload& payload) {
  return message("entmoot:out", Arguments().number(client).text(event), payload);
}
Envelope info(std::string_view json) { return message("entmoot:info", Arguments().json(json)); }
Envelope call(std::string_view json, std::string_view from) {
  return message("entmoot:call", Arguments().json(json).text(from));
}
Envelope request(const JsonText& head, SharedBytes body) {
  Envelope made = message("entmoot:request", Arguments().json(head.view()));
  made.bytes = std::move(body);
  return made;
}
Envelope serialize() { return message("entmoot:serialize", {}); }
const std::string_view nothing_to_keep = R"({"state":null,"clients":[],"history":[],"presence":false})";
Envelope restore(const JsonText& state) { return message("entmoot:restore", Arguments().json(state.view())); }
Envelope resumed(const std::vector<ClientNumber>& present) {
  Arguments numbers;
  for (const ClientNumber client : present) numbers.number(client);
  return message("entmoot:resumed", Arguments().json(numbers.done().view()));
}
Envelope replaced() { return message("entmoot:replaced", {}); }
Envelope eval(std::string_view code) { return message("entmoot:eval", Arguments().text(code)); }
Envelope describe() { return message("entmoot:describe", {}); }
Envelope default_export() { return message("entmoot:default", {}); }

}  // namespace entry

boost::json::object shown_to_clients(const Error& error, ErrorsShown shown) {
  const bool is_the_scripts = error.code == ErrorCode::script || error.code == ErrorCode::start_failed;
  if (shown == ErrorsShown::yes || !is_the_scripts) return {{"reason", error.reason}};
  boost::json::object response{{"reason", internal_error}};
  if (!error.id.empty()) response["id"] = error.id;
  return response;
}

Channel::Reply reply_from(const Result<Answer>& result, ErrorsShown shown) {
  const auto error = [](std::string_view reason) {
    return Channel::Reply{"error", JsonText::of({{"reason", std::string(reason)}})};
  };
  if (!result) return {"error", JsonText::of(shown_to_clients(result.error(), shown))};
  const auto& binary = result->bytes;
  const std::size_t bytes = binary ? binary->size() : result->json.view().size();
  if (bytes > room_message_bytes_max) return error("the room's reply exceeds 1 MB");
  const std::string status = result->refused ? "error" : "ok";
  if (binary) return {status, Binary(*binary)};
  // room.js returns objects, but the toJSON of an object may produce another type: a Date becomes a string.
  if (!result->json.view().starts_with('{')) {
    return error("the room's reply must be an object: its toJSON returned another type");
  }
  return {status, result->json};
}

}  // namespace entmoot
