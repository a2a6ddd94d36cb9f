// SPDX-License-Identifier: MIT

#include <entmoot/web/line_server.hpp>

#include <entmoot/core/shard.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>

#include <csignal>
#include <istream>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace entmoot {

namespace asio = boost::asio;
using Local = asio::local::stream_protocol;
using boost::system::error_code;

struct LineServer::Inner : std::enable_shared_from_this<LineServer::Inner> {
  struct ClientConnection;

  Inner(Shard& on, Handler with) : shard(on), handler(std::move(with)) {}
  void accept();
  void shut_down();
  void post(UniqueFunction<void()> task);

  Shard& shard;
  const Handler handler;  // called on the shard

  // Its own thread: its sockets are no part of the shard's work.
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  Local::acceptor acceptor{io};
  std::filesystem::path path;
  std::vector<std::weak_ptr<ClientConnection>> clients;
  std::thread thread;

  std::mutex mutex;
  bool closed = false;  // under the mutex: nothing may be posted to `io` any more
};

/// One connection: a request, its answer, the next request.
struct LineServer::Inner::ClientConnection : std::enable_shared_from_this<ClientConnection> {
  ClientConnection(std::shared_ptr<Inner> of, Local::socket from) : server(std::move(of)), socket(std::move(from)) {}

  void read() {
    asio::async_read_until(socket, in, '\n', [self = shared_from_this()](const error_code& error, std::size_t) {
      if (error) return;
      std::istream stream(&self->in);
      std::string line;
      std::getline(stream, line);
      self->server->shard.post([self, line = std::move(line)]() mutable { self->handle(std::move(line)); });
    });
  }
  /// On the shard.
  void handle(std::string line) {
    if (std::lock_guard lock(server->mutex); server->closed) return;
    server->handler(std::move(line), [self = shared_from_this()](std::string answer) {
      self->server->post([self, answer = std::move(answer)]() mutable { self->write(std::move(answer)); });
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
    std::erase_if(self->clients, [](const auto& client) { return client.expired(); });
    if (self->clients.size() < clients_max) {
      const auto client = std::make_shared<ClientConnection>(self, std::move(socket));
      self->clients.push_back(client);
      client->read();
    }
    self->accept();
  });
}

/// To the thread, from any thread. Without effect once the server is closed.
void LineServer::Inner::post(UniqueFunction<void()> task) {
  const std::lock_guard lock(mutex);
  if (!closed) asio::post(io, [task = std::move(task)]() mutable { task(); });
}

/// On the thread: ends all operations, so that nothing keeps it running.
void LineServer::Inner::shut_down() {
  error_code ignored;
  acceptor.close(ignored);
  for (const auto& weak : clients) {
    if (const auto client = weak.lock()) client->socket.close(ignored);
  }
  work.reset();
}

LineServer::LineServer(Shard& shard, Handler handler) : inner_(std::make_shared<Inner>(shard, std::move(handler))) {}

LineServer::~LineServer() {
  if (inner_->thread.joinable()) inner_->post([inner = inner_] { inner->shut_down(); });
  {
    const std::lock_guard lock(inner_->mutex);
    inner_->closed = true;
  }
  if (inner_->thread.joinable()) inner_->thread.join();
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
  // Signals of the process are not for this thread.
  sigset_t all, before_all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before_all);
  inner_->thread = std::thread([inner = inner_] { inner->io.run(); });
  pthread_sigmask(SIG_SETMASK, &before_all, nullptr);
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
