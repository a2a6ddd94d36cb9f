// SPDX-License-Identifier: MIT

#pragma once

// The least a chat server needs: the handshake of WebSocket, its frames, and the few fields of the protocol. It trusts
// its clients and serves nothing but bench_epoll.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <string>
#include <string_view>

using std::string;
using std::string_view;

inline string sha1_b64(string_view in) {
  uint32_t h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  string m(in);
  uint64_t bits = m.size() * 8;
  m += '\x80';
  while (m.size() % 64 != 56) m += '\0';
  for (int i = 7; i >= 0; i--) m += char(bits >> (8 * i));
  for (size_t o = 0; o < m.size(); o += 64) {
    uint32_t w[80];
    for (int i = 0; i < 16; i++)
      w[i] = uint32_t(uint8_t(m[o + 4 * i])) << 24 | uint8_t(m[o + 4 * i + 1]) << 16 | uint8_t(m[o + 4 * i + 2]) << 8 |
             uint8_t(m[o + 4 * i + 3]);
    auto rl = [](uint32_t x, int k) { return x << k | x >> (32 - k); };
    for (int i = 16; i < 80; i++) w[i] = rl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
    for (int i = 0; i < 80; i++) {
      uint32_t f, k;
      if (i < 20)
        f = (b & c) | (~b & d), k = 0x5A827999;
      else if (i < 40)
        f = b ^ c ^ d, k = 0x6ED9EBA1;
      else if (i < 60)
        f = (b & c) | (b & d) | (c & d), k = 0x8F1BBCDC;
      else
        f = b ^ c ^ d, k = 0xCA62C1D6;
      uint32_t t = rl(a, 5) + f + e + k + w[i];
      e = d;
      d = c;
      c = rl(b, 30);
      b = a;
      a = t;
    }
    h[0] += a;
    h[1] += b;
    h[2] += c;
    h[3] += d;
    h[4] += e;
  }
  uint8_t d[21] = {};
  for (int i = 0; i < 20; i++) d[i] = h[i / 4] >> (24 - 8 * (i % 4));
  static const char T[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  string r;
  for (int i = 0; i < 21; i += 3) {
    uint32_t v = d[i] << 16 | d[i + 1] << 8 | d[i + 2];
    r += T[v >> 18];
    r += T[v >> 12 & 63];
    r += T[v >> 6 & 63];
    r += T[v & 63];
  }
  r.back() = '=';
  return r;
}
// "" when there is no whole request yet; otherwise the response, and `used` is set
inline string handshake(const char* b, size_t n, size_t& used) {
  const char* e = (const char*)memmem(b, n, "\r\n\r\n", 4);
  if (!e) return "";
  used = e + 4 - b;
  string_view v(b, used);
  size_t k = v.find("Sec-WebSocket-Key: ");
  if (k == v.npos) k = v.find("sec-websocket-key: ");
  if (k == v.npos) return "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
  k += 19;
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
         sha1_b64(string(v.substr(k, v.find("\r\n", k) - k)) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11") + "\r\n\r\n";
}
// One whole client frame at b[0..n): returns its length (0: not whole yet) and unmasks its payload in place.
inline size_t frame_in(char* b, size_t n, int& op, string_view& payload) {
  if (n < 6) return 0;
  uint64_t len = b[1] & 127;
  size_t h = 2;
  if (len == 126) {
    if (n < 8) return 0;
    len = uint8_t(b[2]) << 8 | uint8_t(b[3]);
    h = 4;
  } else if (len == 127) {
    if (n < 14) return 0;
    len = 0;
    for (int i = 0; i < 8; i++) len = len << 8 | uint8_t(b[2 + i]);
    h = 10;
  }
  if (n - h < 4 + len) return 0;
  op = b[0] & 15;
  char* p = b + h + 4;
  uint32_t m;
  memcpy(&m, b + h, 4);
  uint64_t mm = uint64_t(m) << 32 | m;
  size_t i = 0;
  for (; i + 8 <= len; i += 8) {
    uint64_t x;
    memcpy(&x, p + i, 8);
    x ^= mm;
    memcpy(p + i, &x, 8);
  }
  for (; i < len; i++) p[i] ^= b[h + (i & 3)];
  payload = {p, len};
  return h + 4 + len;
}
inline string frame_out(string_view s, int op = 1) {
  string r;
  r.reserve(s.size() + 10);
  r += char(0x80 | op);
  if (s.size() < 126)
    r += char(s.size());
  else if (s.size() < 65536) {
    r += 126;
    r += char(s.size() >> 8);
    r += char(s.size());
  } else {
    r += 127;
    for (int i = 7; i >= 0; i--) r += char(uint64_t(s.size()) >> (8 * i));
  }
  r += s;
  return r;
}
struct Msg {
  string_view jr, ref, topic, event, payload;
};  // jr and ref raw, with quotes
inline bool parse_msg(string_view s, Msg& m) {
  size_t i = 0;
  auto el = [&](string_view& out, bool raw) {
    while (i < s.size() && (s[i] == ' ' || s[i] == ',' || s[i] == '[')) i++;
    if (i >= s.size()) return false;
    size_t a = i;
    if (s[i] == '"') {
      i++;
      while (i < s.size() && s[i] != '"') i += s[i] == '\\' ? 2 : 1;
      if (i >= s.size()) return false;
      i++;
      out = raw ? s.substr(a, i - a) : s.substr(a + 1, i - a - 2);
    } else {
      while (i < s.size() && s[i] != ',' && s[i] != ']') i++;
      out = s.substr(a, i - a);
    }
    return true;
  };
  if (!el(m.jr, true) || !el(m.ref, true) || !el(m.topic, false) || !el(m.event, false)) return false;
  while (i < s.size() && (s[i] == ',' || s[i] == ' ')) i++;
  size_t e = s.rfind(']');
  if (e == s.npos || e < i) return false;
  m.payload = s.substr(i, e - i);
  return true;
}
inline string_view field(string_view obj, string_view name) {  // the raw string value (escapes kept) of "name":"…"
  string k = "\"" + string(name) + "\":";
  size_t a = obj.find(k);
  if (a == obj.npos) return "";
  a += k.size();
  while (a < obj.size() && obj[a] == ' ') a++;
  if (a >= obj.size() || obj[a] != '"') return "";
  size_t b = ++a;
  while (b < obj.size() && obj[b] != '"') b += obj[b] == '\\' ? 2 : 1;
  return obj.substr(a, b - a);
}
inline string message_json(string_view payload) {
  timeval t;
  gettimeofday(&t, nullptr);
  string r = "{\"sender\":\"";
  r += field(payload, "sender");
  r += "\",\"text\":\"";
  r += field(payload, "text");
  r += "\",\"timestamp\":";
  r += std::to_string(t.tv_sec * 1000ull + t.tv_usec / 1000);
  r += '}';
  return r;
}
inline string reply(const Msg& m, string_view response) {
  string r = "[";
  r += m.jr;
  r += ',';
  r += m.ref;
  r += ",\"";
  r += m.topic;
  r += "\",\"phx_reply\",{\"status\":\"ok\",\"response\":";
  r += response;
  r += "}]";
  return r;
}
inline string push_new(string_view topic, string_view msg) {
  string r = "[null,null,\"";
  r += topic;
  r += "\",\"new_message\",";
  r += msg;
  r += ']';
  return r;
}
