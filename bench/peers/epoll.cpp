// SPDX-License-Identifier: MIT

// bench_epoll PORT: the least that a chat server costs. It parses just enough, makes each frame once and sends it, with
// one send() per delivery (one sendmsg() if several frames wait for the same socket). What is left is the kernel's
// work, so its figures are the floor for a server that sends as often.

#include "chat_protocol.hpp"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

using Buf = std::shared_ptr<const string>;
struct Conn;
struct Room {
  string topic;
  std::vector<Conn*> members;
  std::deque<string> history;
};
struct Conn {
  int fd;
  bool up = false, dirty = false, dead = false;
  string in;
  std::vector<Buf> out;
  size_t off = 0;
  std::vector<Room*> rooms;
};
struct Worker {
  int ep, ev;
  std::mutex mu;
  std::vector<std::pair<Conn*, string>> inbox;
  std::unordered_map<string, std::unique_ptr<Room>> rooms;
  std::vector<Conn*> dirty, grave;
  std::vector<char> scratch = std::vector<char>(1 << 18);
};
static std::vector<std::unique_ptr<Worker>> W;
static void watch(Worker& w, Conn* c, uint32_t ev, int op) {
  epoll_event e{};
  e.events = ev;
  e.data.ptr = c;
  epoll_ctl(w.ep, op, c->fd, &e);
}
static void push(Worker& w, Conn* c, const Buf& b) {
  if (c->dead) return;
  c->out.push_back(b);
  if (!c->dirty) {
    c->dirty = true;
    w.dirty.push_back(c);
  }
}
static void drop_member(Room* r, Conn* c) {
  for (size_t i = 0; i < r->members.size(); i++)
    if (r->members[i] == c) {
      r->members[i] = r->members.back();
      r->members.pop_back();
      break;
    }
}
static void close_conn(Worker& w, Conn* c) {
  if (c->dead) return;
  c->dead = true;
  close(c->fd);
  for (Room* r : c->rooms) drop_member(r, c);
  w.grave.push_back(c);
}
static void flush(Worker& w, Conn* c) {
  c->dirty = false;
  if (c->dead || c->out.empty()) return;
  ssize_t n;
  if (c->out.size() == 1)
    n = send(c->fd, c->out[0]->data() + c->off, c->out[0]->size() - c->off, MSG_NOSIGNAL | MSG_DONTWAIT);
  else {
    iovec v[64];
    int k = 0;
    for (auto& b : c->out) {
      if (k == 64) break;
      size_t o = k ? 0 : c->off;
      v[k++] = {(void*)(b->data() + o), b->size() - o};
    }
    msghdr m{};
    m.msg_iov = v;
    m.msg_iovlen = k;
    n = sendmsg(c->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  if (n < 0) {
    if (errno != EAGAIN) {
      close_conn(w, c);
      return;
    }
    n = 0;
  }
  size_t left = n + c->off, k = 0;
  while (k < c->out.size() && left >= c->out[k]->size()) left -= c->out[k++]->size();
  c->out.erase(c->out.begin(), c->out.begin() + k);
  c->off = c->out.empty() ? 0 : left;
  if (!c->out.empty()) watch(w, c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
}
static bool message(Worker& w, Conn* c, string_view s) {  // false: the connection was handed to another thread
  Msg m;
  if (!parse_msg(s, m)) {
    close_conn(w, c);
    return true;
  }
  if (m.event == "send_message") {
    auto it = w.rooms.find(string(m.topic));
    if (it == w.rooms.end()) return true;
    Room* r = it->second.get();
    string j = message_json(m.payload);
    Buf b = std::make_shared<const string>(frame_out(push_new(m.topic, j)));
    for (Conn* k : r->members) push(w, k, b);
    push(w, c, std::make_shared<const string>(frame_out(reply(m, j))));
    r->history.push_back(std::move(j));
    if (r->history.size() > 100) r->history.pop_front();
    return true;
  }
  if (m.event == "phx_join") {
    string t(m.topic);
    Worker& home = *W[std::hash<string>()(t) % W.size()];
    if (&home != &w && c->rooms.empty()) {
      epoll_ctl(w.ep, EPOLL_CTL_DEL, c->fd, nullptr);
      {
        std::lock_guard g(home.mu);
        home.inbox.push_back({c, string(s)});
      }
      uint64_t one = 1;
      (void)!write(home.ev, &one, 8);
      return false;
    }
    auto& r = w.rooms[t];
    if (!r) {
      r = std::make_unique<Room>();
      r->topic = t;
    }
    r->members.push_back(c);
    c->rooms.push_back(r.get());
    string h = "{\"messages\":[";
    for (auto& x : r->history) {
      if (h.back() != '[') h += ',';
      h += x;
    }
    h += "]}";
    push(w, c, std::make_shared<const string>(frame_out(reply(m, h))));
    return true;
  }
  if (m.event == "phx_leave") {
    for (size_t i = 0; i < c->rooms.size(); i++)
      if (c->rooms[i]->topic == m.topic) {
        drop_member(c->rooms[i], c);
        c->rooms.erase(c->rooms.begin() + i);
        break;
      }
  }
  push(w, c, std::make_shared<const string>(frame_out(reply(m, "{}"))));
  return true;
}
static void eat(Worker& w, Conn* c, char* b, size_t n) {
  size_t i = 0;
  if (!c->up) {
    size_t used = 0;
    string r = handshake(b, n, used);
    if (r.empty()) {
      c->in.assign(b, n);
      return;
    }
    c->up = true;
    i = used;
    push(w, c, std::make_shared<const string>(r));
    flush(w, c);
  }
  while (!c->dead) {
    int op;
    string_view p;
    size_t k = frame_in(b + i, n - i, op, p);
    if (!k) break;
    i += k;
    if (op == 8) {
      push(w, c, std::make_shared<const string>(frame_out(p.substr(0, 2), 8)));
      flush(w, c);
      close_conn(w, c);
      return;
    }
    if (op == 9) {
      push(w, c, std::make_shared<const string>(frame_out(p, 10)));
      continue;
    }
    if (op == 1 && !message(w, c, p)) {
      return;
    }
  }
  if (!c->dead) {
    if (i >= n)
      c->in.clear();
    else
      c->in.assign(b + i, n - i);
  }
}
static void loop(int id, int lfd) {
  Worker& w = *W[id];
  epoll_event e{};
  e.events = EPOLLIN;
  e.data.u64 = 1;
  epoll_ctl(w.ep, EPOLL_CTL_ADD, lfd, &e);
  e.data.u64 = 2;
  epoll_ctl(w.ep, EPOLL_CTL_ADD, w.ev, &e);
  std::vector<epoll_event> ev(512);
  while (true) {
    int n = epoll_wait(w.ep, ev.data(), ev.size(), -1);
    for (int i = 0; i < n; i++) {
      uint64_t tag = ev[i].data.u64;
      if (tag == 1) {
        for (int k = 0; k < 64; k++) {
          int fd = accept4(lfd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
          if (fd < 0) break;
          int one = 1;
          setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
          Conn* c = new Conn{fd};
          watch(w, c, EPOLLIN, EPOLL_CTL_ADD);
        }
        continue;
      }
      if (tag == 2) {
        uint64_t x;
        (void)!read(w.ev, &x, 8);
        std::vector<std::pair<Conn*, string>> in;
        {
          std::lock_guard g(w.mu);
          in.swap(w.inbox);
        }
        for (auto& [c, s] : in) {
          watch(w, c, EPOLLIN, EPOLL_CTL_ADD);
          message(w, c, s);
        }
        continue;
      }
      Conn* c = (Conn*)ev[i].data.ptr;
      if (c->dead) continue;
      if (ev[i].events & EPOLLOUT) {
        watch(w, c, EPOLLIN, EPOLL_CTL_MOD);
        flush(w, c);
        if (c->dead) continue;
      }
      if (ev[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        size_t have = c->in.size();
        if (have > w.scratch.size() / 2) {
          close_conn(w, c);
          continue;
        }
        memcpy(w.scratch.data(), c->in.data(), have);
        ssize_t k = recv(c->fd, w.scratch.data() + have, w.scratch.size() - have, 0);
        if (k > 0)
          eat(w, c, w.scratch.data(), have + k);
        else if (k == 0 || errno != EAGAIN)
          close_conn(w, c);
      }
    }
    for (size_t i = 0; i < w.dirty.size(); i++) flush(w, w.dirty[i]);
    w.dirty.clear();
    for (Conn* c : w.grave) delete c;
    w.grave.clear();
  }
}
int main(int ac, char** av) {
  int port = ac > 1 ? atoi(av[1]) : 4000, T = ac > 2 ? atoi(av[2]) : 1;
  signal(SIGPIPE, SIG_IGN);
  rlimit rl;
  getrlimit(RLIMIT_NOFILE, &rl);
  rl.rlim_cur = rl.rlim_max;
  setrlimit(RLIMIT_NOFILE, &rl);
  std::vector<int> l;
  for (int i = 0; i < T; i++) {
    W.push_back(std::make_unique<Worker>());
    W[i]->ep = epoll_create1(EPOLL_CLOEXEC);
    W[i]->ev = eventfd(0, EFD_NONBLOCK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, 4);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, 4);
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_port = htons(port);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (sockaddr*)&a, sizeof a) || listen(fd, 4096)) {
      perror("listen");
      return 1;
    }
    l.push_back(fd);
  }
  std::vector<std::thread> t;
  for (int i = 1; i < T; i++) t.emplace_back(loop, i, l[i]);
  loop(0, l[0]);
}
