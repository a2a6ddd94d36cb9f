// SPDX-License-Identifier: MIT

#include <entmoot/web/lingering_close.hpp>

#include <chrono>
#include <utility>

namespace entmoot {

namespace {
constexpr Duration linger_timeout = std::chrono::seconds(2);  // covers a round trip and a retransmission
}

void LingeringClose::start(Connections& connections, Stream stream) {
  auto lingering = std::make_shared<LingeringClose>(connections, std::move(stream));
  LingeringClose& self = *lingering;
  connections.add(std::move(lingering));
  self.stream_.belong_to(self);
  self.stream_.shutdown_write();
  self.stream_.when_readable();
  self.deadline_.set(linger_timeout, [&self] { self.finish(); });
}

LingeringClose::LingeringClose(Connections& connections, Stream stream)
    : connections_(connections), stream_(std::move(stream)), deadline_(connections.shard()) {}

void LingeringClose::on_readable() {
  const auto result = stream_.read(connections_.scratch());
  const bool over = result.status == IoResult::Status::closed || result.status == IoResult::Status::broken;
  if (over || result.bytes >= bytes_left_) return finish();
  bytes_left_ -= result.bytes;
  stream_.when_readable();
}

void LingeringClose::finish() {
  deadline_.cancel();
  stream_.close();
  connections_.remove(*this);
}

}  // namespace entmoot
