// SPDX-License-Identifier: MIT

// bench_load: many clients of a chat server, in one thread. Speaks version 2 of the Phoenix Channels protocol and
// prints one line of JSON with what it measured. docs/benchmarks.md explains the figures, bench/load/check.mjs checks
// that it sees lost, doubled, reordered, misrouted and late messages.
//
// The text of each message carries its sender, a sequence number and the time at which it should have been sent; every
// client checks them. All clients of a room must have seen the same order.

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "figures.hpp"
#include "server_usage.hpp"

using u8 = uint8_t;
using load::Histogram;
using load::Json;
using load::u32;
using load::u64;
using load::Usage;
using std::string;

static u64 now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

// ---------------------------------------------------------------- options
struct Options {
  string mode = "load", host = "127.0.0.1", path = "/socket/websocket?vsn=2.0.0", prefix = "r", crash_event = "crash";
  int port = 4000, rooms = 1, clients_per_room = 10, senders_per_room = 1, text_bytes = 32;
  int sources = 8;   // addresses 127.0.0.2 and on that clients connect from: one has too few ports
  int conns = 0;     // coldrooms: open connections that take turns
  int inflight = 0;  // connections or joins under way at once; 0: the mode's default
  int cpu = -1;
  int pid = 0;        // of the server; 0: its CPU time and memory are not measured
  int bisect = 4;     // search: steps after the first rate that fails
  double rate = 100;  // messages per second, of all rooms
  double seconds = 5, warmup = 1, drain = 3, heartbeat = 30, deadline = 120;
  double connect_rate = 5000;
  double limit_ms = 100;  // search: the greatest p99 that passes
  double max_rate = 4e6;  // search: deliveries per second
  bool closed = false;    // a sender waits for the reply to its last message
  bool room_in_query = false, search = false;
  bool fresh = false;  // coldrooms: a connection for each room
} options;

static double own_cpu() {
  rusage r;
  getrusage(RUSAGE_SELF, &r);
  return r.ru_utime.tv_sec + r.ru_stime.tv_sec + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

// ---------------------------------------------------------------- connections
enum State : u8 { CLOSED, CONNECTING, HANDSHAKE, OPEN, JOINING, JOINED, LEAVING, CLOSING };
struct Client {
  int fd = -1;
  State st = CLOSED;
  bool want_out = false;  // epoll watches for room to write
  u32 id = 0, room = 0;
  u32 ref = 1;           // of its last message
  u32 hist = 0;          // messages in the reply to its join
  u64 t0 = 0, t1 = 0;    // when it began to connect, and to join
  u64 order = 0;         // a hash of all messages it got, in their order
  string in, out, frag;  // not parsed, not sent, and the beginning of a text in several frames
};
static std::deque<Client> clients;
static int epoll_fd;
static u64 epoch_ns;
static u64 joins_total, n_errors, n_closed_by_server, n_protocol_errors, n_bad_status, n_misrouted, n_deliveries,
    n_doubled, n_late, n_missing, n_acks, n_heartbeats, n_phx_error, n_phx_close, n_unmatched;
static Histogram connect_times, join_times, delivery_times, reply_times;
static u64 window_begin = ~0ull, window_end = 0;
static u64 window_deliveries, window_acks;
static std::vector<u32> last_seq;
static std::vector<u32> sent_seq;
static std::function<void(Client&)> on_open, on_joined, on_left, on_gone, on_ack, on_room_event;
static std::function<void(Client&, u64, u32)> on_deliver;
static bool auto_join = true;
static int inflight;
static string topic(u32 r) { return "room:" + options.prefix + std::to_string(r); }
static void watch(Client& c, u32 ev, int op) {
  epoll_event e{};
  e.events = ev;
  e.data.u32 = c.id;
  epoll_ctl(epoll_fd, op, c.fd, &e);
}
static void drop(Client& c, bool rst = false) {
  if (c.fd < 0) return;
  if (rst) {
    linger l{1, 0};
    setsockopt(c.fd, SOL_SOCKET, SO_LINGER, &l, sizeof l);
  }
  if (c.st == CONNECTING || c.st == HANDSHAKE || c.st == OPEN || c.st == JOINING) inflight--;
  close(c.fd);
  c.fd = -1;
  c.st = CLOSED;
  c.want_out = false;
  string().swap(c.in);
  string().swap(c.out);
  string().swap(c.frag);
}
static void gone(Client& c) {
  drop(c);
  if (on_gone) on_gone(c);
}
static void raw_send(Client& c, const char* p, size_t n) {
  if (c.fd < 0) return;
  if (c.out.empty()) {
    ssize_t k = send(c.fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (k == (ssize_t)n) return;
    if (k < 0) {
      if (errno != EAGAIN) return;
      k = 0;
    }
    p += k;
    n -= k;
  }
  c.out.append(p, n);
  if (!c.want_out) {
    c.want_out = true;
    watch(c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
  }
}
static u32 random_state = 0x12345678;
static u32 next_random() {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}
static void send_frame(Client& c, int opcode, const char* p, size_t n) {
  static std::vector<char> f;
  f.resize(n + 14);
  size_t h;
  f[0] = 0x80 | opcode;
  if (n < 126)
    f[1] = 0x80 | n, h = 2;
  else if (n < 65536)
    f[1] = (char)(0x80 | 126), f[2] = n >> 8, f[3] = n, h = 4;
  else {
    f[1] = (char)(0x80 | 127);
    for (int i = 0; i < 8; i++) f[2 + i] = (u64)n >> (56 - 8 * i);
    h = 10;
  }
  u32 m = next_random();
  memcpy(&f[h], &m, 4);
  const char* k = (char*)&m;
  char* d = &f[h + 4];
  for (size_t i = 0; i < n; i++) d[i] = p[i] ^ k[i & 3];
  raw_send(c, f.data(), h + 4 + n);
}
static void send_text(Client& c, const string& s) { send_frame(c, 1, s.data(), s.size()); }
static bool start_client(Client& c) {
  c.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (c.fd < 0) {
    n_errors++;
    return false;
  }
  int one = 1;
  setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  sockaddr_in a{};
  a.sin_family = AF_INET;
  if (options.sources > 1) {
    setsockopt(c.fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    static u32 rr;
    a.sin_addr.s_addr = htonl(0x7f000002 + rr++ % options.sources);
    (void)!bind(c.fd, (sockaddr*)&a, sizeof a);
  }
  a.sin_port = htons(options.port);
  inet_pton(AF_INET, options.host.c_str(), &a.sin_addr);
  c.t0 = now();
  c.st = CONNECTING;
  c.ref = 1;
  inflight++;
  c.want_out = false;
  if (connect(c.fd, (sockaddr*)&a, sizeof a) < 0 && errno != EINPROGRESS) {
    n_errors++;
    drop(c);
    return false;
  }
  watch(c, EPOLLOUT, EPOLL_CTL_ADD);
  return true;
}
static void join(Client& c, u32 room) {
  c.room = room;
  c.t1 = now();
  c.st = JOINING;
  send_text(c, R"(["1","1",")" + topic(room) + R"(","phx_join",{}])");
}

// The first bytes of a text: ~ sssss qqqqqq ttttttttttt (hex: sender, sequence number, intended send time in ns)
constexpr int MARKER = 23;
static int hex_digit(char ch) { return ch <= '9' ? ch - '0' : (ch | 32) - 'a' + 10; }
static u64 hex_number(const char* p, int n) {
  u64 v = 0;
  while (n--) v = v << 4 | (hex_digit(*p++) & 15);
  return v;
}
static void send_msg(Client& c, u32 sender, u64 intended) {
  char b[64];
  u32 q = ++sent_seq[sender];
  snprintf(b, sizeof b, "~%05x%06x%011llx", sender, q & 0xffffff, (unsigned long long)(intended - epoch_ns));
  static string t;
  if ((int)t.size() != options.text_bytes) t.assign(options.text_bytes, '.');
  memcpy(&t[0], b, MARKER);
  static string s;
  s = R"(["1",")";
  s += std::to_string(++c.ref);
  s += R"(",")";
  s += topic(c.room);
  s += R"(","send_message",{"sender":"alice","text":")";
  s += t;
  s += R"("}])";
  send_text(c, s);
}

struct Element {
  const char* p;
  size_t n;
  bool null;
};
static bool next_element(const char*& p, const char* e,
                         Element& x) {  // one scalar array element: string, null or number
  while (p < e && (*p == ' ' || *p == ',' || *p == '[' || *p == '\n')) p++;
  if (p >= e) return false;
  if (*p == '"') {
    const char* q = ++p;
    while (q < e && *q != '"') q += *q == '\\' ? 2 : 1;
    if (q >= e) return false;
    x = {p, size_t(q - p), false};
    p = q + 1;
    return true;
  }
  const char* q = p;
  while (q < e && *q != ',' && *q != ']') q++;
  x = {p, size_t(q - p), *p == 'n'};
  p = q;
  return true;
}
static bool eq(const Element& a, const char* s) { return a.n == strlen(s) && !memcmp(a.p, s, a.n); }
static void on_text(Client& c, const char* p, size_t n) {
  const char* e = p + n;
  Element jr, ref, top, ev;
  if (n < 5 || *p != '[') {
    n_protocol_errors++;
    return;
  }
  if (!next_element(p, e, jr) || !next_element(p, e, ref) || !next_element(p, e, top) || !next_element(p, e, ev)) {
    n_protocol_errors++;
    return;
  }
  if (ev.n == 11 && !memcmp(ev.p, "new_message", 11)) {
    u64 t = now();
    n_deliveries++;
    if (t >= window_begin && t < window_end) window_deliveries++;
    const char* m = (const char*)memchr(p, '~', e - p);
    if (!m || e - m < MARKER) {
      n_protocol_errors++;
      return;
    }
    u32 s = hex_number(m + 1, 5), q = hex_number(m + 6, 6);
    u64 ti = epoch_ns + hex_number(m + 12, 11);
    if (ti >= window_begin && ti < window_end) delivery_times.add(t > ti ? t - ti : 0);
    if (s / options.senders_per_room != c.room) {
      n_misrouted++;
      return;
    }
    u32& l = last_seq[c.id * options.senders_per_room + s % options.senders_per_room];
    if (q == l + 1)
      l = q;
    else if (q == l)
      n_doubled++;
    else if (q < l)
      n_late++;
    else {
      n_missing += q - l - 1;
      l = q;
    }
    c.order = c.order * 0x9E3779B97F4A7C15ull + ((u64)s << 32 | q);
    if (on_deliver) on_deliver(c, ti, s);
    return;
  }
  if (eq(ev, "phx_reply")) {
    if (eq(top, "phoenix")) {
      n_heartbeats++;
      return;
    }
    bool ok = memmem(p, e - p, R"("status":"ok")", 13) || memmem(p, e - p, R"("status": "ok")", 14);
    if (!ok) {
      n_bad_status++;
      if (c.st != JOINED) {
        gone(c);
      }
      return;
    }
    if (c.st == JOINING && eq(ref, "1")) {
      u64 t = now();
      join_times.add(t - c.t1);
      c.st = JOINED;
      joins_total++;
      inflight--;
      c.hist = 0;
      for (const char* m = p; (m = (const char*)memchr(m, '~', e - m)); m++) c.hist++;
      if (on_joined) on_joined(c);
      return;
    }
    if (c.st == LEAVING) {
      if (on_left) on_left(c);
      return;
    }
    u64 t = now();
    n_acks++;
    if (t >= window_begin && t < window_end) window_acks++;
    const char* m = (const char*)memchr(p, '~', e - p);
    u64 ti = m && e - m >= MARKER ? epoch_ns + hex_number(m + 12, 11) : 0;
    if (!ti) n_unmatched++;
    if (ti >= window_begin && ti < window_end) reply_times.add(t > ti ? t - ti : 0);
    if (on_ack) on_ack(c);
    return;
  }
  if (eq(ev, "phx_error")) {
    n_phx_error++;
    if (on_room_event) on_room_event(c);
    return;
  }
  if (eq(ev, "phx_close")) {
    n_phx_close++;
    return;
  }
}
static const char key[] = "dGhlIHNhbXBsZSBub25jZQ==", accept_value[] = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
static size_t feed(Client& c, char* b, size_t n) {  // returns bytes consumed
  size_t i = 0;
  if (c.st == HANDSHAKE) {
    char* h = (char*)memmem(b, n, "\r\n\r\n", 4);
    if (!h) {
      if (n > 16384) {
        n_protocol_errors++;
        gone(c);
      }
      return 0;
    }
    if (n < 12 || memcmp(b, "HTTP/1.1 101", 12) || !memmem(b, h - b, accept_value, 28)) {
      n_protocol_errors++;
      if (n_protocol_errors < 3) fprintf(stderr, "bad handshake: %.*s\n", (int)std::min<size_t>(n, 120), b);
      gone(c);
      return n;
    }
    i = h + 4 - b;
    connect_times.add(now() - c.t0);
    c.st = OPEN;
    if (on_open)
      on_open(c);
    else if (auto_join)
      join(c, c.room);
  }
  while (n - i >= 2 && c.fd >= 0) {
    u8* f = (u8*)b + i;
    u64 len = f[1] & 127;
    size_t h = 2;
    if (len == 126) {
      if (n - i < 4) break;
      len = f[2] << 8 | f[3];
      h = 4;
    } else if (len == 127) {
      if (n - i < 10) break;
      len = 0;
      for (int k = 0; k < 8; k++) len = len << 8 | f[2 + k];
      h = 10;
    }
    if (f[1] & 0x80) {
      n_protocol_errors++;
      gone(c);
      return n;
    }
    if (n - i < h + len) break;
    int op = f[0] & 15;
    bool fin = f[0] & 0x80;
    char* p = b + i + h;
    i += h + len;
    if (f[0] & 0x70) {
      n_protocol_errors++;
      continue;
    }
    if (op == 1 && fin)
      on_text(c, p, len);
    else if (op == 1 || op == 0) {
      c.frag.append(p, len);
      if (fin) {
        string s;
        s.swap(c.frag);
        on_text(c, s.data(), s.size());
      }
    } else if (op == 9)
      send_frame(c, 10, p, len);
    else if (op == 8) {
      if (c.st != CLOSING) {
        n_closed_by_server++;
        send_frame(c, 8, p, std::min<u64>(len, 125));
      }
      gone(c);
      return n;
    } else if (op != 10)
      n_protocol_errors++;
  }
  return i;
}
static std::vector<char> scratch(1 << 20);
static void on_io(Client& c, u32 ev) {
  if (c.fd < 0) return;
  if (c.st == CONNECTING) {
    int e = 0;
    socklen_t l = sizeof e;
    getsockopt(c.fd, SOL_SOCKET, SO_ERROR, &e, &l);
    if (e) {
      n_errors++;
      gone(c);
      return;
    }
    if (!(ev & EPOLLOUT)) return;
    c.st = HANDSHAKE;
    watch(c, EPOLLIN, EPOLL_CTL_MOD);
    string path = options.path;
    if (options.room_in_query) path += "&room=" + options.prefix + std::to_string(c.room);
    string rq = "GET " + path + " HTTP/1.1\r\nHost: " + options.host + ":" + std::to_string(options.port) +
                "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + key +
                "\r\nSec-WebSocket-Version: 13\r\n\r\n";
    raw_send(c, rq.data(), rq.size());
    return;
  }
  if (ev & EPOLLOUT && c.want_out) {
    ssize_t k = send(c.fd, c.out.data(), c.out.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (k > 0) c.out.erase(0, k);
    if (c.out.empty()) {
      c.want_out = false;
      watch(c, EPOLLIN, EPOLL_CTL_MOD);
    }
  }
  if (!(ev & (EPOLLIN | EPOLLHUP | EPOLLERR))) return;
  size_t have = c.in.size();
  if (have > scratch.size() / 2) scratch.resize(scratch.size() * 2);
  memcpy(scratch.data(), c.in.data(), have);
  ssize_t k = recv(c.fd, scratch.data() + have, scratch.size() - have, 0);
  if (k <= 0) {
    if (k < 0 && errno == EAGAIN) return;
    if (c.st != CLOSING) {
      n_errors++;
    }
    gone(c);
    return;
  }
  size_t n = have + k, used = feed(c, scratch.data(), n);
  if (c.fd < 0) return;
  if (used >= n)
    c.in.clear();
  else
    c.in.assign(scratch.data() + used, n - used);
}
static u64 deadline_ns;
[[noreturn]] static void die(const char* why) {
  Json j;
  j.str("mode", options.mode);
  j.str("error", why);
  u64 st[8] = {};
  for (auto& c : clients) st[c.st]++;
  j.num("joined", st[JOINED]);
  j.num("connecting", st[CONNECTING]);
  j.num("handshake", st[HANDSHAKE]);
  j.num("joining", st[JOINING]);
  j.num("errors", n_errors);
  j.num("protocol_errors", n_protocol_errors);
  j.num("bad_status", n_bad_status);
  j.num("closed_by_server", n_closed_by_server);
  j.print();
  _exit(3);
}
static void pump(int64_t ns) {
  static epoll_event ev[512];
  timespec t{ns / 1000000000, ns % 1000000000};
  if (ns < 0) t = {0, 0};
  int n = epoll_pwait2(epoll_fd, ev, 512, &t, nullptr);
  for (int i = 0; i < n; i++) on_io(clients[ev[i].data.u32], ev[i].events);
  if (now() > deadline_ns) die("deadline");
}
static void pump_for(double s) {
  u64 e = now() + s * 1e9;
  for (u64 t; (t = now()) < e;) pump(std::min<u64>(e - t, 50000000));
}
static void add(u32 n) {
  while (clients.size() < n) {
    clients.emplace_back();
    clients.back().id = clients.size() - 1;
  }
}

static u64 n_joined() {
  u64 k = 0;
  for (auto& c : clients) k += c.st == JOINED;
  return k;
}
static void connect_all(u32 n, double rate, int cap) {  // conns must have .room set
  u64 s = now();
  u32 i = 0;
  u64 last = now(), lj = 0;
  std::vector<u32> again;
  auto og = on_gone;
  on_gone = [&](Client& c) { again.push_back(c.id); };
  u64 retries = 0, j0 = joins_total;
  while (true) {
    u64 t = now();
    u32 due = rate <= 0 ? n : std::min<double>(n, rate * (t - s) / 1e9 + 1);
    while (i < due && inflight < cap) {
      if (!start_client(clients[i])) again.push_back(i);
      i++;
    }
    if (!again.empty() && inflight < cap && retries < n) {
      u32 k = again.back();
      again.pop_back();
      retries++;
      if (!start_client(clients[k])) again.push_back(k);
    }
    u64 j = joins_total - j0;
    if (j >= n) break;
    if (j != lj) lj = j, last = t;
    if (t - last > 30000000000ull) die("not all joined (30 s without progress)");
    pump(i < n ? 200000 : 5000000);
  }
  on_gone = og;
}
static std::function<void()> between;  // called in the loop of a phase (crash mode)
struct Phase {
  u64 sent = 0, in_win = 0;                     // messages, in all and in the window
  u64 deliv = 0, acks = 0;                      // in the window
  u64 expect = 0, got = 0;                      // deliveries
  double secs = 0;                              // of the window
  double cpu = 0, user = 0, sys = 0, self = 0;  // seconds of the server; the load generator's share of a core
  bool drained = false;                         // all deliveries have come
};
// Sends for `warm` and then for `secs` seconds, which are the window that is measured, and waits up to `drain` seconds
// for what is under way.
static Phase run(double rate, double warm, double secs, double drain) {
  Phase P;
  u32 S = options.rooms * options.senders_per_room;
  u64 start = now() + 2000000;
  window_begin = start + warm * 1e9;
  window_end = window_begin + secs * 1e9;
  delivery_times.clear();
  reply_times.clear();
  window_deliveries = window_acks = 0;
  u64 d0 = n_deliveries, acks_before = n_acks, i = 0;
  static u32 rr;
  bool a = false, b = false;
  Usage s0{}, s1{};
  double c0 = 0;
  auto conn_of = [&](u32 s) -> Client& {
    return clients[(s / options.senders_per_room) * options.clients_per_room + s % options.senders_per_room];
  };
  if (options.closed) {
    on_ack = [&](Client& c) {
      u64 t = now();
      if (t < window_end && c.id % options.clients_per_room < (u32)options.senders_per_room) {
        send_msg(c, c.room * options.senders_per_room + c.id % options.clients_per_room, t);
        P.sent++;
        if (t >= window_begin) P.in_win++;
      }
    };
    while (now() < start) pump(100000);
    for (u32 s = 0; s < S; s++) {
      send_msg(conn_of(s), s, now());
      P.sent++;
    }
  }
  double step = options.closed ? 0 : 1e9 / rate;
  while (true) {
    u64 t = now();
    if (!a && t >= window_begin) {
      a = true;
      s0 = load::cpu_of(options.pid);
      c0 = own_cpu();
    }
    if (t >= window_end) {
      if (!b) {
        b = true;
        s1 = load::cpu_of(options.pid);
        P.self = (own_cpu() - c0) / secs;
      }
      break;
    }
    int64_t wait = a ? window_end - t : window_begin - t;
    if (!options.closed) {
      int budget = 256;
      u64 nx;
      while ((nx = start + (u64)(i * step)) <= t && nx < window_end && budget--) {
        u32 s = rr++ % S;
        Client& c = conn_of(s);
        if (c.st == JOINED) {
          send_msg(c, s, nx);
          P.sent++;
          if (nx >= window_begin) P.in_win++;
        }
        i++;
      }
      nx = start + (u64)(i * step);
      wait = std::min<int64_t>(wait, (int64_t)nx - (int64_t)now());
    }
    pump(std::max<int64_t>(0, std::min<int64_t>(wait, 20000000)));
    if (between) between();
  }
  P.deliv = window_deliveries;
  P.acks = window_acks;
  P.secs = secs;
  P.cpu = s1.cpu - s0.cpu;
  P.user = s1.user - s0.user;
  P.sys = s1.sys - s0.sys;
  P.expect = P.sent * options.clients_per_room;
  u64 t0 = now();
  while (now() < t0 + drain * 1e9) {
    P.got = n_deliveries - d0;
    if (P.got >= P.expect) P.drained = true;
    // A room that fails does not reply to all.
    if (P.drained && (between || n_acks - acks_before >= P.sent)) break;
    pump(5000000);
    if (between) between();
  }
  P.got = n_deliveries - d0;
  on_ack = nullptr;
  return P;
}
static u64 order_mismatch() {
  u64 m = 0;
  for (int r = 0; r < options.rooms; r++)
    for (int k = 1; k < options.clients_per_room; k++)
      if (clients[r * options.clients_per_room + k].order != clients[r * options.clients_per_room].order) {
        m++;
        break;
      }
  return m;
}
static void common(Json& j) {
  j.num("errors", n_errors);
  j.num("protocol_errors", n_protocol_errors);
  j.num("bad_status", n_bad_status);
  j.num("closed_by_server", n_closed_by_server);
  j.num("misrouted", n_misrouted);
}
static void join_all() {
  int N = options.rooms * options.clients_per_room;
  add(N);
  last_seq.assign((size_t)N * options.senders_per_room, 0);
  sent_seq.assign(options.rooms * options.senders_per_room, 0);
  for (int i = 0; i < N; i++) clients[i].room = i / options.clients_per_room;
  connect_all(N, options.connect_rate, options.inflight ? options.inflight : 256);
}

// Messages at a rate, or each after the reply to the last (--closed), or the greatest rate (--search).
static int mode_load() {
  Usage m0 = load::usage_of(options.pid);
  u64 t = now();
  join_all();
  double tj = (now() - t) / 1e9;
  pump_for(0.3);
  Usage m1 = load::usage_of(options.pid);
  Json j;
  int N = options.rooms * options.clients_per_room;
  j.str("mode", options.search ? "search" : options.closed ? "closed" : "load");
  j.num("rooms", options.rooms);
  j.num("clients_per_room", options.clients_per_room);
  j.num("text_bytes", options.text_bytes);
  j.num("joined", n_joined());
  j.num("join_all_s", tj);
  j.hist("connect_us", connect_times);
  j.hist("join_us", join_times);
  if (options.search) {
    double lo = 0, hi = 0, r = options.rate, best_cpu = 0, best_self = 0, best_p99 = 0, fail_self = 0;
    int steps = 0;
    bool again = false;
    string log;
    for (int k = 0; steps < 24 && now() + 8e9 < deadline_ns; steps++) {
      Phase p = run(r, options.warmup, options.seconds, 12);
      double offered = p.in_win * (double)options.clients_per_room / p.secs, dps = p.deliv / p.secs,
             p99 = delivery_times.percentile(99) / 1e3;
      bool ok = p.drained && p99 <= options.limit_ms && p.in_win >= 0.97 * r * p.secs && dps >= 0.95 * offered;
      char t[160];
      snprintf(t, sizeof t, "%.0f:%s:p99=%.1fms:cpu=%.2f:client=%.2f ", r * options.clients_per_room,
               ok ? "ok" : "fail", p99, p.cpu / p.secs, p.self);
      log += t;
      // A rate fails when it fails twice: once may be the fault of other work on the machine.
      if (!ok && p.drained && !again) {
        again = true;
        pump_for(0.2);
        continue;
      }
      again = false;
      if (ok) {
        lo = r;
        best_cpu = p.cpu / p.secs;
        best_self = p.self;
        best_p99 = p99;
      } else {
        hi = r;
        fail_self = p.self;
      }
      if (!p.drained) {
        log += "not-drained";
        if (!lo || p.got < p.expect * 0.5) break;
      }
      pump_for(0.2);
      if (!hi) {
        if (r * 2 * options.clients_per_room > options.max_rate) break;
        r *= 2;
      } else if (!lo) {
        r /= 2;
        if (r * options.seconds < 4) break;  // too few messages to tell
      } else {
        if (k++ >= options.bisect) break;
        r = sqrt(lo * hi);
      }
    }
    if (lo == 0) j.str("error", "no rate passes; the log has the rates that were tried");
    j.num("max_msgs_per_s", lo);
    j.num("max_deliveries_per_s", lo * options.clients_per_room);
    j.num("server_cores", best_cpu);
    j.num("client_cores", best_self);
    j.num("p99_ms", best_p99);
    j.boolean("client_bound", fail_self > 0.9 || (!hi && best_self > 0.9));
    j.str("log", log);
    common(j);
    j.print();
    return lo > 0 ? 0 : 2;
  }
  Phase p = run(options.rate, options.warmup, options.seconds, options.drain);
  Usage m2 = load::usage_of(options.pid);
  j.num("msgs_sent", p.sent);
  j.num("acks", n_acks);
  j.num("acks_unmatched", n_unmatched);
  j.num("deliveries_expected", p.expect);
  j.num("deliveries_got", p.got);
  j.num("lost",
        (double)p.expect - (double)p.got + n_doubled + n_late > 0 ? (double)p.expect - (double)p.got + n_doubled : 0);
  j.num("duplicated", n_doubled);
  j.num("out_of_order", n_late);
  j.num("gaps", n_missing);
  j.num("rooms_with_order_mismatch", p.got == p.expect ? (double)order_mismatch() : -1);
  j.num("msgs_per_s", p.in_win / p.secs);
  j.num("deliveries_per_s", p.deliv / p.secs);
  j.num("acks_per_s", p.acks / p.secs);
  j.hist("delivery_us", delivery_times);
  j.hist("ack_us", reply_times);
  if (options.pid) {
    j.num("server_cores", p.cpu / p.secs);
    j.num("server_user_s", p.user);
    j.num("server_sys_s", p.sys);
    j.num("cpu_us_per_delivery", p.deliv ? p.cpu * 1e6 / p.deliv : 0);
    j.num("cpu_us_per_msg", p.acks ? p.cpu * 1e6 / p.acks : 0);
    j.num("rss_before", m0.rss);
    j.num("rss_joined", m1.rss);
    j.num("rss_after", m2.rss);
    j.num("pss_after", m2.pss);
    j.num("rss_per_conn", (m1.rss - m0.rss) / N);
    j.num("procs", m2.procs);
    j.num("threads", m2.threads);
  }
  j.num("client_cores", p.self);
  common(j);
  j.print();
  const bool right = p.got == p.expect && n_doubled + n_late + n_missing == 0 && order_mismatch() == 0;
  return right && n_protocol_errors + n_misrouted + n_bad_status == 0 ? 0 : 2;
}
// Clients that join and send heartbeats.
static int mode_idle() {
  Usage m0 = load::usage_of(options.pid);
  u64 t = now();
  join_all();
  double tj = (now() - t) / 1e9;
  pump_for(options.warmup);
  Usage m1 = load::usage_of(options.pid);
  u64 e = now() + options.seconds * 1e9;
  u64 t0 = now();
  size_t N = clients.size(), k = 0;
  while (now() < e) {
    size_t due = N * (options.heartbeat > 0 ? (now() - t0) / 1e9 / options.heartbeat : 0);
    while (k < due && k < N) {
      if (clients[k].st == JOINED) send_text(clients[k], R"([null,"9","phoenix","heartbeat",{}])");
      k++;
    }
    pump(20000000);
  }
  Usage m2 = load::usage_of(options.pid);
  Json j;
  j.str("mode", "idle");
  j.num("conns", N);
  j.num("rooms", options.rooms);
  j.num("joined", n_joined());
  j.num("join_all_s", tj);
  j.num("joins_per_s", N / tj);
  j.hist("connect_us", connect_times);
  j.hist("join_us", join_times);
  j.num("rss_before", m0.rss);
  j.num("rss_joined", m1.rss);
  j.num("rss_after", m2.rss);
  j.num("pss_after", m2.pss);
  j.num("rss_per_conn", (m2.rss - m0.rss) / N);
  j.num("pss_per_conn", (m2.pss - m0.pss) / N);
  j.num("join_cpu_us_per_conn", (m1.cpu - m0.cpu) * 1e6 / N);
  j.num("idle_cores", (m2.cpu - m1.cpu) / options.seconds);
  j.num("heartbeats_answered", n_heartbeats);
  j.num("heartbeats_sent", k);
  common(j);
  j.print();
  return n_joined() == N ? 0 : 2;
}
// Rooms that did not exist before, one after another, or --inflight at once.
static int mode_cold() {
  int W = options.conns ? options.conns : 100, K = options.rooms, F = options.inflight ? options.inflight : 1;
  bool fresh = options.fresh || options.room_in_query;
  options.prefix = "c" + options.prefix;
  Histogram h;
  int done = 0, next = 0;
  last_seq.assign(1, 0);
  if (fresh) {
    add(K);
    auto_join = true;
  } else {
    add(W);
    auto_join = false;
    on_open = [](Client&) {};
    for (int i = 0; i < W; i++) {
      while (inflight > 256) pump(1000000);
      start_client(clients[i]);
    }
    for (u64 s = now(); now() < s + 20000000000ull;) {
      int k = 0;
      for (auto& c : clients) k += c.st == OPEN;
      if (k == W) break;
      pump(1000000);
    }
    inflight = 0;
  }
  pump_for(0.3);
  Usage m0 = load::usage_of(options.pid);
  u64 t0 = now();
  std::deque<u32> freec;
  for (int i = 0; i < W; i++) freec.push_back(i);
  auto go = [&]() {
    while (next < K) {
      if (fresh) {
        if (next - done >= F) break;
        Client& c = clients[next];
        c.room = next;
        start_client(c);
        next++;
      } else {
        if (next - done >= F || freec.empty()) break;
        Client& c = clients[freec.front()];
        freec.pop_front();
        inflight++;
        join(c, next++);
      }
    }
  };
  on_joined = [&](Client& c) {
    h.add(now() - (fresh ? c.t0 : c.t1));
    done++;
    if (!fresh) freec.push_back(c.id);
    go();
  };
  on_gone = [&](Client&) { die("a connection was lost while rooms were being made"); };
  go();
  while (done < K) pump(5000000);
  double secs = (now() - t0) / 1e9;
  Usage m1 = load::cpu_of(options.pid);
  pump_for(1);
  Usage m2 = load::usage_of(options.pid);
  Json j;
  j.str("mode", "coldrooms");
  j.num("rooms", K);
  j.num("conns", fresh ? K : W);
  j.boolean("fresh_conn_per_room", fresh);
  j.num("inflight", F);
  j.num("seconds", secs);
  j.num("rooms_per_s", K / secs);
  j.hist("room_us", h);
  j.num("cpu_us_per_room", (m1.cpu - m0.cpu) * 1e6 / K);
  j.num("rss_per_room", (m2.rss - m0.rss) / K);
  j.num("pss_per_room", (m2.pss - m0.pss) / K);
  j.num("rss_after", m2.rss);
  common(j);
  j.print();
  return 0;
}
// Connect, join, leave, close: --inflight clients, without a pause.
static int mode_churn() {
  int W = options.inflight ? options.inflight : 32;
  add(W);
  last_seq.assign(1, 0);
  u64 cycles = 0, fails = 0;
  Histogram h;
  u64 wi = 0;
  std::vector<u64> st(W);
  std::vector<bool> left(W);  // else the cycle has failed
  u64 E = 0, A = 0;
  std::vector<u32> todo;
  on_joined = [&](Client& c) {
    c.st = LEAVING;
    send_text(c, R"(["1","2",")" + topic(c.room) + R"(","phx_leave",{}])");
  };
  on_left = [&](Client& c) {
    left[c.id] = true;
    c.st = CLOSING;
    char code[2] = {3, (char)0xe8};
    send_frame(c, 8, code, 2);
  };
  on_gone = [&](Client& c) {
    u64 t = now();
    if (!left[c.id]) fails++;
    if (left[c.id] && t >= A && t < E) {
      cycles++;
      h.add(t - st[c.id]);
    }
    todo.push_back(c.id);
  };
  A = now() + options.warmup * 1e9;
  E = A + options.seconds * 1e9;
  for (int i = 0; i < W; i++) todo.push_back(i);
  Usage s0{};
  bool a = false;
  double c0 = 0;
  while (now() < E) {
    if (!a && now() >= A) {
      a = true;
      s0 = load::cpu_of(options.pid);
      c0 = own_cpu();
    }
    while (!todo.empty()) {
      u32 i = todo.back();
      todo.pop_back();
      st[i] = now();
      left[i] = false;
      clients[i].room = wi++ % std::max(1, options.rooms);
      start_client(clients[i]);
      if (clients[i].fd < 0) {
        fails++;
        break;
      }
    }
    pump(2000000);
  }
  Usage s1 = load::usage_of(options.pid);
  double self = (own_cpu() - c0) / options.seconds;
  Json j;
  j.str("mode", "churn");
  j.num("workers", W);
  j.num("cycles_per_s", cycles / options.seconds);
  j.hist("cycle_us", h);
  j.hist("connect_us", connect_times);
  j.hist("join_us", join_times);
  j.num("cpu_us_per_cycle", cycles ? (s1.cpu - s0.cpu) * 1e6 / cycles : 0);
  j.num("fails", fails);
  j.num("rss_after", s1.rss);
  j.num("client_cores", self);
  common(j);
  j.print();
  return cycles && !fails ? 0 : 2;
}
// All clients are cut off and come back at once.
static int mode_storm() {
  join_all();
  pump_for(0.5);
  int N = clients.size();
  Usage s0 = load::usage_of(options.pid);
  connect_times.clear();
  join_times.clear();
  u64 e0 = n_errors;
  Histogram h;
  int done = 0;
  u64 retries = 0;
  std::deque<std::pair<u64, u32>> again;
  for (auto& c : clients) drop(c, true);
  inflight = 0;
  u64 t0 = now();
  u64 half = 0, n99 = 0, rst = 0;
  on_joined = [&](Client&) {
    u64 t = now();
    h.add(t - t0);
    done++;
    if (done * 2 >= N && !half) half = t - t0;
    if (done * 100 >= N * 99 && !n99) n99 = t - t0;
  };
  on_gone = [&](Client& c) {
    rst++;
    again.push_back({now() + 100000000, c.id});
  };
  int next = 0, cap = options.inflight ? options.inflight : 1 << 30;
  while (done < N) {
    int b = 200;
    while (next < N && inflight < cap && b--) {
      if (!start_client(clients[next])) again.push_back({now() + 100000000, (u32)next});
      next++;
    }
    u64 t = now();
    while (!again.empty() && again.front().first <= t) {
      u32 k = again.front().second;
      again.pop_front();
      retries++;
      if (!start_client(clients[k])) again.push_back({t + 100000000, k});
    }
    pump(next < N ? 0 : 1000000);
    if (now() - t0 > 60e9) break;
  }
  double secs = (now() - t0) / 1e9;
  Usage s1 = load::usage_of(options.pid);
  Json j;
  j.str("mode", "storm");
  j.num("conns", N);
  j.num("joined", done);
  j.num("seconds", secs);
  j.num("half_s", half / 1e9);
  j.num("p99_s", n99 / 1e9);
  j.num("joins_per_s", done / secs);
  j.hist("time_to_joined_us", h);
  j.num("retries", retries);
  j.num("new_errors", n_errors - e0);
  j.num("cpu_us_per_rejoin", (s1.cpu - s0.cpu) * 1e6 / N);
  j.num("rss_before", s0.rss);
  j.num("rss_after", s1.rss);
  j.print();
  return done == N ? 0 : 2;
}
// Room 0 is made to fail after a third of the time. The others must not notice.
static int mode_crash() {
  join_all();
  pump_for(0.3);
  u64 t_crash = 0;
  int told_err = 0, told_close = 0, rejoined = 0;
  std::vector<u32> back;
  u64 first_told = 0, last_told = 0, all_back = 0;
  Histogram other;
  u32 hist0 = 0;
  int room0 = options.clients_per_room;
  u64 got_other = 0;
  u64 e_before = n_errors + n_closed_by_server;
  auto told = [&](Client& c) {
    u64 t = now();
    if (c.room == 0 && t_crash) {
      if (!first_told) first_told = t;
      last_told = t;
      back.push_back(c.id);
    }
  };
  on_room_event = [&](Client& c) {
    if (c.room == 0) told_err++;
    if (c.st == JOINED) {
      c.st = OPEN;
      told(c);
    }
  };
  on_gone = [&](Client& c) {
    if (c.room == 0) told_close++;
    if (c.room == 0) told(c);
  };
  on_joined = [&](Client& c) {
    if (c.room == 0 && t_crash) {
      rejoined++;
      hist0 = c.hist;
      if (rejoined == room0) all_back = now();
    }
  };
  on_deliver = [&](Client& c, u64 ti, u32) {
    if (c.room != 0) {
      got_other++;
      if (t_crash && ti >= t_crash && ti < t_crash + 2500000000ull) other.add(now() - ti);
    }
  };
  u64 tmid = now() + (options.warmup + options.seconds / 3) * 1e9;
  between = [&] {
    u64 t = now();
    if (!t_crash && t >= tmid) {
      t_crash = t;
      send_text(clients[0], R"(["1","777",")" + topic(0) + R"(",")" + options.crash_event + R"(",{"ms":2000}])");
    }
    if (!back.empty()) {
      auto b = back;
      back.clear();
      for (u32 i : b) {
        if (clients[i].fd >= 0) {
          inflight++;
          join(clients[i], 0);
        } else
          start_client(clients[i]);
      }
    }
  };
  Phase p = run(options.rate, options.warmup, options.seconds, options.drain);
  u64 exp_other = 0;
  for (int r = 1; r < options.rooms; r++)
    for (int s = 0; s < options.senders_per_room; s++)
      exp_other += (u64)sent_seq[r * options.senders_per_room + s] * options.clients_per_room;
  Json j;
  j.str("mode", "crash");
  j.str("event", options.crash_event);
  j.num("room_clients", room0);
  j.num("told_phx_error", told_err);
  j.num("told_socket_closed", told_close);
  j.num("first_told_ms", first_told ? (first_told - t_crash) / 1e6 : -1);
  j.num("last_told_ms", last_told ? (last_told - t_crash) / 1e6 : -1);
  j.num("rejoined", rejoined);
  j.num("all_rejoined_ms", all_back ? (all_back - t_crash) / 1e6 : -1);
  j.num("history_after", rejoined ? (double)hist0 : -1);
  j.num("others_lost", (double)exp_other - got_other);
  j.hist("others_delivery_us_2_5s_after", other);
  j.num("other_conns_lost", (double)(n_errors + n_closed_by_server - e_before) - told_close);
  j.num("sent", p.sent);
  common(j);
  j.print();
  return 0;
}
// ---------------------------------------------------------------- command line
static bool parse(int count, char** words) {
  const std::map<string, string*> texts{{"--host", &options.host},
                                        {"--path", &options.path},
                                        {"--prefix", &options.prefix},
                                        {"--crash-event", &options.crash_event}};
  const std::map<string, int*> numbers{{"--port", &options.port},
                                       {"--rooms", &options.rooms},
                                       {"--clients-per-room", &options.clients_per_room},
                                       {"--senders-per-room", &options.senders_per_room},
                                       {"--text-bytes", &options.text_bytes},
                                       {"--server-pid", &options.pid},
                                       {"--cpu", &options.cpu},
                                       {"--conns", &options.conns},
                                       {"--inflight", &options.inflight},
                                       {"--bisect", &options.bisect},
                                       {"--source-ips", &options.sources}};
  const std::map<string, double*> measures{{"--rate", &options.rate},         {"--seconds", &options.seconds},
                                           {"--warmup", &options.warmup},     {"--connect-rate", &options.connect_rate},
                                           {"--limit-ms", &options.limit_ms}, {"--deadline", &options.deadline},
                                           {"--drain", &options.drain},       {"--heartbeat", &options.heartbeat},
                                           {"--max-rate", &options.max_rate}};
  const std::map<string, bool*> switches{{"--closed", &options.closed},
                                         {"--room-in-query", &options.room_in_query},
                                         {"--search", &options.search},
                                         {"--fresh-conn", &options.fresh}};
  for (int i = 1; i < count; i++) {
    const string word = words[i];
    if (word[0] != '-') {
      options.mode = word;
    } else if (auto on = switches.find(word); on != switches.end()) {
      *on->second = true;
    } else if (i + 1 == count) {
      fprintf(stderr, "bench_load: %s is unknown, or has no value\n", word.c_str());
      return false;
    } else if (auto text = texts.find(word); text != texts.end()) {
      *text->second = words[++i];
    } else if (auto number = numbers.find(word); number != numbers.end()) {
      *number->second = atoi(words[++i]);
    } else if (auto measure = measures.find(word); measure != measures.end()) {
      *measure->second = atof(words[++i]);
    } else {
      fprintf(stderr, "bench_load: there is no option %s; parse() in bench/load/load.cpp lists them\n", word.c_str());
      return false;
    }
  }
  options.text_bytes = std::max(MARKER, options.text_bytes);
  options.senders_per_room = std::min(options.senders_per_room, options.clients_per_room);
  return true;
}

int main(int count, char** words) {
  const std::map<string, int (*)()> modes{{"load", mode_load},   {"idle", mode_idle},   {"coldrooms", mode_cold},
                                          {"churn", mode_churn}, {"storm", mode_storm}, {"crash", mode_crash}};
  if (!parse(count, words)) return 64;
  const auto mode = modes.find(options.mode);
  if (mode == modes.end()) {
    fprintf(stderr, "bench_load: there is no mode %s: load, idle, coldrooms, churn, storm or crash\n",
            options.mode.c_str());
    return 64;
  }
  signal(SIGPIPE, SIG_IGN);
  if (options.cpu >= 0) {
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(options.cpu, &cpus);
    sched_setaffinity(0, sizeof cpus, &cpus);
  }
  rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  // By default the kernel wakes a thread up to 50 µs late, to join timers.
  prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  epoch_ns = now();
  deadline_ns = epoch_ns + options.deadline * 1e9;
  random_state ^= (u32)epoch_ns | 1;
  return mode->second();
}
