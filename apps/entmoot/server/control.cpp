// SPDX-License-Identifier: MIT

#include "control.hpp"

#include "room_json.hpp"
#include "server.hpp"

#include <entmoot/base/log.hpp>
#include <entmoot/rooms/room_entries.hpp>
#include <entmoot/rooms/rooms.hpp>
#include <entmoot/store/store_writer.hpp>
#include <entmoot/web/digest.hpp>
#include <entmoot/web/line_server.hpp>

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace entmoot_app {

namespace fs = std::filesystem;
using namespace entmoot;

namespace {

std::string text_of(const boost::json::object& request, std::string_view name) {
  const Json* value = request.if_contains(name);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

/// Executes a request. `reply` is called on any thread.
void carry_out(Server& server, const Json& request, ReplyTo reply) {
  if (!request.is_object()) return std::move(reply)(fail(ErrorCode::invalid, "a request must be a JSON object"));
  const auto& object = request.as_object();
  const std::string command = text_of(object, "command");
  const std::string topic = text_of(object, "topic");
  Rooms& rooms = server.node().rooms().rooms();
  if (command == "ping") return std::move(reply)(JsonText());
  if (command == "rooms") return list_rooms(rooms, std::move(reply));
  if (command == "metrics") return server.metrics(std::move(reply));
  if (command == "reload") return server.reload(std::move(reply));
  if (command == "backup") {
    const auto& store = rooms.options().store;
    if (!store) return std::move(reply)(fail(ErrorCode::not_found, "no route of the app is durable"));
    return store->backup(text_of(object, "folder"), [reply = std::move(reply)](const Result<void>& done) mutable {
      std::move(reply)(done ? Result<Answer>(JsonText()) : Result<Answer>(done.error()));
    });
  }
  if (command == "forget") return rooms.forget(topic, std::move(reply));
  if (command == "kill") return rooms.kill(topic, std::move(reply));
  if (command == "eval") {
    return rooms.call(topic, entry::eval(text_of(object, "expression")), std::move(reply));
  }
  if (command == "send") {
    const Json* message = object.if_contains("message");
    return rooms.call(topic, entry::info(message ? to_json(*message) : "null"), std::move(reply));
  }
  std::move(reply)(fail(ErrorCode::not_found, fmt::format("unknown command \"{}\"", command)));
}

std::string line_of(const Result<JsonText>& result) {
  if (result) return fmt::format("{{\"ok\":{}}}", result->view());
  return to_json(Json{{"error", result.error().reason}, {"code", to_string(result.error().code)}});
}

}  // namespace

void list_rooms(Rooms& rooms, ReplyTo reply) {
  rooms.list([reply = std::move(reply)](const std::vector<RoomInfo>& rows) mutable {
    boost::json::array list;
    for (const RoomInfo& room : rows) list.push_back(row_of(room));
    std::move(reply)(JsonText::of(list));
  });
}

Result<fs::path> control_socket(const fs::path& folder) {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  const fs::path own = fs::path(runtime && *runtime ? runtime : "/tmp") / fmt::format("entmoot-{}", ::getuid());
  if (::mkdir(own.c_str(), 0700) != 0 && errno != EEXIST)
    return fail(ErrorCode::io, own.string() + ": cannot create the folder");
  struct stat about {};
  if (::lstat(own.c_str(), &about) != 0 || !S_ISDIR(about.st_mode) || about.st_uid != ::getuid() ||
      (about.st_mode & 077) != 0) {
    return fail(ErrorCode::io, own.string() + ": must be a folder that only this user can open");
  }
  fs::path socket = own / (sha256_hex(fs::weakly_canonical(folder).string()).substr(0, 24) + ".socket");
  if (socket.native().size() >= sizeof(sockaddr_un::sun_path)) {
    return fail(
        ErrorCode::invalid,
        fmt::format("{}: too long for a socket's path; set XDG_RUNTIME_DIR to a shorter folder", socket.string()));
  }
  return socket;
}

Control::Control(Server& server, const fs::path& folder) : server_(server) {
  const auto path = control_socket(folder);
  if (!path) {
    log::warn("`entmoot rooms` and `entmoot console` are not available: {}", path.error().reason);
    return;
  }
  if (ask_server(folder, {{"command", "ping"}})) {
    log::warn("`entmoot rooms` and `entmoot console` are not available: another server of this app is running");
    return;
  }
  const Shards& shards = server.node().shards();
  shards.run_on(0, [&] {
    auto lines = std::make_unique<LineServer>(
        shards[0], [&server, &shard = shards[0]](const std::string& line, LineServer::Answer answer) {
          // The connection belongs to this shard, but answers come from any thread: a reload's from the worker.
          ReplyTo reply(
              shard, [answer = std::move(answer)](const Result<JsonText>& result) mutable { answer(line_of(result)); });
          const auto request = parse_json(line, json_wrapped_depth_max);
          if (!request) return std::move(reply)(request.error());
          carry_out(server, *request, std::move(reply));
        });
    if (auto there = lines->listen(*path)) {
      lines_ = std::move(lines);
    } else {
      log::warn("`entmoot rooms` and `entmoot console` are not available: {}", there.error().reason);
    }
  });
}

Control::~Control() {
  if (!lines_) return;
  server_.node().shards().run_on(0, [this] { lines_.reset(); });
}

Result<Json> ask_server(const fs::path& folder, const Json& request) {
  const auto path = control_socket(folder);
  if (!path) return path.error();
  const std::string app = fs::weakly_canonical(folder).string();
  const auto line = ask_line(*path, to_json(request));
  if (!line && line.error().code == ErrorCode::unavailable) {
    return fail(ErrorCode::unavailable,
                fmt::format("no server is running for {}: start one with `entmoot serve`", app));
  }
  if (!line) {
    return fail(ErrorCode::no_process,
                fmt::format("the server of {} closed the connection: it has stopped, or {} other consoles are open",
                            app, LineServer::clients_max));
  }
  const auto answer = parse_json(*line, json_wrapped_depth_max);
  if (!answer) return answer.error();
  const auto& object = answer->as_object();
  if (const Json* why = object.if_contains("error")) {
    const Json* code = object.if_contains("code");
    const auto known = code && code->is_string() ? error_code_named(code->get_string()) : std::nullopt;
    return fail(known.value_or(ErrorCode::failed), std::string(why->as_string()));
  }
  return object.at("ok");
}

}  // namespace entmoot_app
