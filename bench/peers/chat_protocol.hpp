// SPDX-License-Identifier: MIT

#pragma once

// The least that a chat server needs of WebSocket and of the protocol: the handshake, frames, and a few fields of JSON.
// It trusts its clients, looks for no errors beyond what a bench needs, and serves nothing but bench_epoll.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace chat {

inline constexpr int text = 1;
inline constexpr int close = 8;
inline constexpr int ping = 9;
inline constexpr int pong = 10;

/// The accepting header's value is base64 of this.
inline std::string sha1_base64(std::string_view input) {
  std::uint32_t sum[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  std::string padded(input);
  const std::uint64_t bits = padded.size() * 8;
  padded += '\x80';
  while (padded.size() % 64 != 56) padded += '\0';
  for (int i = 7; i >= 0; --i) padded += static_cast<char>(bits >> (8 * i));
  const auto rotate = [](std::uint32_t value, int by) { return value << by | value >> (32 - by); };
  for (std::size_t block = 0; block < padded.size(); block += 64) {
    std::uint32_t w[80];
    for (std::size_t i = 0; i < 16; ++i) {
      w[i] = 0;
      for (std::size_t k = 0; k < 4; ++k) w[i] = w[i] << 8 | static_cast<std::uint8_t>(padded[block + 4 * i + k]);
    }
    for (int i = 16; i < 80; ++i) w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    std::uint32_t a = sum[0], b = sum[1], c = sum[2], d = sum[3], e = sum[4];
    for (int i = 0; i < 80; ++i) {
      std::uint32_t mixed = b ^ c ^ d, constant = i < 40 ? 0x6ED9EBA1 : 0xCA62C1D6;
      if (i < 20) mixed = (b & c) | (~b & d), constant = 0x5A827999;
      if (i >= 40 && i < 60) mixed = (b & c) | (b & d) | (c & d), constant = 0x8F1BBCDC;
      const std::uint32_t next = rotate(a, 5) + mixed + e + constant + w[i];
      e = d;
      d = c;
      c = rotate(b, 30);
      b = a;
      a = next;
    }
    sum[0] += a;
    sum[1] += b;
    sum[2] += c;
    sum[3] += d;
    sum[4] += e;
  }
  std::uint8_t bytes[21] = {};
  for (int i = 0; i < 20; ++i) bytes[i] = static_cast<std::uint8_t>(sum[i / 4] >> (24 - 8 * (i % 4)));
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string base64;
  for (int i = 0; i < 21; i += 3) {
    const std::uint32_t three = static_cast<std::uint32_t>(bytes[i] << 16 | bytes[i + 1] << 8 | bytes[i + 2]);
    for (int shift = 18; shift >= 0; shift -= 6) base64 += letters[three >> shift & 63];
  }
  base64.back() = '=';
  return base64;
}

/// The response to a request for a WebSocket, and the size of the request in `used`; "" if it is not whole yet.
inline std::string handshake(std::string_view bytes, std::size_t& used) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == bytes.npos) return "";
  used = end + 4;
  constexpr std::string_view name = "Sec-WebSocket-Key: ";
  const std::size_t at = bytes.find(name);
  if (at == bytes.npos) return "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
  const std::size_t begin = at + name.size();
  const std::string key(bytes.substr(begin, bytes.find("\r\n", begin) - begin));
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
         sha1_base64(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11") + "\r\n\r\n";
}

struct Frame {
  std::size_t size = 0;  // 0: not whole yet
  int opcode = 0;
  std::string_view payload;
};

/// The first frame of a client in these bytes. Removes its mask in place.
inline Frame frame_in(char* bytes, std::size_t count) {
  if (count < 6) return {};
  std::uint64_t length = bytes[1] & 127;
  std::size_t head = 2;
  if (length >= 126) {
    head = length == 126 ? 4 : 10;
    if (count < head + 4) return {};
    length = 0;
    for (std::size_t i = 2; i < head; ++i) length = length << 8 | static_cast<std::uint8_t>(bytes[i]);
  }
  if (count - head - 4 < length) return {};
  char* payload = bytes + head + 4;
  std::uint32_t mask;
  std::memcpy(&mask, bytes + head, 4);
  const std::uint64_t masks = std::uint64_t{mask} << 32 | mask;
  std::size_t i = 0;
  for (; i + 8 <= length; i += 8) {
    std::uint64_t eight;
    std::memcpy(&eight, payload + i, 8);
    eight ^= masks;
    std::memcpy(payload + i, &eight, 8);
  }
  for (; i < length; ++i) payload[i] = static_cast<char>(payload[i] ^ bytes[head + (i & 3)]);
  return {head + 4 + length, bytes[0] & 15, {payload, length}};
}

inline std::string frame_out(std::string_view payload, int opcode = text) {
  const std::size_t size = payload.size();
  const int more = size < 126 ? 0 : size < 65536 ? 2 : 8;
  std::string frame;
  frame.reserve(size + 10);
  frame += static_cast<char>(0x80 | opcode);
  frame += static_cast<char>(more == 0 ? size : more == 2 ? 126 : 127);
  for (int i = more - 1; i >= 0; --i) frame += static_cast<char>(std::uint64_t{size} >> (8 * i));
  frame += payload;
  return frame;
}

/// The references are as they came, with quotes; the payload is JSON.
struct Message {
  std::string_view join_ref, ref, topic, event, payload;
};

inline bool parse(std::string_view json, Message& message) {
  std::size_t at = 0;
  const auto next = [&](std::string_view& element, bool quotes) {
    at = json.find_first_not_of(" ,[", at);
    if (at == json.npos) return false;
    const std::size_t begin = at;
    if (json[at] != '"') {
      at = std::min(json.find_first_of(",]", at), json.size());
      element = json.substr(begin, at - begin);
      return true;
    }
    for (++at; at < json.size() && json[at] != '"';) at += json[at] == '\\' ? 2 : 1;
    if (at >= json.size()) return false;
    ++at;
    element = quotes ? json.substr(begin, at - begin) : json.substr(begin + 1, at - begin - 2);
    return true;
  };
  if (!next(message.join_ref, true) || !next(message.ref, true) || !next(message.topic, false) ||
      !next(message.event, false))
    return false;
  at = json.find_first_not_of(" ,", at);
  const std::size_t end = json.rfind(']');
  if (at == json.npos || end == json.npos || end < at) return false;
  message.payload = json.substr(at, end - at);
  return true;
}

/// The text of a string in an object, with its escapes.
inline std::string_view field(std::string_view object, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":\"";
  const std::size_t at = object.find(key);
  if (at == object.npos) return "";
  const std::size_t begin = at + key.size();
  std::size_t end = begin;
  while (end < object.size() && object[end] != '"') end += object[end] == '\\' ? 2 : 1;
  return object.substr(begin, end - begin);
}

inline std::string message_json(std::string_view payload) {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  std::string json = R"({"sender":")";
  json += field(payload, "sender");
  json += R"(","text":")";
  json += field(payload, "text");
  json += R"(","timestamp":)";
  json += std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
  json += '}';
  return json;
}

inline std::string reply(const Message& message, std::string_view response) {
  std::string json = "[";
  json += message.join_ref;
  json += ',';
  json += message.ref;
  json += ",\"";
  json += message.topic;
  json += R"(","phx_reply",{"status":"ok","response":)";
  json += response;
  json += "}]";
  return json;
}

inline std::string new_message(std::string_view topic, std::string_view json) {
  std::string push = "[null,null,\"";
  push += topic;
  push += R"(","new_message",)";
  push += json;
  push += ']';
  return push;
}

}  // namespace chat
