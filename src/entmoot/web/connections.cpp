// SPDX-License-Identifier: MIT

#include <entmoot/web/connections.hpp>

#include <utility>
#include <vector>

namespace entmoot {

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

void Connections::drain(Duration patience, UniqueFunction<void()> done) {
  shard_.assert_here();
  draining_ = true;
  drained_ = std::move(done);
  drain_deadline_.set(patience, [this] { drop_all(); });
  std::vector<std::shared_ptr<Connection>> all;  // they leave the table while they are asked
  for (const auto& [key, connection] : table_) all.push_back(connection);
  for (const auto& connection : all) connection->drain();
  report_if_empty();
}

void Connections::drop_all() {
  shard_.assert_here();
  std::exchange(table_, {}).clear();  // the table is empty already while they go
  report_if_empty();
}

void Connections::report_if_empty() {
  if (!draining_ || !table_.empty()) return;
  drain_deadline_.cancel();
  if (auto done = std::move(drained_)) done();
}

}  // namespace entmoot
