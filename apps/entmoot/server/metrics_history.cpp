// SPDX-License-Identifier: MIT

#include "metrics_history.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value_from.hpp>

#include <array>
#include <chrono>
#include <numeric>
#include <string_view>
#include <utility>

namespace entmoot_app {

using namespace entmoot;

namespace {

constexpr std::array<std::string_view, 13> names = {"connections", "rooms",   "clients", "messagesIn", "messagesOut",
                                                    "deliveries",  "memory",  "heap",    "outbox",     "slow",
                                                    "errors",      "crashes", "reloads"};

double total(const ErrorCounts& counts) {
  return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
}

}  // namespace

void MetricsHistory::add(TimePoint now, WallTime wall, const NodeMetrics& metrics, std::uint64_t reloads) {
  double errors = 0, crashes = 0, clients = 0, heap = 0;
  for (const auto& [pattern, route] : metrics.rooms.routes) {
    errors += static_cast<double>(route.turns.failed + route.turns.uncaught);
    crashes += total(route.crashes);
    clients += static_cast<double>(route.clients);
    heap += static_cast<double>(route.turns.heap_bytes);
  }
  Counted counted{.at = now,
                  .in = static_cast<double>(metrics.sockets.messages_in),
                  .out = static_cast<double>(metrics.sockets.messages_out),
                  .deliveries = static_cast<double>(metrics.deliveries.deliveries),
                  .slow = static_cast<double>(metrics.web.slow_clients),
                  .errors = errors,
                  .crashes = crashes,
                  .reloads = static_cast<double>(reloads),
                  .cpu = metrics.shard_cpu};
  const auto before = std::exchange(before_, counted);
  if (!before || before->at >= now) return;
  const double seconds = std::chrono::duration<double>(now - before->at).count();
  const auto per_second = [&](double Counted::*which) { return (counted.*which - (*before).*which) / seconds; };
  Sample sample{
      .wall_ms = wall.time_since_epoch().count(),
      .values = {static_cast<double>(metrics.web.websockets + metrics.web.longpolls),
                 static_cast<double>(metrics.rooms.running), clients, per_second(&Counted::in),
                 per_second(&Counted::out), per_second(&Counted::deliveries),
                 static_cast<double>(metrics.process.resident_bytes), heap,
                 static_cast<double>(metrics.web.outbox_bytes), per_second(&Counted::slow),
                 per_second(&Counted::errors), per_second(&Counted::crashes), counted.reloads - before->reloads}};
  for (std::size_t i = 0; i < counted.cpu.size(); ++i) {
    const Duration used = counted.cpu[i] - (i < before->cpu.size() ? before->cpu[i] : Duration());
    sample.values.push_back(std::chrono::duration<double>(used).count() / seconds);
  }
  if (samples_.size() == samples_max) samples_.pop_front();
  samples_.push_back(std::move(sample));
}

Json MetricsHistory::since(std::int64_t since) const {
  boost::json::array columns;
  for (const auto name : names) columns.emplace_back(name);
  if (before_) {
    for (std::size_t i = 0; i < before_->cpu.size(); ++i) columns.emplace_back(fmt::format("cpu{}", i));
  }
  boost::json::array samples;
  for (const Sample& sample : samples_) {
    if (sample.wall_ms <= since) continue;
    boost::json::array row{sample.wall_ms};
    for (const double value : sample.values) row.emplace_back(value);
    samples.emplace_back(std::move(row));
  }
  return {{"names", std::move(columns)}, {"samples", std::move(samples)}};
}

}  // namespace entmoot_app
