// SPDX-License-Identifier: MIT

// bench_epoll PORT: the least that a chat server costs. It parses just enough, makes each frame once and sends it, with
// one send() per delivery (one sendmsg() if several frames wait for the same socket). What is left is the kernel's
// work, so its figures are the floor for a server that sends as often. One thread; it never gives memory of a room
// back.

#include "chat_protocol.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

constexpr std::size_t messages_max = 100;
constexpr std::size_t frames_at_once = 64;
constexpr int backlog = 4096;
constexpr int accepts_at_once = 64;

using Bytes = std::shared_ptr<const std::string>;

struct Connection;

struct Room {
  std::string topic;
  std::vector<Connection*> members;
  std::deque<std::string> messages;

  void remove(Connection* connection) {
    for (Connection*& member : members) {
      if (member != connection) continue;
      member = members.back();
      members.pop_back();
      return;
    }
  }
};

struct Connection {
  explicit Connection(int descriptor) : fd(descriptor) {}

  int fd;
  bool upgraded = false;
  bool waiting = false;  // in Server::waiting_
  bool closed = false;
  std::string in;
  std::vector<Bytes> out;
  std::size_t sent = 0;  // of the first of `out`
  std::vector<Room*> rooms;
};

class Server {
 public:
  explicit Server(int listener) : listener_(listener) { watch(nullptr, listener, EPOLLIN, EPOLL_CTL_ADD); }

  [[noreturn]] void run() {
    std::vector<epoll_event> events(512);
    while (true) {
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        if (auto* connection = static_cast<Connection*>(event.data.ptr))
          ready(*connection, event.events);
        else
          accept_some();
      }
      // All messages of a round have been handled, so that frames for the same socket leave together.
      for (std::size_t i = 0; i < waiting_.size(); ++i) flush(*waiting_[i]);
      waiting_.clear();
      for (Connection* connection : closed_) delete connection;
      closed_.clear();
    }
  }

 private:
  void watch(Connection* connection, int fd, std::uint32_t wanted, int operation) const {
    epoll_event event{};
    event.events = wanted;
    event.data.ptr = connection;
    epoll_ctl(epoll_, operation, fd, &event);
  }

  void accept_some() {
    for (int i = 0; i < accepts_at_once; ++i) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      watch(new Connection(fd), fd, EPOLLIN, EPOLL_CTL_ADD);
    }
  }

  void ready(Connection& connection, std::uint32_t events) {
    if (!connection.closed && (events & EPOLLOUT) != 0) {
      watch(&connection, connection.fd, EPOLLIN, EPOLL_CTL_MOD);
      flush(connection);
    }
    if (!connection.closed && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive(connection);
  }

  void receive(Connection& connection) {
    const std::size_t had = connection.in.size();
    if (had > scratch_.size() / 2) return close(connection);
    std::memcpy(scratch_.data(), connection.in.data(), had);
    const ssize_t got = recv(connection.fd, scratch_.data() + had, scratch_.size() - had, 0);
    if (got > 0)
      take(connection, scratch_.data(), had + static_cast<std::size_t>(got));
    else if (got == 0 || errno != EAGAIN)
      close(connection);
  }

  void take(Connection& connection, char* bytes, std::size_t count) {
    std::size_t at = 0;
    if (!connection.upgraded) {
      const std::string response = chat::handshake({bytes, count}, at);
      if (response.empty()) return void(connection.in.assign(bytes, count));
      connection.upgraded = true;
      push(connection, std::make_shared<const std::string>(response));
      flush(connection);
    }
    while (!connection.closed) {
      const chat::Frame frame = chat::frame_in(bytes + at, count - at);
      if (frame.size == 0) break;
      at += frame.size;
      if (frame.opcode == chat::text) handle(connection, frame.payload);
      if (frame.opcode == chat::ping) push_frame(connection, frame.payload, chat::pong);
      if (frame.opcode == chat::close) {
        push_frame(connection, frame.payload.substr(0, 2), chat::close);
        flush(connection);
        close(connection);
      }
    }
    if (!connection.closed) connection.in.assign(bytes + at, count - at);
  }

  void handle(Connection& connection, std::string_view text) {
    chat::Message message;
    if (!chat::parse(text, message)) return close(connection);
    if (message.event == "send_message") return send_message(connection, message);
    if (message.event == "phx_join") return join(connection, message);
    if (message.event == "phx_leave") leave(connection, message.topic);
    push_frame(connection, chat::reply(message, "{}"));
  }

  void send_message(Connection& connection, const chat::Message& message) {
    const auto found = rooms_.find(std::string(message.topic));
    if (found == rooms_.end()) return;
    Room& room = *found->second;
    std::string json = chat::message_json(message.payload);
    const auto frame = std::make_shared<const std::string>(chat::frame_out(chat::new_message(message.topic, json)));
    for (Connection* member : room.members) push(*member, frame);
    push_frame(connection, chat::reply(message, json));
    room.messages.push_back(std::move(json));
    if (room.messages.size() > messages_max) room.messages.pop_front();
  }

  void join(Connection& connection, const chat::Message& message) {
    std::unique_ptr<Room>& room = rooms_[std::string(message.topic)];
    if (!room) {
      room = std::make_unique<Room>();
      room->topic = message.topic;
    }
    room->members.push_back(&connection);
    connection.rooms.push_back(room.get());
    std::string response = R"({"messages":[)";
    for (const std::string& json : room->messages) {
      if (response.back() != '[') response += ',';
      response += json;
    }
    push_frame(connection, chat::reply(message, response + "]}"));
  }

  static void leave(Connection& connection, std::string_view topic) {
    std::erase_if(connection.rooms, [&](Room* room) {
      if (room->topic != topic) return false;
      room->remove(&connection);
      return true;
    });
  }

  void push_frame(Connection& connection, std::string_view payload, int opcode = chat::text) {
    push(connection, std::make_shared<const std::string>(chat::frame_out(payload, opcode)));
  }

  void push(Connection& connection, const Bytes& bytes) {
    if (connection.closed) return;
    connection.out.push_back(bytes);
    if (!connection.waiting) waiting_.push_back(&connection);
    connection.waiting = true;
  }

  void flush(Connection& connection) {
    connection.waiting = false;
    std::vector<Bytes>& out = connection.out;
    if (connection.closed || out.empty()) return;
    ssize_t went = 0;
    if (out.size() == 1) {
      went = send(connection.fd, out[0]->data() + connection.sent, out[0]->size() - connection.sent, flags);
    } else {
      std::array<iovec, frames_at_once> parts{};
      msghdr message{};
      message.msg_iov = parts.data();
      message.msg_iovlen = std::min(out.size(), parts.size());
      for (std::size_t i = 0; i < message.msg_iovlen; ++i) {
        const std::size_t skip = i == 0 ? connection.sent : 0;
        parts[i] = {const_cast<char*>(out[i]->data()) + skip, out[i]->size() - skip};
      }
      went = sendmsg(connection.fd, &message, flags);
    }
    if (went < 0 && errno != EAGAIN) return close(connection);
    std::size_t left = connection.sent + static_cast<std::size_t>(std::max<ssize_t>(went, 0));
    std::size_t whole = 0;
    while (whole < out.size() && left >= out[whole]->size()) left -= out[whole++]->size();
    out.erase(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(whole));
    connection.sent = left;
    if (!out.empty()) watch(&connection, connection.fd, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
  }

  void close(Connection& connection) {
    if (connection.closed) return;
    connection.closed = true;
    ::close(connection.fd);
    for (Room* room : connection.rooms) room->remove(&connection);
    closed_.push_back(&connection);  // events and waiting_ may still name it
  }

  static constexpr int flags = MSG_NOSIGNAL | MSG_DONTWAIT;

  int listener_;
  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::unordered_map<std::string, std::unique_ptr<Room>> rooms_;
  std::vector<Connection*> waiting_;
  std::vector<Connection*> closed_;
  std::vector<char> scratch_ = std::vector<char>(1 << 18);
};

int listen_on(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(fd, backlog) != 0) return -1;
  return fd;
}

}  // namespace

int main(int count, char** words) {
  const int port = count > 1 ? std::atoi(words[1]) : 0;
  std::signal(SIGPIPE, SIG_IGN);
  const int listener = listen_on(port);
  if (listener < 0) {
    std::perror(("bench_epoll: cannot listen on port " + std::to_string(port)).c_str());
    return 1;
  }
  Server(listener).run();
}
