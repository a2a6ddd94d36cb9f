// SPDX-License-Identifier: MIT

#include <entmoot/web/outbox.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace entmoot {

namespace {

constexpr unsigned pongs_max = 16;        // pings that a client may reasonably have in flight
constexpr std::size_t pieces_max = 64;    // iovecs per write: 32 frames, 1 KiB of stack
constexpr std::size_t kept_entries = 16;  // capacity that an empty outbox keeps at most
constexpr std::size_t copied_max = 4096;  // bytes for which one copy is cheaper than the kernel's walk over the pieces

}  // namespace

bool Outbox::push(Frame::Kind kind, const SharedBytes& bytes, bool compressed) {
  using Opcode = WebSocketHeader::Opcode;
  const bool full = bytes_ + bytes.size() > limits_.bytes_max || frames() >= limits_.frames_max;
  if (full && !empty()) return false;
  const auto opcode = kind == Frame::Kind::text ? Opcode::text : Opcode::binary;
  append({bytes, WebSocketHeader(opcode, bytes.size(), compressed)});
  return true;
}

void Outbox::push_pong(std::string_view payload) {
  Entry entry{SharedBytes(payload), WebSocketHeader(WebSocketHeader::Opcode::pong, payload.size())};
  entry.pong = true;
  if (pongs_ == pongs_max) {
    const auto begun = first_ + (first_sent_ > 0 ? 1 : 0);
    for (auto i = entries_.size(); i-- > begun;) {
      if (!entries_[i].pong) continue;
      bytes_ += entry.size() - entries_[i].size();
      entries_[i] = std::move(entry);
      return;
    }
  }
  ++pongs_;
  append(std::move(entry));
}

void Outbox::push_close(std::uint16_t code, std::string_view reason) {
  auto payload = close_payload(code, reason);
  const auto size = payload.size();
  append({std::move(payload), WebSocketHeader(WebSocketHeader::Opcode::close, size)});
}

void Outbox::push_http(SharedBytes bytes) {
  if (!bytes.empty()) append({std::move(bytes)});
}

void Outbox::append(Entry entry) {
  bytes_ += entry.size();
  entries_.push_back(std::move(entry));
}

void Outbox::drop_unsent() {
  const auto begun = first_ + (first_sent_ > 0 ? 1 : 0);
  for (auto i = begun; i < entries_.size(); ++i) {
    bytes_ -= entries_[i].size();
    pongs_ -= entries_[i].pong ? 1 : 0;
  }
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(begun), entries_.end());
}

std::size_t Outbox::gather(std::span<iovec> pieces) const noexcept {
  std::size_t used = 0;
  auto skip = first_sent_;
  const auto offer = [&](std::string_view bytes) {
    const auto gone = std::min(skip, bytes.size());
    skip -= gone;
    bytes.remove_prefix(gone);
    if (!bytes.empty()) pieces[used++] = {const_cast<char*>(bytes.data()), bytes.size()};
  };
  for (auto i = first_; i < entries_.size() && used + 2 <= pieces.size(); ++i) {
    offer(entries_[i].head());
    offer(entries_[i].payload.view());
  }
  return used;
}

void Outbox::sent(std::size_t bytes) noexcept {
  bytes_ -= bytes;
  bytes += first_sent_;
  while (first_ < entries_.size() && bytes >= entries_[first_].size()) {
    bytes -= entries_[first_].size();
    pongs_ -= entries_[first_].pong ? 1 : 0;
    entries_[first_++].payload = {};
  }
  first_sent_ = bytes;
  if (empty()) {
    entries_.clear();
    if (entries_.capacity() > kept_entries) std::vector<Entry>().swap(entries_);
    first_ = 0;
  } else if (first_ > entries_.size() / 2) {
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

Outbox::Written Outbox::write(Stream& stream) {
  std::array<iovec, pieces_max> pieces;
  const auto used = gather(pieces);
  if (used == 0) return Written::all;
  std::size_t offered = 0;
  for (std::size_t i = 0; i < used; ++i) offered += pieces[i].iov_len;
  IoResult result;
  if (offered <= copied_max) {
    std::array<char, copied_max> together;
    char* end = together.data();
    for (const iovec& piece : std::span(pieces).first(used)) {
      end = std::copy_n(static_cast<const char*>(piece.iov_base), piece.iov_len, end);
    }
    result = stream.write({together.data(), offered});
  } else {
    result = stream.write(std::span(pieces).first(used));
  }
  if (result.status == IoResult::Status::would_block) return Written::blocked;
  if (result.status != IoResult::Status::done) return Written::broken;
  sent(result.bytes);
  if (empty()) return Written::all;
  return result.bytes == offered ? Written::more : Written::blocked;
}

}  // namespace entmoot
