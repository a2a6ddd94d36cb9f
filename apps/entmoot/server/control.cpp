// SPDX-License-Identifier: MIT

#include "control.hpp"

#include "server.hpp"

#include <entmoot/base/log.hpp>
#include <entmoot/web/digest.hpp>

#include <fmt/format.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/object.hpp>

#include <cstdlib>
#include <future>
#include <istream>
#include <utility>

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace entmoot_app {

namespace fs = std::filesystem;
namespace asio = boost::asio;
using namespace entmoot;
using Local = asio::local::stream_protocol;
using boost::system::error_code;

namespace {

constexpr std::size_t connections_max = 16;
constexpr std::size_t line_bytes_max = 1 * MiB;

std::string text_of(const boost::json::object& request, std::string_view name) {
  const Json* value = request.if_contains(name);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

JsonText one_argument(const Json& argument) { return JsonText::of(boost::json::array{argument}); }

/// Carries a request out; `reply` gets what it comes to, on some thread.
void carry_out(Server& server, const Json& request, ReplyTo reply) {
  if (!request.is_object()) return std::move(reply)(fail("a request is a JSON object"));
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
  std::move(reply)(fail(fmt::format("no command \"{}\"", command)));
}

std::string line_of(const Result<JsonText>& result) {
  if (result) return fmt::format("{{\"ok\":{}}}\n", result->view());
  return to_json(Json{{"error", result.error().reason}}) + "\n";
}

/// One connection: a request, its answer, the next request.
struct Visit : std::enable_shared_from_this<Visit> {
  Visit(Server& to, Local::socket from, std::shared_ptr<std::size_t> count)
      : server(to), socket(std::move(from)), in(line_bytes_max), visits(std::move(count)) {
    ++*visits;
  }
  ~Visit() { --*visits; }

  void listen() {
    asio::async_read_until(socket, in, '\n', [self = shared_from_this()](const error_code& error, std::size_t) {
      if (error == asio::error::not_found) return self->refuse(fmt::format("more than {} bytes", line_bytes_max));
      if (error) return;
      std::istream stream(&self->in);
      std::string line;
      std::getline(stream, line);
      const auto request = parse_json(line);
      ReplyTo reply(self->server.shards()[0], [self](const Result<JsonText>& result) { self->say(line_of(result)); });
      if (!request) return std::move(reply)(request.error());
      carry_out(self->server, *request, std::move(reply));
    });
  }
  /// What is behind a line that is too long cannot be told from it: the last answer.
  void refuse(const std::string& why) {
    out = line_of(fail("a request is a line of JSON: " + why));
    asio::async_write(socket, asio::buffer(out), [self = shared_from_this()](const error_code&, std::size_t) {});
  }
  void say(std::string line) {
    out = std::move(line);
    asio::async_write(socket, asio::buffer(out), [self = shared_from_this()](const error_code& error, std::size_t) {
      if (!error) self->listen();
    });
  }

  Server& server;
  Local::socket socket;
  asio::streambuf in;
  std::string out;
  std::shared_ptr<std::size_t> visits;
};

}  // namespace

Result<fs::path> control_socket(const fs::path& folder) {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  const fs::path own = fs::path(runtime && *runtime ? runtime : "/tmp") / fmt::format("entmoot-{}", ::getuid());
  if (::mkdir(own.c_str(), 0700) != 0 && errno != EEXIST) return fail(own.string() + " cannot be made");
  struct stat about {};
  if (::lstat(own.c_str(), &about) != 0 || !S_ISDIR(about.st_mode) || about.st_uid != ::getuid() ||
      (about.st_mode & 077) != 0) {
    return fail(own.string() + " is not a folder of this user alone");
  }
  fs::path socket = own / (sha256_hex(fs::weakly_canonical(folder).string()).substr(0, 24) + ".socket");
  if (socket.native().size() >= sizeof(sockaddr_un::sun_path)) {
    return fail(
        fmt::format("{} is too long for a socket's name: set XDG_RUNTIME_DIR to a shorter folder", socket.string()));
  }
  return socket;
}

struct Control::Inner : std::enable_shared_from_this<Control::Inner> {
  Inner(Server& of, asio::io_context& io) : server(of), acceptor(io) {}

  void accept() {
    acceptor.async_accept([self = shared_from_this()](const error_code& error, Local::socket socket) {
      if (error) return;
      // One too many is closed; who is there is not disturbed.
      if (*self->visits < connections_max) {
        std::make_shared<Visit>(self->server, std::move(socket), self->visits)->listen();
      }
      self->accept();
    });
  }

  Server& server;
  Local::acceptor acceptor;
  std::shared_ptr<std::size_t> visits = std::make_shared<std::size_t>(0);
  fs::path path;
};

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
    auto inner = std::make_shared<Inner>(server, server.shards()[0].io());
    ::unlink(path->c_str());
    error_code error;
    inner->acceptor.open(Local(), error);
    const auto before = ::umask(0177);
    if (!error) inner->acceptor.bind(Local::endpoint(path->string()), error);
    ::umask(before);
    if (!error) inner->acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      log::warn("no console: {}: {}", path->string(), error.message());
    } else {
      inner->path = *path;
      inner->accept();
      inner_ = std::move(inner);
    }
    listening.set_value();
  });
  listening.get_future().wait();
}

Control::~Control() {
  if (!inner_) return;
  std::promise<void> closed;
  server_.shards()[0].post([&] {
    error_code ignored;
    inner_->acceptor.close(ignored);
    ::unlink(inner_->path.c_str());
    inner_.reset();
    closed.set_value();
  });
  closed.get_future().wait();
}

Result<Json> ask_server(const fs::path& folder, const Json& request) {
  const auto path = control_socket(folder);
  if (!path) return path.error();
  asio::io_context io;
  Local::socket socket(io);
  error_code error;
  socket.connect(Local::endpoint(path->string()), error);
  if (error) {
    return fail(fmt::format("no server of {} is running; start it with `entmoot serve`",
                            fs::weakly_canonical(folder).string()));
  }
  asio::write(socket, asio::buffer(to_json(request) + "\n"), error);
  asio::streambuf in;
  if (!error) asio::read_until(socket, in, '\n', error);
  if (error) return fail("the server has gone");
  std::istream stream(&in);
  std::string line;
  std::getline(stream, line);
  auto answer = parse_json(line);
  if (!answer) return answer.error();
  const auto& object = answer->as_object();
  if (const Json* why = object.if_contains("error")) return fail(std::string(why->as_string()));
  return object.at("ok");
}

}  // namespace entmoot_app
