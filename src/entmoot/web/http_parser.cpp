// SPDX-License-Identifier: MIT

#include <entmoot/web/http_parser.hpp>

#include <entmoot/web/http_grammar.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace entmoot {

namespace {

/// Visible ASCII allowed in a target. Browsers percent-encode the characters excluded here.
constexpr bool is_target_char(char c) noexcept {
  return c > 0x20 && c < 0x7f && std::string_view("\"<>\\#").find(c) == std::string_view::npos;
}

/// uri-host [":" port], without userinfo; a host name, an IPv4 address or an IPv6 address in brackets.
bool is_host(std::string_view host) noexcept {
  std::size_t end = 0;
  if (host.starts_with('[')) {
    end = host.find(']');
    if (end == std::string_view::npos || end < 3) return false;
    for (const char c : host.substr(1, end - 1)) {
      if (!is_http_digit(c) && !(c >= 'a' && c <= 'f') && !(c >= 'A' && c <= 'F') && c != ':' && c != '.') return false;
    }
    ++end;
  } else {
    while (end < host.size() && (is_http_digit(host[end]) || is_http_alpha(host[end]) || host[end] == '.' ||
                                 host[end] == '-' || host[end] == '_')) {
      ++end;
    }
    if (end == 0) return false;
  }
  const auto port = host.substr(end);
  if (port.empty()) return true;
  return port.size() >= 2 && port.size() <= 6 && port[0] == ':' && std::ranges::all_of(port.substr(1), is_http_digit);
}

/// `Content_Length` is a legal name that some software takes for `Content-Length`.
bool looks_like_framing(std::string_view name) {
  if (name.find('_') == std::string_view::npos) return false;
  std::string plain(name);
  std::ranges::replace(plain, '_', '-');
  return plain != name && (same_name(plain, "content-length") || same_name(plain, "transfer-encoding"));
}

}  // namespace

HttpParser::Progress HttpParser::feed(std::string_view& input) {
  while (state_ == State::request_line || state_ == State::header_line) {
    if (!take_line(input)) {
      if (state_ == State::refused) break;
      return Progress::more;
    }
    state_ == State::request_line ? take_request_line() : take_header_line();
    line_.clear();
    if (state_ != State::header_line) std::string().swap(line_);  // an idle connection keeps no buffer
  }
  if (state_ == State::body && chunks_) {
    switch (chunks_->feed(input, request_.body)) {
      case ChunkedBody::Progress::more: break;
      case ChunkedBody::Progress::done: state_ = State::done; break;
      case ChunkedBody::Progress::malformed: refuse(400, "malformed chunked body"); break;
      case ChunkedBody::Progress::too_large: refuse(413, "request body too large"); break;
    }
    if (state_ != State::body) chunks_.reset();
  } else if (state_ == State::body) {
    const auto piece = input.substr(0, body_bytes_ - request_.body.size());
    request_.body += piece;
    input.remove_prefix(piece.size());
    if (request_.body.size() == body_bytes_) state_ = State::done;
  }
  if (state_ == State::refused) {
    input = {};
    return Progress::refused;
  }
  return state_ == State::done ? Progress::request : Progress::more;
}

HttpRequest HttpParser::take() {
  state_ = State::request_line;
  head_bytes_ = 0;
  skipped_empty_line_ = false;
  authority_.clear();
  expects_continue_ = false;
  return std::exchange(request_, {});
}

bool HttpParser::take_line(std::string_view& input) {
  const bool first = state_ == State::request_line;
  const std::size_t line_max = first ? limits_.request_line_bytes_max : limits_.header_line_bytes_max;
  while (!input.empty()) {
    if (!after_cr_) {  // what certainly belongs to the line, at once
      const std::size_t room = std::min(line_max - line_.size(), limits_.head_bytes_max - head_bytes_);
      const auto plain = input.substr(0, room);
      const auto taken = static_cast<std::size_t>(std::ranges::find_if_not(plain, is_value_char) - plain.begin());
      line_ += plain.substr(0, taken);
      head_bytes_ += taken;
      input.remove_prefix(taken);
      if (input.empty()) return false;
    }
    const char c = input.front();
    input.remove_prefix(1);
    if (++head_bytes_ > limits_.head_bytes_max) {
      refuse(431, "request head too long");
      return false;
    }
    if (std::exchange(after_cr_, false)) {
      if (c == '\n') return true;
      refuse(400, "carriage return without line feed");
      return false;
    }
    if (c == '\r') {
      after_cr_ = true;
      continue;
    }
    if (c == '\n') {
      refuse(400, "line feed without carriage return");
      return false;
    }
    if (!is_value_char(c)) {
      refuse(400, "control character in the request head");
      return false;
    }
    if (line_.size() >= line_max) {
      first ? refuse(414, "request line too long") : refuse(431, "header line too long");
      return false;
    }
    line_ += c;
  }
  return false;
}

void HttpParser::take_request_line() {
  // RFC 9112 §2.2: one empty line before a request is ignored (old clients send it after a body).
  if (line_.empty()) {
    if (std::exchange(skipped_empty_line_, true)) return refuse(400, "empty request line");
    head_bytes_ = 0;
    return;
  }
  const std::string_view line = line_;
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return refuse(400, "malformed request line");
  const auto method = line.substr(0, first);
  const auto target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (!is_token(method)) return refuse(400, "invalid method");
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_http_digit(version[5]) || version[6] != '.' ||
      !is_http_digit(version[7])) {
    return refuse(400, "malformed HTTP version");
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return refuse(505, "unsupported HTTP version");
  request_.method = method;
  request_.http_1_0 = version.back() == '0';
  request_.keep_alive = !request_.http_1_0;
  split_target(target);
  if (state_ != State::refused) state_ = State::header_line;
}

void HttpParser::split_target(std::string_view target) {
  if (target.empty() || !std::ranges::all_of(target, is_target_char)) {
    return refuse(400, "invalid characters in the request target");
  }
  if (!target.starts_with('/')) {
    // Absolute form (RFC 9112 §3.2.2): must be accepted, and must name the same host as Host.
    const auto scheme_end = target.find("://");
    if (scheme_end == std::string_view::npos ||
        (!same_name(target.substr(0, scheme_end), "http") && !same_name(target.substr(0, scheme_end), "https"))) {
      return refuse(400, "invalid request target");
    }
    target.remove_prefix(scheme_end + 3);
    const auto authority_end = std::min(target.find_first_of("/?"), target.size());
    authority_ = target.substr(0, authority_end);
    target.remove_prefix(authority_end);
    if (authority_.empty()) return refuse(400, "request target without a host");
  }
  const auto query = std::min(target.find('?'), target.size());
  request_.path = query == 0 ? "/" : target.substr(0, query);
  request_.query = target.substr(std::min(query + 1, target.size()));
}

void HttpParser::take_header_line() {
  if (line_.empty()) return finish_head();
  const std::string_view line = line_;
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return refuse(400, "header without a colon");
  const auto name = line.substr(0, colon);
  // Also refuses folded lines and space before the colon: neither is part of a token.
  if (!is_token(name)) return refuse(400, "invalid header name");
  if (looks_like_framing(name)) return refuse(400, "ambiguous header name");
  if (request_.headers.size() == limits_.headers_max) return refuse(431, "too many headers");
  auto value = line.substr(colon + 1);
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!value.empty() && is_blank(value.front())) value.remove_prefix(1);
  while (!value.empty() && is_blank(value.back())) value.remove_suffix(1);
  request_.headers.push_back({std::string(name), std::string(value)});
}

void HttpParser::finish_head() {
  state_ = State::body;
  check_host();
  if (state_ != State::refused) check_body_framing();
  if (state_ == State::refused) return;
  check_expectation();
  if (state_ == State::refused) return;
  if (request_.header_has_token("connection", "close")) request_.keep_alive = false;
  if (body_bytes_ == 0 && !chunks_) state_ = State::done;
}

/// RFC 9110 section 10.1.1. A client of HTTP/1.0 cannot read an interim response.
void HttpParser::check_expectation() {
  for (const auto& header : request_.headers) {
    if (!same_name(header.name, "expect")) continue;
    if (!same_name(header.value, "100-continue"))
      return refuse(417, "the only expectation that is known is 100-continue");
    expects_continue_ = !request_.http_1_0 && (body_bytes_ > 0 || chunks_);
  }
}

bool HttpParser::take_expects_continue() noexcept {
  return std::exchange(expects_continue_, false) && state_ == State::body && request_.body.empty();
}

/// A body with these methods has no meaning, and may be the rest of a misframed request.
bool HttpParser::takes_body() const noexcept {
  const std::string& method = request_.method;
  return method != "GET" && method != "HEAD" && method != "OPTIONS" && method != "TRACE" && method != "CONNECT";
}

void HttpParser::check_host() {
  const auto count = request_.header_count("host");
  if (count > 1) return refuse(400, "more than one Host header");
  if (count == 0) return request_.http_1_0 && authority_.empty() ? void() : refuse(400, "missing Host header");
  request_.host = *request_.header("host");
  if (!is_host(request_.host)) return refuse(400, "malformed Host header");
  if (!authority_.empty() && !same_name(authority_, request_.host)) {
    return refuse(400, "request target and Host header name different hosts");
  }
}

void HttpParser::check_body_framing() {
  body_bytes_ = 0;
  const auto lengths = request_.header_count("content-length");
  if (const auto codings = request_.header_count("transfer-encoding"); codings > 0) {
    if (lengths > 0) return refuse(400, "both Content-Length and Transfer-Encoding");
    if (request_.http_1_0) return refuse(400, "Transfer-Encoding in HTTP/1.0");
    if (codings > 1) return refuse(400, "more than one Transfer-Encoding");
    const std::string& coding = *request_.header("transfer-encoding");
    if (same_name(coding, "chunked")) {
      if (!takes_body()) return refuse(400, "this method does not take a body");
      chunks_.emplace(body_bytes_max());
      return;
    }
    return is_token(coding) ? refuse(501, "unsupported transfer coding") : refuse(400, "malformed Transfer-Encoding");
  }
  if (lengths == 0) return;
  if (lengths > 1) return refuse(400, "more than one Content-Length");
  const std::string& length = *request_.header("content-length");
  std::uint64_t bytes = 0;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bytes);
  const bool plain =
      !length.empty() && std::ranges::all_of(length, is_http_digit) && (length == "0" || length[0] != '0');
  if (!plain || error != std::errc() || bytes >> 63) return refuse(400, "malformed Content-Length");
  if (bytes > body_bytes_max()) return refuse(413, "request body too large");
  if (bytes > 0 && !takes_body()) return refuse(400, "this method does not take a body");
  body_bytes_ = static_cast<std::size_t>(bytes);
}

std::size_t HttpParser::body_bytes_max() const { return body_limit_ ? body_limit_(request_) : limits_.body_bytes_max; }

void HttpParser::refuse(int status, std::string_view reason) noexcept {
  state_ = State::refused;
  refusal_ = {status, reason};
}

}  // namespace entmoot
