// SPDX-License-Identifier: MIT

#include "control.hpp"

#include "server.hpp"

#include <entmoot/base/log.hpp>
#include <entmoot/web/digest.hpp>
#include <entmoot/web/line_server.hpp>

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdlib>
#include <future>
#include <utility>

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

JsonText one_argument(const Json& argument) { return JsonText::of(boost::json::array{argument}); }

/// Carries a request out; `reply` gets what it comes to, on some thread.
void carry_out(Server& server, const Json& request, ReplyTo reply) {
  if (!request.is_object()) return std::move(reply)(fail(ErrorCode::invalid, "a request is a JSON object"));
  const auto& object = request.as_object();
  const std::string command = text_of(object, "command");
  const std::string topic = text_of(object, "topic");
  Rooms& rooms = server.rooms();
  if (command == "rooms") return rooms.list(std::move(reply));
  if (command == "reload") return server.reload(std::move(reply));
  if (command == "kill") return rooms.kill(topic, std::move(reply));
  if (command == "eval") {
    return rooms.call(topic, "entmoot:eval", one_argument(Json(text_of(object, "expression"))), std::move(reply));
  }
  if (command == "send") {
    const Json* message = object.if_contains("message");
    return rooms.call(topic, "entmoot:info", one_argument(message ? *message : Json()), std::move(reply));
  }
  std::move(reply)(fail(ErrorCode::not_found, fmt::format("no command \"{}\"", command)));
}

std::string line_of(const Result<JsonText>& result) {
  if (result) return fmt::format("{{\"ok\":{}}}", result->view());
  return to_json(Json{{"error", result.error().reason}});
}

}  // namespace

Result<fs::path> control_socket(const fs::path& folder) {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  const fs::path own = fs::path(runtime && *runtime ? runtime : "/tmp") / fmt::format("entmoot-{}", ::getuid());
  if (::mkdir(own.c_str(), 0700) != 0 && errno != EEXIST) return fail(ErrorCode::io, own.string() + " cannot be made");
  struct stat about {};
  if (::lstat(own.c_str(), &about) != 0 || !S_ISDIR(about.st_mode) || about.st_uid != ::getuid() ||
      (about.st_mode & 077) != 0) {
    return fail(ErrorCode::io, own.string() + " is not a folder of this user alone");
  }
  fs::path socket = own / (sha256_hex(fs::weakly_canonical(folder).string()).substr(0, 24) + ".socket");
  if (socket.native().size() >= sizeof(sockaddr_un::sun_path)) {
    return fail(ErrorCode::invalid, 
        fmt::format("{} is too long for a socket's name: set XDG_RUNTIME_DIR to a shorter folder", socket.string()));
  }
  return socket;
}

Control::Control(Server& server, const fs::path& folder) : server_(server) {
  const auto path = control_socket(folder);
  if (!path) {
    log::warn("no console: {}", path.error().reason);
    return;
  }
  if (ask_server(folder, {{"command", "?"}}).error().reason.starts_with("no command")) {
    log::warn("no console: another server serves this app already, and answers `entmoot rooms`");
    return;
  }
  std::promise<void> listening;
  server.shards()[0].post([&] {
    auto lines =
        std::make_unique<LineServer>(server.shards()[0], [&server](const std::string& line, LineServer::Answer answer) {
          // Answered on any thread, a reload on the worker's; the visitor is of this one.
          ReplyTo reply(server.shards()[0], [answer = std::move(answer)](const Result<JsonText>& result) mutable {
            answer(line_of(result));
          });
          const auto request = parse_json(line);
          if (!request) return std::move(reply)(request.error());
          carry_out(server, *request, std::move(reply));
        });
    if (auto there = lines->listen(*path)) {
      lines_ = std::move(lines);
    } else {
      log::warn("no console: {}", there.error().reason);
    }
    listening.set_value();
  });
  listening.get_future().wait();
}

Control::~Control() {
  if (!lines_) return;
  std::promise<void> closed;
  server_.shards()[0].post([&] {
    lines_.reset();
    closed.set_value();
  });
  closed.get_future().wait();
}

Result<Json> ask_server(const fs::path& folder, const Json& request) {
  const auto path = control_socket(folder);
  if (!path) return path.error();
  const std::string app = fs::weakly_canonical(folder).string();
  const auto line = ask_line(*path, to_json(request));
  if (!line && line.error().reason.starts_with("nobody listens")) {
    return fail(ErrorCode::unavailable, fmt::format("no server of {} is running; start it with `entmoot serve`", app));
  }
  if (!line) {
    return fail(ErrorCode::no_process, fmt::format("the server of {} has hung up: it has ended, or {} others speak with it", app,
                            LineServer::visitors_max));
  }
  const auto answer = parse_json(*line);
  if (!answer) return answer.error();
  const auto& object = answer->as_object();
  if (const Json* why = object.if_contains("error")) return fail(std::string(why->as_string()));
  return object.at("ok");
}

}  // namespace entmoot_app
