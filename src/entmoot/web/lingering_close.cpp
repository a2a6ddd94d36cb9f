// SPDX-License-Identifier: MIT

#include <entmoot/web/lingering_close.hpp>

#include <chrono>
#include <utility>

namespace entmoot {

namespace {
constexpr Duration linger_timeout = std::chrono::seconds(2);  // covers a round trip and a retransmission
constexpr int stalls_max = 5;                                 // timeouts without an acknowledged byte
}  // namespace

void LingeringClose::start(Connections& connections, Stream stream) {
  auto lingering = std::make_shared<LingeringClose>(connections, std::move(stream));
  LingeringClose& self = *lingering;
  connections.add(std::move(lingering));
  self.stream_.belong_to(self);
  self.stream_.shutdown_write();
  self.stream_.when_readable();
  self.watch();
}

/// Ends when the peer has had time to close, or does not take what was written.
void LingeringClose::watch() {
  deadline_.set(linger_timeout, [this] {
    const std::size_t left = stream_.unacknowledged();
    if (left == 0) return finish();
    if (left < unacknowledged_) stalled_ = 0;
    unacknowledged_ = left;
    if (++stalled_ > stalls_max) return finish();
    watch();
  });
}

LingeringClose::LingeringClose(Connections& connections, Stream stream)
    : connections_(connections), stream_(std::move(stream)), deadline_(connections.shard()) {}

void LingeringClose::on_readable() {
  const auto result = stream_.read(connections_.scratch());
  if (result.status == IoResult::Status::closed) {
    // It may still read.
    if (stream_.unacknowledged() == 0) finish();
    return;
  }
  if (result.status == IoResult::Status::broken || result.bytes >= bytes_left_) return finish();
  bytes_left_ -= result.bytes;
  stream_.when_readable();
}

void LingeringClose::finish() {
  deadline_.cancel();
  stream_.abandon();
  connections_.remove(*this);
}

}  // namespace entmoot
