// SPDX-License-Identifier: MIT

#include <entmoot/web/chunked_body.hpp>

#include <entmoot/web/http_grammar.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace entmoot {

namespace {

/// Takes a token, or the quoted string that a value may be, from the front.
bool take_word(std::string_view& text, bool may_be_quoted) noexcept {
  if (may_be_quoted && text.starts_with('"')) {
    for (std::size_t at = 1; at < text.size(); ++at) {
      if (text[at] == '\\') {
        ++at;
      } else if (text[at] == '"') {
        text.remove_prefix(at + 1);
        return true;
      }
    }
    return false;
  }
  const auto size = static_cast<std::size_t>(std::ranges::find_if_not(text, is_token_char) - text.begin());
  text.remove_prefix(size);
  return size > 0;
}

bool are_extensions(std::string_view text) noexcept {
  while (!text.empty()) {
    if (!text.starts_with(';')) return false;
    text.remove_prefix(1);
    if (!take_word(text, false)) return false;
    if (!text.starts_with('=')) continue;
    text.remove_prefix(1);
    if (!take_word(text, true)) return false;
  }
  return true;
}

}  // namespace

ChunkedBody::Progress ChunkedBody::feed(std::string_view& input, std::string& body) {
  while (!input.empty()) {
    if (state_ == State::data) {
      const auto piece = input.substr(0, chunk_left_);
      body += piece;
      input.remove_prefix(piece.size());
      chunk_left_ -= piece.size();
      if (chunk_left_ == 0) state_ = State::data_cr;
      continue;
    }
    if (state_ == State::data_cr || state_ == State::data_lf) {
      const bool cr = state_ == State::data_cr;
      if (input.front() != (cr ? '\r' : '\n')) return Progress::malformed;
      input.remove_prefix(1);
      state_ = cr ? State::data_lf : State::size_line;
      continue;
    }
    if (const Progress line = take_line(input); line != Progress::done) return line;
    const bool ends = state_ == State::trailer_line && line_.empty();
    const Progress taken = state_ == State::size_line ? take_size(body.size()) : take_trailer();
    std::string().swap(line_);
    if (taken != Progress::more || ends) return ends ? Progress::done : taken;
  }
  return Progress::more;
}

ChunkedBody::Progress ChunkedBody::take_line(std::string_view& input) {
  while (!input.empty()) {
    const char c = input.front();
    input.remove_prefix(1);
    if (std::exchange(after_cr_, false)) return c == '\n' ? Progress::done : Progress::malformed;
    if (c == '\r') {
      after_cr_ = true;
      continue;
    }
    if (!is_value_char(c) || line_.size() == line_bytes_max) return Progress::malformed;
    line_ += c;
  }
  return Progress::more;
}

ChunkedBody::Progress ChunkedBody::take_size(std::size_t body_bytes) {
  std::uint64_t size = 0;
  const char* const end = line_.data() + line_.size();
  const auto read = std::from_chars(line_.data(), end, size, 16);
  if (read.ec != std::errc() || read.ptr == line_.data() || line_.front() == '-') return Progress::malformed;
  const std::string_view rest(read.ptr, static_cast<std::size_t>(end - read.ptr));
  framing_bytes_ += rest.size();
  if (!are_extensions(rest) || framing_bytes_ > framing_bytes_max) return Progress::malformed;
  if (size == 0) {
    state_ = State::trailer_line;
    return Progress::more;
  }
  if (size > body_bytes_max_ - body_bytes) return Progress::too_large;
  chunk_left_ = static_cast<std::size_t>(size);
  state_ = State::data;
  return Progress::more;
}

ChunkedBody::Progress ChunkedBody::take_trailer() {
  framing_bytes_ += line_.size();
  if (framing_bytes_ > framing_bytes_max) return Progress::malformed;
  const auto colon = line_.find(':');
  const bool is_header = colon != std::string::npos && is_token(std::string_view(line_).substr(0, colon));
  return line_.empty() || is_header ? Progress::more : Progress::malformed;
}

}  // namespace entmoot
