// SPDX-License-Identifier: MIT

#include <entmoot/web/line_server.hpp>

#include <entmoot/core/shard.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>

#include <istream>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

namespace entmoot {

namespace asio = boost::asio;
using Local = asio::local::stream_protocol;
using boost::system::error_code;

struct LineServer::Inner : std::enable_shared_from_this<LineServer::Inner> {
  struct ClientConnection;

  Inner(Shard& on, Handler with) : shard(on), handler(std::move(with)), acceptor(on.io()) {}
  void accept();

  Shard& shard;
  const Handler handler;
  Local::acceptor acceptor;
  std::filesystem::path path;
  std::size_t clients = 0;
  bool closed = false;
};

/// One connection: a request, its answer, the next request.
struct LineServer::Inner::ClientConnection : std::enable_shared_from_this<ClientConnection> {
  ClientConnection(std::shared_ptr<Inner> of, Local::socket from) : server(std::move(of)), socket(std::move(from)) {
    ++server->clients;
  }
  ~ClientConnection() { --server->clients; }

  void read() {
    asio::async_read_until(socket, in, '\n', [self = shared_from_this()](const error_code& error, std::size_t) {
      if (error || self->server->closed) return;
      std::istream stream(&self->in);
      std::string line;
      std::getline(stream, line);
      self->server->handler(std::move(line), [self](std::string answer) {
        self->server->shard.post([self, answer = std::move(answer)]() mutable { self->write(std::move(answer)); });
      });
    });
  }
  void write(std::string line) {
    out = std::move(line) + "\n";
    asio::async_write(socket, asio::buffer(out), [self = shared_from_this()](const error_code& error, std::size_t) {
      if (!error) self->read();
    });
  }

  const std::shared_ptr<Inner> server;
  Local::socket socket;
  asio::streambuf in{line_bytes_max};
  std::string out;
};

void LineServer::Inner::accept() {
  acceptor.async_accept([self = shared_from_this()](const error_code& error, Local::socket socket) {
    if (error) return;
    if (self->clients < clients_max) std::make_shared<ClientConnection>(self, std::move(socket))->read();
    self->accept();
  });
}

LineServer::LineServer(Shard& shard, Handler handler) : inner_(std::make_shared<Inner>(shard, std::move(handler))) {}

LineServer::~LineServer() {
  inner_->closed = true;
  error_code ignored;
  inner_->acceptor.close(ignored);
  if (!inner_->path.empty()) ::unlink(inner_->path.c_str());
}

Result<void> LineServer::listen(const std::filesystem::path& path) {
  ::unlink(path.c_str());
  error_code error;
  inner_->acceptor.open(Local(), error);
  const auto before = ::umask(0177);
  if (!error) inner_->acceptor.bind(Local::endpoint(path.string()), error);
  ::umask(before);
  if (!error) inner_->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return fail(ErrorCode::io, path.string() + ": " + error.message());
  inner_->path = path;
  inner_->accept();
  return {};
}

Result<std::string> ask_line(const std::filesystem::path& path, const std::string& line) {
  asio::io_context io;
  Local::socket socket(io);
  error_code error;
  socket.connect(Local::endpoint(path.string()), error);
  if (error) return fail(ErrorCode::unavailable, "no server listens at " + path.string());
  asio::write(socket, asio::buffer(line + "\n"), error);
  asio::streambuf in;
  if (!error) asio::read_until(socket, in, '\n', error);
  if (error) return fail(ErrorCode::no_process, "the server closed the connection before it replied");
  std::istream stream(&in);
  std::string answer;
  std::getline(stream, answer);
  return answer;
}

}  // namespace entmoot
