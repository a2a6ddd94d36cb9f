// SPDX-License-Identifier: MIT

// bench_load: many clients of a chat server, in one thread. Speaks version 2 of the Phoenix Channels protocol and
// prints one line of JSON with what it measured. docs/benchmarks.md explains the figures, bench/load/check.mjs checks
// that it sees lost, doubled, reordered, misrouted and late messages.
//
// The text of each message carries its sender, a sequence number and the time at which it should have been sent; every
// client checks them. All clients of a room must have seen the same order.

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
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

using u8 = uint8_t;
using u32 = uint32_t;
using u64 = uint64_t;
using std::string;

static u64 now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

// ---------------------------------------------------------------- histogram (values in ns, < 1 % error)
struct Hist {
  std::vector<u64> b = std::vector<u64>(64 * 128);
  u64 n = 0, mx = 0;
  double sum = 0;
  static u32 idx(u64 v) {
    if (v < 128) return v;
    int e = 63 - __builtin_clzll(v);
    return (e - 6) * 128 + ((v >> (e - 7)) & 127);
  }
  static u64 val(u32 i) {
    if (i < 128) return i;
    int e = i / 128 + 6;
    return (128ull + (i & 127)) << (e - 7);
  }
  void add(u64 v) {
    b[idx(v)]++;
    n++;
    sum += v;
    if (v > mx) mx = v;
  }
  double pct(double p) const {
    if (!n) return 0;
    u64 want = std::max<u64>(1, (u64)ceil(p / 100.0 * n)), c = 0;
    for (u32 i = 0; i < b.size(); i++)
      if ((c += b[i]) >= want) return std::min(val(i), mx) / 1e3;
    return mx / 1e3;
  }
  void clear() {
    std::fill(b.begin(), b.end(), 0);
    n = mx = 0;
    sum = 0;
  }
};

// ---------------------------------------------------------------- JSON output
struct Out {
  string s = "{";
  bool first = true;
  void key(const char* k) {
    if (!first) s += ',';
    first = false;
    s += '"';
    s += k;
    s += "\":";
  }
  void num(const char* k, double v) {
    key(k);
    char t[64];
    if (!std::isfinite(v)) {
      s += "null";
      return;
    }
    snprintf(t, sizeof t, v == floor(v) && fabs(v) < 1e15 ? "%.0f" : "%.3f", v);
    s += t;
  }
  void str(const char* k, const string& v) {
    key(k);
    s += '"';
    for (char c : v) {
      if (c == '"' || c == '\\') s += '\\';
      s += c;
    }
    s += '"';
  }
  void boolean(const char* k, bool v) {
    key(k);
    s += v ? "true" : "false";
  }
  void hist(const char* k, const Hist& h) {
    key(k);
    char t[256];
    snprintf(t, sizeof t, "{\"n\":%llu,\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,\"p99_9\":%.1f,\"max\":%.1f}",
             (unsigned long long)h.n, h.pct(50), h.pct(90), h.pct(99), h.pct(99.9), h.mx / 1e3);
    s += t;
  }
  void print() {
    puts((s + "}").c_str());
    fflush(stdout);
  }
};

// ---------------------------------------------------------------- options
struct Opt {
  string mode = "load", host = "127.0.0.1", path = "/socket/websocket?vsn=2.0.0", prefix = "r", crash_event = "crash";
  int port = 4000, rooms = 1, cpr = 10, spr = 1, textb = 32, nsrc = 8, conns = 0, inflight = 0, cpu = -1, pid = 0,
      bisect = 4;
  double rate = 100, seconds = 5, warmup = 1, connect_rate = 5000, deadline = 120, drain = 3, limit_ms = 100,
         max_rate = 4e6;
  double heartbeat = 30;
  bool closed = false, room_in_query = false, search = false, fresh = false;
} o;

// ---------------------------------------------------------------- the server's processes
struct Srv {
  double cpu = 0, user = 0, sys = 0;
  double rss = 0, pss = 0;
  int procs = 0, threads = 0;
};
static string slurp(const string& p) {
  string r;
  if (FILE* f = fopen(p.c_str(), "r")) {
    char t[4096];
    size_t n;
    while ((n = fread(t, 1, sizeof t, f))) r.append(t, n);
    fclose(f);
  }
  return r;
}
static std::vector<int> tree(int root) {
  std::multimap<int, int> kids;
  if (DIR* d = opendir("/proc")) {
    while (dirent* e = readdir(d)) {
      int p = atoi(e->d_name);
      if (!p) continue;
      string s = slurp("/proc/" + std::to_string(p) + "/stat");
      size_t k = s.rfind(')');
      if (k == string::npos) continue;
      int pp;
      char st;
      if (sscanf(s.c_str() + k + 2, "%c %d", &st, &pp) == 2) kids.insert({pp, p});
    }
    closedir(d);
  }
  std::vector<int> r{root};
  for (size_t i = 0; i < r.size() && r.size() < 4096; i++) {
    auto [a, b] = kids.equal_range(r[i]);
    for (; a != b; ++a) r.push_back(a->second);
  }
  return r;
}
static Srv sample(bool mem) {
  Srv s;
  if (!o.pid) return s;
  static const double tick = sysconf(_SC_CLK_TCK);
  for (int p : tree(o.pid)) {
    string base = "/proc/" + std::to_string(p);
    string st = slurp(base + "/stat");
    size_t k = st.rfind(')');
    if (k == string::npos) continue;
    s.procs++;
    unsigned long long ut = 0, sy = 0;
    sscanf(st.c_str() + k + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &ut, &sy);
    s.user += ut / tick;
    s.sys += sy / tick;
    if (DIR* d = opendir((base + "/task").c_str())) {
      while (dirent* e = readdir(d))
        if (e->d_name[0] != '.') {
          s.threads++;
          string q = slurp(base + "/task/" + e->d_name + "/schedstat");
          s.cpu += strtoull(q.c_str(), 0, 10) / 1e9;
        }
      closedir(d);
    }
    if (mem) {
      string v = slurp(base + "/status");
      size_t a = v.find("VmRSS:");
      if (a != string::npos) s.rss += strtod(v.c_str() + a + 6, 0) * 1024;
      v = slurp(base + "/smaps_rollup");
      a = v.find("\nPss:");
      if (a != string::npos) s.pss += strtod(v.c_str() + a + 5, 0) * 1024;
    }
  }
  return s;
}
static double selfcpu() {
  rusage r;
  getrusage(RUSAGE_SELF, &r);
  return r.ru_utime.tv_sec + r.ru_stime.tv_sec + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

// ---------------------------------------------------------------- connections
enum St : u8 { CLOSED, CONNECTING, HANDSHAKE, OPEN, JOINING, JOINED, LEAVING, CLOSING };
struct Conn {
  int fd = -1;
  St st = CLOSED;
  bool want_out = false;
  u32 id = 0, room = 0, ref = 1, hist = 0;
  u64 t0 = 0, t1 = 0, ts = 0, order = 0;
  string in, out, frag;
};
static std::deque<Conn> C;
static int ep;
static u64 T0;
static u64 joins_total, n_err, n_closed_by_server, n_proto, n_bad_status, n_misrouted, n_deliv, n_dup, n_ooo, n_gap,
    n_acks, n_hb, n_phx_error, n_phx_close, n_unmatched;
static Hist h_conn, h_join, h_deliv, h_ack;
static u64 W0 = ~0ull, W1 = 0;
static u64 win_deliv, win_acks;
static std::vector<u32> last_seq;
static std::vector<u32> sseq;
static std::function<void(Conn&)> on_open, on_joined, on_left, on_gone, on_ack, on_room_event;
static std::function<void(Conn&, u64, u32)> on_deliver;
static bool auto_join = true;
static int inflight;
static string topic(u32 r) { return "room:" + o.prefix + std::to_string(r); }
static void epset(Conn& c, u32 ev, int op) {
  epoll_event e{};
  e.events = ev;
  e.data.u32 = c.id;
  epoll_ctl(ep, op, c.fd, &e);
}
static void drop(Conn& c, bool rst = false) {
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
static void gone(Conn& c) {
  drop(c);
  if (on_gone) on_gone(c);
}
static void raw_send(Conn& c, const char* p, size_t n) {
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
    epset(c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
  }
}
static u32 rng = 0x12345678;
static u32 rnd() {
  rng ^= rng << 13;
  rng ^= rng >> 17;
  rng ^= rng << 5;
  return rng;
}
static void send_frame(Conn& c, int opcode, const char* p, size_t n) {
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
  u32 m = rnd();
  memcpy(&f[h], &m, 4);
  const char* k = (char*)&m;
  char* d = &f[h + 4];
  for (size_t i = 0; i < n; i++) d[i] = p[i] ^ k[i & 3];
  raw_send(c, f.data(), h + 4 + n);
}
static void send_text(Conn& c, const string& s) { send_frame(c, 1, s.data(), s.size()); }
static bool start_conn(Conn& c) {
  c.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (c.fd < 0) {
    n_err++;
    return false;
  }
  int one = 1;
  setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  sockaddr_in a{};
  a.sin_family = AF_INET;
  if (o.nsrc > 1) {
    setsockopt(c.fd, IPPROTO_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, &one, sizeof one);
    static u32 rr;
    a.sin_addr.s_addr = htonl(0x7f000002 + rr++ % o.nsrc);
    (void)!bind(c.fd, (sockaddr*)&a, sizeof a);
  }
  a.sin_port = htons(o.port);
  inet_pton(AF_INET, o.host.c_str(), &a.sin_addr);
  c.t0 = now();
  c.st = CONNECTING;
  c.ref = 1;
  inflight++;
  c.want_out = false;
  if (connect(c.fd, (sockaddr*)&a, sizeof a) < 0 && errno != EINPROGRESS) {
    n_err++;
    drop(c);
    return false;
  }
  epset(c, EPOLLOUT, EPOLL_CTL_ADD);
  return true;
}
static void join(Conn& c, u32 room) {
  c.room = room;
  c.t1 = now();
  c.st = JOINING;
  send_text(c, "[\"1\",\"1\",\"" + topic(room) + "\",\"phx_join\",{}]");
}

// text marker: ~ sssss qqqqqq ttttttttttt (hex: sender, sequence number, intended send time in ns)
static inline int hexv(char ch) { return ch <= '9' ? ch - '0' : (ch | 32) - 'a' + 10; }
static u64 hexn(const char* p, int n) {
  u64 v = 0;
  while (n--) v = v << 4 | (hexv(*p++) & 15);
  return v;
}
static void send_msg(Conn& c, u32 sender, u64 intended) {
  char b[64];
  u32 q = ++sseq[sender];
  snprintf(b, sizeof b, "~%05x%06x%011llx", sender, q & 0xffffff, (unsigned long long)(intended - T0));
  static string t;
  if ((int)t.size() != o.textb) t.assign(std::max(23, o.textb), '.');
  memcpy(&t[0], b, 23);
  static string s;
  s = "[\"1\",\"";
  s += std::to_string(++c.ref);
  s += "\",\"";
  s += topic(c.room);
  s += "\",\"send_message\",{\"sender\":\"alice\",\"text\":\"";
  s += t;
  s += "\"}]";
  c.ts = now();
  send_text(c, s);
}

struct El {
  const char* p;
  size_t n;
  bool null;
};
static bool elem(const char*& p, const char* e, El& x) {  // one scalar array element: string, null or number
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
static bool eq(const El& a, const char* s) { return a.n == strlen(s) && !memcmp(a.p, s, a.n); }
static void on_text(Conn& c, const char* p, size_t n) {
  const char* e = p + n;
  El jr, ref, top, ev;
  if (n < 5 || *p != '[') {
    n_proto++;
    return;
  }
  if (!elem(p, e, jr) || !elem(p, e, ref) || !elem(p, e, top) || !elem(p, e, ev)) {
    n_proto++;
    return;
  }
  if (ev.n == 11 && !memcmp(ev.p, "new_message", 11)) {
    u64 t = now();
    n_deliv++;
    if (t >= W0 && t < W1) win_deliv++;
    const char* m = (const char*)memchr(p, '~', e - p);
    if (!m || e - m < 23) {
      n_proto++;
      return;
    }
    u32 s = hexn(m + 1, 5), q = hexn(m + 6, 6);
    u64 ti = T0 + hexn(m + 12, 11);
    if (ti >= W0 && ti < W1) h_deliv.add(t > ti ? t - ti : 0);
    if (s / o.spr != c.room) {
      n_misrouted++;
      return;
    }
    u32& l = last_seq[c.id * o.spr + s % o.spr];
    if (q == l + 1)
      l = q;
    else if (q == l)
      n_dup++;
    else if (q < l)
      n_ooo++;
    else {
      n_gap += q - l - 1;
      l = q;
    }
    c.order = c.order * 0x9E3779B97F4A7C15ull + ((u64)s << 32 | q);
    if (on_deliver) on_deliver(c, ti, s);
    return;
  }
  if (eq(ev, "phx_reply")) {
    if (eq(top, "phoenix")) {
      n_hb++;
      return;
    }
    bool ok = memmem(p, e - p, "\"status\":\"ok\"", 13) || memmem(p, e - p, "\"status\": \"ok\"", 14);
    if (!ok) {
      n_bad_status++;
      if (c.st != JOINED) {
        gone(c);
      }
      return;
    }
    if (c.st == JOINING && eq(ref, "1")) {
      u64 t = now();
      h_join.add(t - c.t1);
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
    if (t >= W0 && t < W1) win_acks++;
    const char* m = (const char*)memchr(p, '~', e - p);
    u64 ti = m && e - m >= 23 ? T0 + hexn(m + 12, 11) : 0;
    if (!ti) n_unmatched++;
    if (ti >= W0 && ti < W1) h_ack.add(t > ti ? t - ti : 0);
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
static const char KEY[] = "dGhlIHNhbXBsZSBub25jZQ==", ACCEPT[] = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
static size_t feed(Conn& c, char* b, size_t n) {  // returns bytes consumed
  size_t i = 0;
  if (c.st == HANDSHAKE) {
    char* h = (char*)memmem(b, n, "\r\n\r\n", 4);
    if (!h) {
      if (n > 16384) {
        n_proto++;
        gone(c);
      }
      return 0;
    }
    if (n < 12 || memcmp(b, "HTTP/1.1 101", 12) || !memmem(b, h - b, ACCEPT, 28)) {
      n_proto++;
      if (n_proto < 3) fprintf(stderr, "bad handshake: %.*s\n", (int)std::min<size_t>(n, 120), b);
      gone(c);
      return n;
    }
    i = h + 4 - b;
    h_conn.add(now() - c.t0);
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
      n_proto++;
      gone(c);
      return n;
    }
    if (n - i < h + len) break;
    int op = f[0] & 15;
    bool fin = f[0] & 0x80;
    char* p = b + i + h;
    i += h + len;
    if (f[0] & 0x70) {
      n_proto++;
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
      n_proto++;
  }
  return i;
}
static std::vector<char> scratch(1 << 20);
static void on_io(Conn& c, u32 ev) {
  if (c.fd < 0) return;
  if (c.st == CONNECTING) {
    int e = 0;
    socklen_t l = sizeof e;
    getsockopt(c.fd, SOL_SOCKET, SO_ERROR, &e, &l);
    if (e) {
      n_err++;
      gone(c);
      return;
    }
    if (!(ev & EPOLLOUT)) return;
    c.st = HANDSHAKE;
    epset(c, EPOLLIN, EPOLL_CTL_MOD);
    string path = o.path;
    if (o.room_in_query) path += "&room=" + o.prefix + std::to_string(c.room);
    string rq = "GET " + path + " HTTP/1.1\r\nHost: " + o.host + ":" + std::to_string(o.port) +
                "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + KEY +
                "\r\nSec-WebSocket-Version: 13\r\n\r\n";
    raw_send(c, rq.data(), rq.size());
    return;
  }
  if (ev & EPOLLOUT && c.want_out) {
    ssize_t k = send(c.fd, c.out.data(), c.out.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (k > 0) c.out.erase(0, k);
    if (c.out.empty()) {
      c.want_out = false;
      epset(c, EPOLLIN, EPOLL_CTL_MOD);
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
      n_err++;
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
  Out j;
  j.str("mode", o.mode);
  j.str("error", why);
  u64 st[8] = {};
  for (auto& c : C) st[c.st]++;
  j.num("joined", st[JOINED]);
  j.num("connecting", st[CONNECTING]);
  j.num("handshake", st[HANDSHAKE]);
  j.num("joining", st[JOINING]);
  j.num("errors", n_err);
  j.num("protocol_errors", n_proto);
  j.num("bad_status", n_bad_status);
  j.num("closed_by_server", n_closed_by_server);
  j.print();
  _exit(3);
}
static void pump(int64_t ns) {
  static epoll_event ev[512];
  timespec t{ns / 1000000000, ns % 1000000000};
  if (ns < 0) t = {0, 0};
  int n = epoll_pwait2(ep, ev, 512, &t, nullptr);
  for (int i = 0; i < n; i++) on_io(C[ev[i].data.u32], ev[i].events);
  if (now() > deadline_ns) die("deadline");
}
static void pump_for(double s) {
  u64 e = now() + s * 1e9;
  for (u64 t; (t = now()) < e;) pump(std::min<u64>(e - t, 50000000));
}
static void add(u32 n) {
  while (C.size() < n) {
    C.emplace_back();
    C.back().id = C.size() - 1;
  }
}

static u64 n_joined() {
  u64 k = 0;
  for (auto& c : C) k += c.st == JOINED;
  return k;
}
static void connect_all(u32 n, double rate, int cap) {  // conns must have .room set
  u64 s = now();
  u32 i = 0;
  u64 last = now(), lj = 0;
  std::vector<u32> again;
  auto og = on_gone;
  on_gone = [&](Conn& c) { again.push_back(c.id); };
  u64 retries = 0, j0 = joins_total;
  while (true) {
    u64 t = now();
    u32 due = rate <= 0 ? n : std::min<double>(n, rate * (t - s) / 1e9 + 1);
    while (i < due && inflight < cap) {
      if (!start_conn(C[i])) again.push_back(i);
      i++;
    }
    if (!again.empty() && inflight < cap && retries < n) {
      u32 k = again.back();
      again.pop_back();
      retries++;
      if (!start_conn(C[k])) again.push_back(k);
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
  u64 sent = 0, in_win = 0;
  double secs = 0, cpu = 0, self = 0, user = 0, sys = 0;
  u64 deliv = 0, acks = 0, expect = 0, got = 0;
  bool drained = false;
  double drain_s = 0;
};
static Phase run(double rate, double warm, double secs, double drain) {
  Phase P;
  u32 S = o.rooms * o.spr;
  u64 start = now() + 2000000;
  W0 = start + warm * 1e9;
  W1 = W0 + secs * 1e9;
  h_deliv.clear();
  h_ack.clear();
  win_deliv = win_acks = 0;
  u64 d0 = n_deliv, i = 0;
  static u32 rr;
  bool a = false, b = false;
  Srv s0{}, s1{};
  double c0 = 0;
  auto conn_of = [&](u32 s) -> Conn& { return C[(s / o.spr) * o.cpr + s % o.spr]; };
  if (o.closed) {
    on_ack = [&](Conn& c) {
      u64 t = now();
      if (t < W1 && c.id % o.cpr < (u32)o.spr) {
        send_msg(c, c.room * o.spr + c.id % o.cpr, t);
        P.sent++;
        if (t >= W0) P.in_win++;
      }
    };
    while (now() < start) pump(100000);
    for (u32 s = 0; s < S; s++) {
      send_msg(conn_of(s), s, now());
      P.sent++;
    }
  }
  double step = o.closed ? 0 : 1e9 / rate;
  while (true) {
    u64 t = now();
    if (!a && t >= W0) {
      a = true;
      s0 = sample(false);
      c0 = selfcpu();
    }
    if (t >= W1) {
      if (!b) {
        b = true;
        s1 = sample(false);
        P.self = (selfcpu() - c0) / secs;
      }
      break;
    }
    int64_t wait = a ? W1 - t : W0 - t;
    if (!o.closed) {
      int budget = 256;
      u64 nx;
      while ((nx = start + (u64)(i * step)) <= t && nx < W1 && budget--) {
        u32 s = rr++ % S;
        Conn& c = conn_of(s);
        if (c.st == JOINED) {
          send_msg(c, s, nx);
          P.sent++;
          if (nx >= W0) P.in_win++;
        }
        i++;
      }
      nx = start + (u64)(i * step);
      wait = std::min<int64_t>(wait, (int64_t)nx - (int64_t)now());
    }
    pump(std::max<int64_t>(0, std::min<int64_t>(wait, 20000000)));
    if (between) between();
  }
  P.deliv = win_deliv;
  P.acks = win_acks;
  P.secs = secs;
  P.cpu = s1.cpu - s0.cpu;
  P.user = s1.user - s0.user;
  P.sys = s1.sys - s0.sys;
  P.expect = P.sent * o.cpr;
  u64 t0 = now();
  while (now() < t0 + drain * 1e9) {
    P.got = n_deliv - d0;
    if (P.got >= P.expect) {
      P.drained = true;
      break;
    }
    pump(5000000);
    if (between) between();
  }
  P.got = n_deliv - d0;
  P.drain_s = (now() - t0) / 1e9;
  on_ack = nullptr;
  return P;
}
static u64 order_mismatch() {
  u64 m = 0;
  for (int r = 0; r < o.rooms; r++)
    for (int k = 1; k < o.cpr; k++)
      if (C[r * o.cpr + k].order != C[r * o.cpr].order) {
        m++;
        break;
      }
  return m;
}
static void common(Out& j) {
  j.num("errors", n_err);
  j.num("protocol_errors", n_proto);
  j.num("bad_status", n_bad_status);
  j.num("closed_by_server", n_closed_by_server);
  j.num("misrouted", n_misrouted);
}
static void joinall() {
  int N = o.rooms * o.cpr;
  add(N);
  last_seq.assign((size_t)N * o.spr, 0);
  sseq.assign(o.rooms * o.spr, 0);
  for (int i = 0; i < N; i++) C[i].room = i / o.cpr;
  connect_all(N, o.connect_rate, o.inflight ? o.inflight : 256);
}

static int mode_load() {
  Srv m0 = sample(true);
  u64 t = now();
  joinall();
  double tj = (now() - t) / 1e9;
  pump_for(0.3);
  Srv m1 = sample(true);
  Out j;
  int N = o.rooms * o.cpr;
  j.str("mode", o.search ? "search" : o.closed ? "closed" : "load");
  j.num("rooms", o.rooms);
  j.num("clients_per_room", o.cpr);
  j.num("text_bytes", std::max(23, o.textb));
  j.num("joined", n_joined());
  j.num("join_all_s", tj);
  j.hist("connect_us", h_conn);
  j.hist("join_us", h_join);
  if (o.search) {
    double lo = 0, hi = 0, r = o.rate, best_cpu = 0, best_self = 0, best_p99 = 0, fail_self = 0;
    int steps = 0;
    string log;
    for (int k = 0; steps < 24 && now() + 8e9 < deadline_ns; steps++) {
      Phase p = run(r, o.warmup, o.seconds, 12);
      double offered = p.in_win * (double)o.cpr / p.secs, dps = p.deliv / p.secs, p99 = h_deliv.pct(99) / 1e3;
      bool ok = p.drained && p99 <= o.limit_ms && p.in_win >= 0.97 * r * p.secs && dps >= 0.95 * offered;
      char t[160];
      snprintf(t, sizeof t, "%.0f:%s:p99=%.1fms:cpu=%.2f:client=%.2f ", r * o.cpr, ok ? "ok" : "fail", p99,
               p.cpu / p.secs, p.self);
      log += t;
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
        if (r * 2 * o.cpr > o.max_rate) break;
        r *= 2;
      } else if (!lo) {
        r /= 2;
        if (r < 0.5) break;
      } else {
        if (k++ >= o.bisect) break;
        r = sqrt(lo * hi);
      }
    }
    j.num("max_msgs_per_s", lo);
    j.num("max_deliveries_per_s", lo * o.cpr);
    j.num("server_cores", best_cpu);
    j.num("client_cores", best_self);
    j.num("p99_ms", best_p99);
    j.boolean("client_bound", fail_self > 0.9 || (!hi && best_self > 0.9));
    j.str("log", log);
    common(j);
    j.print();
    return lo > 0 ? 0 : 2;
  }
  Phase p = run(o.rate, o.warmup, o.seconds, o.drain);
  Srv m2 = sample(true);
  j.num("msgs_sent", p.sent);
  j.num("acks", n_acks);
  j.num("acks_unmatched", n_unmatched);
  j.num("deliveries_expected", p.expect);
  j.num("deliveries_got", p.got);
  j.num("lost", (double)p.expect - (double)p.got + n_dup + n_ooo > 0 ? (double)p.expect - (double)p.got + n_dup : 0);
  j.num("duplicated", n_dup);
  j.num("out_of_order", n_ooo);
  j.num("gaps", n_gap);
  j.num("rooms_with_order_mismatch", p.got == p.expect ? order_mismatch() : -1);
  j.num("msgs_per_s", p.in_win / p.secs);
  j.num("deliveries_per_s", p.deliv / p.secs);
  j.num("acks_per_s", p.acks / p.secs);
  j.hist("delivery_us", h_deliv);
  j.hist("ack_us", h_ack);
  if (o.pid) {
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
  return p.got >= p.expect && !n_proto && !n_misrouted && !n_bad_status ? 0 : 2;
}
static int mode_idle() {
  Srv m0 = sample(true);
  u64 t = now();
  joinall();
  double tj = (now() - t) / 1e9;
  pump_for(o.warmup);
  Srv m1 = sample(true);
  u64 e = now() + o.seconds * 1e9;
  u64 t0 = now();
  size_t N = C.size(), k = 0;
  while (now() < e) {
    size_t due = N * (o.heartbeat > 0 ? (now() - t0) / 1e9 / o.heartbeat : 0);
    while (k < due && k < N) {
      if (C[k].st == JOINED) send_text(C[k], "[null,\"9\",\"phoenix\",\"heartbeat\",{}]");
      k++;
    }
    pump(20000000);
  }
  Srv m2 = sample(true);
  Out j;
  j.str("mode", "idle");
  j.num("conns", N);
  j.num("rooms", o.rooms);
  j.num("joined", n_joined());
  j.num("join_all_s", tj);
  j.num("joins_per_s", N / tj);
  j.hist("connect_us", h_conn);
  j.hist("join_us", h_join);
  j.num("rss_before", m0.rss);
  j.num("rss_joined", m1.rss);
  j.num("rss_after", m2.rss);
  j.num("pss_after", m2.pss);
  j.num("rss_per_conn", (m2.rss - m0.rss) / N);
  j.num("pss_per_conn", (m2.pss - m0.pss) / N);
  j.num("join_cpu_us_per_conn", (m1.cpu - m0.cpu) * 1e6 / N);
  j.num("idle_cores", (m2.cpu - m1.cpu) / o.seconds);
  j.num("heartbeats_answered", n_hb);
  j.num("heartbeats_sent", k);
  common(j);
  j.print();
  return n_joined() == N ? 0 : 2;
}
static int mode_cold() {  // --rooms K --conns W --inflight F
  int W = o.conns ? o.conns : 100, K = o.rooms, F = o.inflight ? o.inflight : 1;
  bool fresh = o.fresh || o.room_in_query;
  o.prefix = "c" + o.prefix;
  Hist h;
  int done = 0, next = 0;
  last_seq.assign(1, 0);
  if (fresh) {
    add(K);
    auto_join = true;
  } else {
    add(W);
    auto_join = false;
    on_open = [](Conn&) {};
    for (int i = 0; i < W; i++) {
      while (inflight > 256) pump(1000000);
      start_conn(C[i]);
    }
    for (u64 s = now(); now() < s + 20000000000ull;) {
      int k = 0;
      for (auto& c : C) k += c.st == OPEN;
      if (k == W) break;
      pump(1000000);
    }
    inflight = 0;
  }
  pump_for(0.3);
  Srv m0 = sample(true);
  u64 t0 = now();
  std::deque<u32> freec;
  for (int i = 0; i < W; i++) freec.push_back(i);
  auto go = [&]() {
    while (next < K) {
      if (fresh) {
        if (next - done >= F) break;
        Conn& c = C[next];
        c.room = next;
        start_conn(c);
        next++;
      } else {
        if (next - done >= F || freec.empty()) break;
        Conn& c = C[freec.front()];
        freec.pop_front();
        inflight++;
        join(c, next++);
      }
    }
  };
  on_joined = [&](Conn& c) {
    h.add(now() - (fresh ? c.t0 : c.t1));
    done++;
    if (!fresh) freec.push_back(c.id);
    go();
  };
  on_gone = [&](Conn&) { die("a connection was lost while rooms were being made"); };
  go();
  while (done < K) pump(5000000);
  double secs = (now() - t0) / 1e9;
  Srv m1 = sample(false);
  pump_for(1);
  Srv m2 = sample(true);
  Out j;
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
static int mode_churn() {  // connect + join + leave + close, --inflight workers
  int W = o.inflight ? o.inflight : 32;
  add(W);
  last_seq.assign(1, 0);
  u64 cycles = 0, fails = 0;
  Hist h;
  u64 wi = 0;
  std::vector<u64> st(W);
  u64 E = 0, A = 0;
  std::vector<u32> todo;
  on_joined = [&](Conn& c) {
    c.st = LEAVING;
    send_text(c, "[\"1\",\"2\",\"" + topic(c.room) + "\",\"phx_leave\",{}]");
  };
  on_left = [&](Conn& c) {
    c.st = CLOSING;
    char code[2] = {3, (char)0xe8};
    send_frame(c, 8, code, 2);
  };
  on_gone = [&](Conn& c) {
    u64 t = now();
    if (c.hist == 0xffffffff) fails++;
    if (t >= A && t < E) {
      cycles++;
      h.add(t - st[c.id]);
    }
    todo.push_back(c.id);
  };
  A = now() + o.warmup * 1e9;
  E = A + o.seconds * 1e9;
  for (int i = 0; i < W; i++) todo.push_back(i);
  Srv s0{};
  bool a = false;
  double c0 = 0;
  while (now() < E) {
    if (!a && now() >= A) {
      a = true;
      s0 = sample(false);
      c0 = selfcpu();
    }
    while (!todo.empty()) {
      u32 i = todo.back();
      todo.pop_back();
      st[i] = now();
      C[i].room = wi++ % std::max(1, o.rooms);
      start_conn(C[i]);
      if (C[i].fd < 0) {
        fails++;
        break;
      }
    }
    pump(2000000);
  }
  Srv s1 = sample(true);
  double self = (selfcpu() - c0) / o.seconds;
  Out j;
  j.str("mode", "churn");
  j.num("workers", W);
  j.num("cycles_per_s", cycles / o.seconds);
  j.hist("cycle_us", h);
  j.hist("connect_us", h_conn);
  j.hist("join_us", h_join);
  j.num("cpu_us_per_cycle", cycles ? (s1.cpu - s0.cpu) * 1e6 / cycles : 0);
  j.num("fails", fails);
  j.num("rss_after", s1.rss);
  j.num("client_cores", self);
  common(j);
  j.print();
  return cycles ? 0 : 2;
}
static int mode_storm() {
  joinall();
  pump_for(0.5);
  int N = C.size();
  Srv s0 = sample(true);
  h_conn.clear();
  h_join.clear();
  u64 e0 = n_err;
  Hist h;
  int done = 0;
  u64 retries = 0;
  std::deque<std::pair<u64, u32>> again;
  for (auto& c : C) drop(c, true);
  inflight = 0;
  u64 t0 = now();
  u64 half = 0, n99 = 0, rst = 0;
  on_joined = [&](Conn&) {
    u64 t = now();
    h.add(t - t0);
    done++;
    if (done * 2 >= N && !half) half = t - t0;
    if (done * 100 >= N * 99 && !n99) n99 = t - t0;
  };
  on_gone = [&](Conn& c) {
    rst++;
    again.push_back({now() + 100000000, c.id});
  };
  int next = 0, cap = o.inflight ? o.inflight : 1 << 30;
  while (done < N) {
    int b = 200;
    while (next < N && inflight < cap && b--) {
      if (!start_conn(C[next])) again.push_back({now() + 100000000, (u32)next});
      next++;
    }
    u64 t = now();
    while (!again.empty() && again.front().first <= t) {
      u32 k = again.front().second;
      again.pop_front();
      retries++;
      if (!start_conn(C[k])) again.push_back({t + 100000000, k});
    }
    pump(next < N ? 0 : 1000000);
    if (now() - t0 > 60e9) break;
  }
  double secs = (now() - t0) / 1e9;
  Srv s1 = sample(true);
  Out j;
  j.str("mode", "storm");
  j.num("conns", N);
  j.num("joined", done);
  j.num("seconds", secs);
  j.num("half_s", half / 1e9);
  j.num("p99_s", n99 / 1e9);
  j.num("joins_per_s", done / secs);
  j.hist("time_to_joined_us", h);
  j.num("retries", retries);
  j.num("new_errors", n_err - e0);
  j.num("cpu_us_per_rejoin", (s1.cpu - s0.cpu) * 1e6 / N);
  j.num("rss_before", s0.rss);
  j.num("rss_after", s1.rss);
  j.print();
  return done == N ? 0 : 2;
}
static int mode_crash() {  // room 0 is made to fail half way; the others must not notice
  joinall();
  pump_for(0.3);
  u64 t_crash = 0;
  int told_err = 0, told_close = 0, rejoined = 0;
  std::vector<u32> back;
  u64 first_told = 0, last_told = 0, all_back = 0;
  Hist other;
  u64 E0 = 0;
  u32 hist0 = 0;
  int room0 = o.cpr;
  u64 worst_gap = 0;
  std::vector<u64> lastd(o.rooms);
  u64 got_other = 0;
  u64 e_before = n_err + n_closed_by_server;
  (void)E0;
  auto told = [&](Conn& c) {
    u64 t = now();
    if (c.room == 0 && t_crash) {
      if (!first_told) first_told = t;
      last_told = t;
      back.push_back(c.id);
    }
  };
  on_room_event = [&](Conn& c) {
    if (c.room == 0) told_err++;
    if (c.st == JOINED) {
      c.st = OPEN;
      told(c);
    }
  };
  on_gone = [&](Conn& c) {
    if (c.room == 0) told_close++;
    if (c.room == 0) told(c);
  };
  on_joined = [&](Conn& c) {
    if (c.room == 0 && t_crash) {
      rejoined++;
      hist0 = c.hist;
      if (rejoined == room0) all_back = now();
    }
  };
  on_deliver = [&](Conn& c, u64 ti, u32) {
    if (c.room != 0) {
      got_other++;
      if (t_crash && ti >= t_crash && ti < t_crash + 2500000000ull) other.add(now() - ti);
    }
  };
  u64 tmid = now() + (o.warmup + o.seconds / 3) * 1e9;
  between = [&] {
    u64 t = now();
    if (!t_crash && t >= tmid) {
      t_crash = t;
      send_text(C[0], "[\"1\",\"777\",\"" + topic(0) + "\",\"" + o.crash_event + "\",{\"ms\":2000}]");
    }
    if (!back.empty()) {
      auto b = back;
      back.clear();
      for (u32 i : b) {
        if (C[i].fd >= 0) {
          inflight++;
          join(C[i], 0);
        } else
          start_conn(C[i]);
      }
    }
  };
  Phase p = run(o.rate, o.warmup, o.seconds, o.drain);
  u64 exp_other = 0;
  for (int r = 1; r < o.rooms; r++)
    for (int s = 0; s < o.spr; s++) exp_other += (u64)sseq[r * o.spr + s] * o.cpr;
  (void)worst_gap;
  Out j;
  j.str("mode", "crash");
  j.str("event", o.crash_event);
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
  j.num("other_conns_lost", (double)(n_err + n_closed_by_server - e_before) - told_close);
  j.num("sent", p.sent);
  common(j);
  j.print();
  return 0;
}
int main(int ac, char** av) {
  for (int i = 1; i < ac; i++) {
    string a = av[i];
    auto v = [&]() -> const char* {
      if (i + 1 >= ac) {
        fprintf(stderr, "missing value for %s\n", a.c_str());
        exit(64);
      }
      return av[++i];
    };
    if (a == "--host")
      o.host = v();
    else if (a == "--port")
      o.port = atoi(v());
    else if (a == "--rooms")
      o.rooms = atoi(v());
    else if (a == "--clients-per-room")
      o.cpr = atoi(v());
    else if (a == "--senders-per-room")
      o.spr = atoi(v());
    else if (a == "--rate")
      o.rate = atof(v());
    else if (a == "--closed")
      o.closed = true;
    else if (a == "--text-bytes")
      o.textb = atoi(v());
    else if (a == "--seconds")
      o.seconds = atof(v());
    else if (a == "--warmup")
      o.warmup = atof(v());
    else if (a == "--connect-rate")
      o.connect_rate = atof(v());
    else if (a == "--path")
      o.path = v();
    else if (a == "--server-pid")
      o.pid = atoi(v());
    else if (a == "--cpu")
      o.cpu = atoi(v());
    else if (a == "--conns")
      o.conns = atoi(v());
    else if (a == "--inflight")
      o.inflight = atoi(v());
    else if (a == "--room-in-query")
      o.room_in_query = true;
    else if (a == "--search")
      o.search = true;
    else if (a == "--limit-ms")
      o.limit_ms = atof(v());
    else if (a == "--bisect")
      o.bisect = atoi(v());
    else if (a == "--deadline")
      o.deadline = atof(v());
    else if (a == "--drain")
      o.drain = atof(v());
    else if (a == "--source-ips")
      o.nsrc = atoi(v());
    else if (a == "--fresh-conn")
      o.fresh = true;
    else if (a == "--prefix")
      o.prefix = v();
    else if (a == "--crash-event")
      o.crash_event = v();
    else if (a == "--heartbeat")
      o.heartbeat = atof(v());
    else if (a == "--max-rate")
      o.max_rate = atof(v());
    else if (a[0] != '-')
      o.mode = a;
    else {
      fprintf(
          stderr,
          "unknown option %s\nusage: bench_load [load|idle|coldrooms|churn|storm|crash] --port P [--host H --path P "
          "--rooms R --clients-per-room C --senders-per-room S --rate M | --closed | --search] [--text-bytes B "
          "--seconds S --warmup S --connect-rate N --inflight N --conns N --server-pid PID --cpu N --room-in-query "
          "--fresh-conn --source-ips N --drain S --deadline S --limit-ms MS --bisect N --crash-event E]\n",
          a.c_str());
      return 64;
    }
  }
  signal(SIGPIPE, SIG_IGN);
  if (o.cpu >= 0) {
    cpu_set_t s;
    CPU_ZERO(&s);
    CPU_SET(o.cpu, &s);
    sched_setaffinity(0, sizeof s, &s);
  }
  rlimit rl;
  getrlimit(RLIMIT_NOFILE, &rl);
  rl.rlim_cur = rl.rlim_max;
  setrlimit(RLIMIT_NOFILE, &rl);
  prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  ep = epoll_create1(EPOLL_CLOEXEC);
  T0 = now();
  deadline_ns = T0 + o.deadline * 1e9;
  rng ^= (u32)T0 | 1;
  o.textb = std::max(23, o.textb);
  if (o.spr > o.cpr) o.spr = o.cpr;
  if (o.mode == "load") return mode_load();
  if (o.mode == "idle") return mode_idle();
  if (o.mode == "coldrooms") return mode_cold();
  if (o.mode == "churn") return mode_churn();
  if (o.mode == "storm") return mode_storm();
  if (o.mode == "crash") return mode_crash();
  fprintf(stderr, "unknown mode %s\n", o.mode.c_str());
  return 64;
}
