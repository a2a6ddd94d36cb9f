// SPDX-License-Identifier: MIT

#include <entmoot/web/connections.hpp>

#include <algorithm>
#include <utility>

namespace entmoot {

namespace {
constexpr std::size_t drained_per_round = 256;  // then the shard's other work runs
// Of one shard. So few reconnecting clients are no burden to the servers that they go to.
constexpr std::size_t spread_batch_min = 10;
}  // namespace

void Connections::add(std::shared_ptr<Connection> connection) {
  shard_.assert_here();
  Connection& added = *connection;
  table_.emplace(&added, std::move(connection));
  if (draining_) added.drain();
}

void Connections::remove(Connection& connection) {
  shard_.assert_here();
  const auto found = table_.find(&connection);
  if (found == table_.end()) return;
  shard_.post([gone = std::move(found->second)] {});
  table_.erase(found);
  report_if_empty();
}

void Connections::drain(const DrainerOptions& options, UniqueFunction<void()> done) {
  shard_.assert_here();
  draining_ = true;
  drainer_ = options;
  drained_ = std::move(done);
  drain_deadline_.set(options.shutdown, [this] { drop_all(); });
  std::vector<std::shared_ptr<Connection>> at_once;  // drain() may remove them from the table
  for (const auto& [key, connection] : table_) {
    if (connection->reconnects()) {
      waiting_.push_back(connection);
    } else {
      at_once.push_back(connection);
    }
  }
  if (drainer_.over > Duration::zero()) {
    const auto batches = static_cast<std::size_t>(std::max<std::int64_t>(drainer_.over / drainer_.batch_interval, 1));
    const std::size_t spread = (waiting_.size() + batches - 1) / batches;
    drainer_.batch_size = std::min(drainer_.batch_size, std::max(spread, spread_batch_min));
  }
  for (const auto& connection : at_once) connection->drain();
  start_batch();
  report_if_empty();
}

void Connections::start_batch() {
  batch_left_ = std::max<std::size_t>(drainer_.batch_size, 1);
  // Set before the batch, so that the time a batch takes does not add to the interval.
  next_batch_.set(drainer_.batch_interval, [this] { start_batch(); });
  drain_some();
}

void Connections::drain_some() {
  for (std::size_t i = 0; i < drained_per_round && batch_left_ > 0 && !waiting_.empty(); ++i) {
    const auto connection = waiting_.back().lock();
    waiting_.pop_back();
    if (!connection) continue;  // already ended
    --batch_left_;
    connection->drain();
  }
  if (waiting_.empty()) return next_batch_.cancel();
  if (batch_left_ > 0) shard_.post([this] { drain_some(); });
}

void Connections::drop_all() {
  shard_.assert_here();
  next_batch_.cancel();
  waiting_.clear();
  std::exchange(table_, {}).clear();  // the table is already empty while the connections are destroyed
  report_if_empty();
}

void Connections::report_if_empty() {
  if (!draining_ || !table_.empty()) return;
  drain_deadline_.cancel();
  next_batch_.cancel();
  if (auto done = std::move(drained_)) done();
}

}  // namespace entmoot
