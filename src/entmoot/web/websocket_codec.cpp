// SPDX-License-Identifier: MIT

#include <entmoot/web/websocket_codec.hpp>

#include <entmoot/web/deflate.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace entmoot {

namespace {

constexpr std::uint8_t op_continuation = 0x0;
constexpr std::uint8_t op_text = 0x1;
constexpr std::uint8_t op_binary = 0x2;
constexpr std::uint8_t op_close = 0x8;
constexpr std::uint8_t op_ping = 0x9;
constexpr std::uint8_t op_pong = 0xa;
constexpr std::size_t control_bytes_max = 125;

/// `phase` is the number of bytes of the frame's payload before `bytes`.
void unmask(std::span<char> bytes, const std::array<unsigned char, 4>& mask, std::uint64_t phase) noexcept {
  std::array<unsigned char, 8> turned;
  for (std::size_t i = 0; i < 8; ++i) turned[i] = mask[(phase + i) & 3];
  std::uint64_t word_mask;
  std::memcpy(&word_mask, turned.data(), 8);
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + i, 8);
    word ^= word_mask;
    std::memcpy(bytes.data() + i, &word, 8);
  }
  for (; i < bytes.size(); ++i) bytes[i] = static_cast<char>(static_cast<unsigned char>(bytes[i]) ^ turned[i & 7]);
}

}  // namespace

std::optional<WebSocketEvent> WebSocketDecoder::decode(std::span<char>& input) {
  if (handed_out_) {
    handed_out_ = false;
    std::string().swap(control_);  // frees the memory; assigning an empty string would not
    std::string().swap(inflated_);
    if (message_opcode_ == 0) std::string().swap(message_);
  }
  while (state_ != State::over) {
    if (state_ == State::header) {
      if (auto error = take_header(input)) return error;
      if (state_ == State::header) return std::nullopt;
    }
    if (auto event = take_payload(input)) return event;
    if (state_ == State::payload) return std::nullopt;
  }
  input = {};
  return std::nullopt;
}

std::optional<WebSocketEvent> WebSocketDecoder::take_header(std::span<char>& input) {
  while (header_have_ < header_need_) {
    if (input.empty()) return std::nullopt;
    const auto byte = static_cast<unsigned char>(input.front());
    input = input.subspan(1);
    header_[header_have_++] = byte;
    if (header_have_ == 1) {
      if (auto error = check_start(byte)) return error;
    } else if (header_have_ == 2) {
      if ((byte & 0x80) == 0) return fail(CloseCode::protocol_error, "frame is not masked");
      const auto length = byte & 0x7f;
      if (is_control() && length > static_cast<int>(control_bytes_max)) {
        return fail(CloseCode::protocol_error, "control frame is too long");
      }
      header_need_ = static_cast<std::uint8_t>(2 + (length == 127 ? 8 : length == 126 ? 2 : 0) + 4);
    }
    // The length is checked as soon as it is complete, before the mask.
    if (header_have_ >= 2 && header_have_ == header_need_ - 4) {
      if (auto error = check_length()) return error;
    }
  }
  std::copy_n(header_.begin() + header_need_ - 4, 4, mask_.begin());
  payload_left_ = payload_bytes_;
  ++frames_;
  state_ = State::payload;
  return std::nullopt;
}

std::optional<WebSocketEvent> WebSocketDecoder::check_start(unsigned char first) {
  final_ = (first & 0x80) != 0;
  opcode_ = first & 0x0f;
  const bool compressed = (first & 0x40) != 0;
  const bool may_be = inflates_ && (opcode_ == op_text || opcode_ == op_binary);
  if ((first & 0x30) != 0 || (compressed && !may_be)) return fail(CloseCode::protocol_error, "reserved bits are set");
  switch (opcode_) {
    case op_continuation:
      if (message_opcode_ == 0) return fail(CloseCode::protocol_error, "continuation without a message");
      return std::nullopt;
    case op_text:
    case op_binary:
      if (message_opcode_ != 0) return fail(CloseCode::protocol_error, "the previous message is not finished");
      message_opcode_ = opcode_;
      compressed_ = compressed;
      oversize_ = false;
      message_bytes_ = 0;
      empty_fragments_ = 0;
      utf8_ = {};
      return std::nullopt;
    case op_close:
    case op_ping:
    case op_pong:
      if (!final_) return fail(CloseCode::protocol_error, "control frame is fragmented");
      return std::nullopt;
    default: return fail(CloseCode::protocol_error, "reserved opcode");
  }
}

std::optional<WebSocketEvent> WebSocketDecoder::check_length() {
  const auto short_form = static_cast<std::uint64_t>(header_[1] & 0x7f);
  payload_bytes_ = short_form;
  if (short_form >= 126) {
    payload_bytes_ = 0;
    for (std::size_t i = 2; i < header_have_; ++i) payload_bytes_ = payload_bytes_ << 8 | header_[i];
    if (payload_bytes_ < (short_form == 126 ? 126u : 65536u)) {
      return fail(CloseCode::protocol_error, "length is not in its shortest form");
    }
    if (payload_bytes_ >> 63) return fail(CloseCode::protocol_error, "length has its top bit set");
  }
  if (is_control()) return std::nullopt;
  const auto bytes_max = compressed_ ? deflate_bound(limits_.message_bytes_max) : limits_.message_bytes_max;
  if (payload_bytes_ > std::max(bytes_max, limits_.passed_over_bytes_max) - message_bytes_)
    return fail(CloseCode::too_big, "message is too big");
  message_bytes_ += payload_bytes_;
  if (message_bytes_ > bytes_max && !oversize_) {
    oversize_ = true;
    if (message_.size() > oversize_head_bytes) message_ = message_.substr(0, oversize_head_bytes);
  }
  if (payload_bytes_ == 0 && !final_ && ++empty_fragments_ > limits_.empty_fragments_max) {
    return fail(CloseCode::policy_violation, "too many empty fragments");
  }
  return std::nullopt;
}

std::optional<WebSocketEvent> WebSocketDecoder::take_payload(std::span<char>& input) {
  const auto piece = input.first(static_cast<std::size_t>(std::min<std::uint64_t>(payload_left_, input.size())));
  input = input.subspan(piece.size());
  const std::size_t kept =
      !oversize_ || is_control()
          ? piece.size()
          : std::min(piece.size(), oversize_head_bytes - std::min(message_.size(), oversize_head_bytes));
  unmask(piece.first(kept), mask_, payload_bytes_ - payload_left_);
  const bool starts = payload_left_ == payload_bytes_;
  payload_left_ -= piece.size();
  const std::string_view bytes(piece.data(), piece.size());
  const bool whole = payload_left_ == 0;
  if (whole) {
    state_ = State::header;
    header_have_ = 0;
    header_need_ = 2;
  }

  if (is_control()) {
    if (starts && whole) return finish_control(bytes);
    control_ += bytes;
    return whole ? std::optional(finish_control(control_)) : std::nullopt;
  }
  if (oversize_) {
    message_ += bytes.substr(0, kept);
    return whole && final_ ? std::optional(finish_oversize()) : std::nullopt;
  }
  if (message_opcode_ == op_text && !compressed_ && !utf8_.feed(bytes))
    return fail(CloseCode::invalid_data, "text is not UTF-8");
  if (whole && final_ && message_.empty()) return finish_message(bytes);
  message_ += bytes;
  return whole && final_ ? std::optional(finish_message(message_)) : std::nullopt;
}

WebSocketEvent WebSocketDecoder::finish_message(std::string_view message) {
  if (std::exchange(compressed_, false)) return inflate_and_finish(message);
  const bool text = message_opcode_ == op_text;
  if (text && !utf8_.at_boundary()) return fail(CloseCode::invalid_data, "text ends inside a code point");
  message_opcode_ = 0;
  handed_out_ = true;
  return {.kind = text ? Event::Kind::text : Event::Kind::binary, .payload = message};
}

WebSocketEvent WebSocketDecoder::finish_oversize() {
  if (std::exchange(compressed_, false)) {
    inflate_head(message_, oversize_head_bytes, inflated_);
    return oversize(inflated_);
  }
  return oversize(message_);
}

WebSocketEvent WebSocketDecoder::oversize(std::string_view head) noexcept {
  const bool text = message_opcode_ == op_text;
  message_opcode_ = 0;
  handed_out_ = true;
  return {.kind = text ? Event::Kind::oversize_text : Event::Kind::oversize_binary, .payload = head};
}

WebSocketEvent WebSocketDecoder::inflate_and_finish(std::string_view compressed) {
  const InflateRules rules{.bytes_max = limits_.message_bytes_max, .text = message_opcode_ == op_text};
  const auto result = inflate_message(compressed, rules, inflated_);
  if (result == Inflated::too_big && limits_.passed_over_bytes_max > 0)
    inflate_head(compressed, oversize_head_bytes, inflated_);
  std::string().swap(message_);
  switch (result) {
    case Inflated::too_big:
      if (limits_.passed_over_bytes_max > 0) return oversize(inflated_);
      return fail(CloseCode::too_big, "message is too big");
    case Inflated::not_utf8: return fail(CloseCode::invalid_data, "text is not UTF-8");
    case Inflated::broken: return fail(CloseCode::invalid_data, "message is not a deflate stream");
    case Inflated::done: break;
  }
  return finish_message(inflated_);
}

WebSocketEvent WebSocketDecoder::finish_control(std::string_view payload) noexcept {
  handed_out_ = true;
  if (opcode_ == op_ping) return {.kind = Event::Kind::ping, .payload = payload};
  if (opcode_ == op_pong) return {.kind = Event::Kind::pong, .payload = payload};
  if (payload.size() == 1) return fail(CloseCode::protocol_error, "close code is truncated");
  std::uint16_t code = 0;
  if (!payload.empty()) {
    code = static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) << 8 |
                                      static_cast<unsigned char>(payload[1]));
    if (!is_close_code(code)) return fail(CloseCode::protocol_error, "close code is not allowed");
    payload.remove_prefix(2);
    if (!is_utf8(payload)) return fail(CloseCode::invalid_data, "close reason is not UTF-8");
  }
  state_ = State::over;
  message_opcode_ = 0;  // an incomplete message is discarded
  return {.kind = Event::Kind::close, .payload = payload, .code = code};
}

WebSocketEvent WebSocketDecoder::fail(CloseCode code, std::string_view reason) noexcept {
  state_ = State::over;
  message_opcode_ = 0;
  handed_out_ = true;
  return {.kind = Event::Kind::error, .payload = reason, .code = static_cast<std::uint16_t>(code)};
}

WebSocketHeader::WebSocketHeader(Opcode opcode, std::size_t length, bool compressed) noexcept {
  bytes_[0] = static_cast<char>((compressed ? 0xc0u : 0x80u) | static_cast<unsigned>(opcode));
  if (length <= 125) {
    bytes_[1] = static_cast<char>(length);
    return;
  }
  const unsigned more = length <= 0xffff ? 2 : 8;
  bytes_[1] = static_cast<char>(more == 2 ? 126 : 127);
  for (unsigned i = 0; i < more; ++i) bytes_[2 + i] = static_cast<char>(length >> (8 * (more - 1 - i)));
  size_ = static_cast<std::uint8_t>(2 + more);
}

SharedBytes close_payload(std::uint16_t code, std::string_view reason) {
  if (code == 0) return {};
  const auto length = utf8_prefix(reason, control_bytes_max - 2).size();
  return SharedBytes::make(2 + length, [&](char* out) {
    out[0] = static_cast<char>(code >> 8);
    out[1] = static_cast<char>(code & 0xff);
    std::memcpy(out + 2, reason.data(), length);
  });
}

}  // namespace entmoot
