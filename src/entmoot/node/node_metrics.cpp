// SPDX-License-Identifier: MIT

#include <entmoot/node/node_metrics.hpp>

#include <entmoot/base/error.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/node/prometheus_text.hpp>

#include <chrono>
#include <cstddef>

namespace entmoot {

namespace {

double seconds(Duration time) { return std::chrono::duration<double>(time).count(); }

void write_process(PrometheusText& out, const NodeMetrics& all) {
  const ProcessUsage& process = all.process;
  out.gauge("entmoot_ready", "1 if the server accepts new clients: what /readyz answers.", all.ready ? 1 : 0);
  out.counter("process_cpu_seconds_total", "CPU time of the process.", seconds(process.cpu));
  out.gauge("process_resident_memory_bytes", "Resident memory of the process.", process.resident_bytes);
  out.gauge("process_open_fds", "Open file descriptors.", process.descriptors);
  out.gauge("process_max_fds", "Limit of open file descriptors.", process.descriptors_max);
  out.gauge("process_start_time_seconds", "When the process started, in seconds since 1970.",
            std::chrono::duration<double>(process.started.time_since_epoch()).count());
  out.family("entmoot_shard_cpu_seconds_total", "counter", "CPU time of each shard's thread.");
  for (std::size_t i = 0; i < all.shard_cpu.size(); ++i) {
    out.sample(seconds(all.shard_cpu[i]), {{"shard", std::to_string(i)}});
  }
  const log::Counts lines = log::counts();
  out.family("entmoot_log_lines_total", "counter", "Lines written to the log, by level.");
  out.sample(lines.errors, {{"level", "error"}});
  out.sample(lines.warnings, {{"level", "warning"}});
  out.counter("entmoot_log_lines_dropped_total",
              "Log lines that were dropped, because whoever reads the log is too slow.", lines.dropped);
}

void write_web(PrometheusText& out, const WebCounters& web) {
  out.family("entmoot_connections", "gauge",
             "Open connections by transport. A session of long-polling counts as one, its requests count as http.");
  out.sample(web.websockets, {{"transport", "websocket"}});
  out.sample(web.longpolls, {{"transport", "longpoll"}});
  out.sample(web.http, {{"transport", "http"}});
  out.counter("entmoot_connections_accepted_total", "Accepted TCP connections.", web.accepted);
  out.family("entmoot_clients_opened_total", "counter", "Clients that have connected, by transport.");
  out.sample(web.websockets_opened, {{"transport", "websocket"}});
  out.sample(web.longpolls_opened, {{"transport", "longpoll"}});
  out.family("entmoot_connections_refused_total", "counter", "Connections that were refused, by reason.");
  out.sample(web.refused_limit, {{"reason", "connections"}});
  out.sample(web.refused_address_limit, {{"reason", "connections_per_ip"}});
  out.sample(web.refused_host, {{"reason", "host"}});
  out.sample(web.refused_origin, {{"reason", "origin"}});
  out.sample(web.refused_connect, {{"reason", "connect"}});
  out.family("entmoot_http_responses_total", "counter", "HTTP responses, by the first digit of their status.");
  for (std::size_t i = 0; i < web.responses.size(); ++i) {
    out.sample(web.responses[i], {{"status", std::to_string(i + 1) + "xx"}});
  }
  out.counter("entmoot_slow_clients_closed_total", "Clients that were closed because they read too slowly.",
              web.slow_clients);
  out.gauge("entmoot_outbox_bytes", "Bytes queued for clients that their sockets have not taken.", web.outbox_bytes);
}

void write_messages(PrometheusText& out, const NodeMetrics& all) {
  const SocketCounters& sockets = all.sockets;
  out.counter("entmoot_messages_in_total", "Messages from clients, heartbeats included.", sockets.messages_in);
  out.counter("entmoot_message_in_bytes_total", "Bytes of the messages from clients.", sockets.bytes_in);
  out.counter("entmoot_messages_out_total", "Messages queued for clients: replies, pushes and broadcasts.",
              sockets.messages_out);
  out.counter("entmoot_message_out_bytes_total", "Bytes of the messages queued for clients.", sockets.bytes_out);
  out.family("entmoot_messages_refused_total", "counter", "Messages that reached no channel, by reason.");
  out.sample(sockets.rate_limited, {{"reason", "rate_limit"}});
  out.sample(sockets.unmatched, {{"reason", "unmatched_topic"}});
  out.family("entmoot_clients_closed_total", "counter", "Clients that the server has closed, by reason.");
  out.sample(sockets.floods, {{"reason", "rate_limit"}});
  out.sample(sockets.malformed, {{"reason", "malformed"}});
  out.counter("entmoot_channel_crashes_total", "Channels that ended with an exception.", sockets.crashed_channels);
  out.counter("entmoot_broadcasts_total", "Broadcasts published.", all.deliveries.broadcasts);
  out.counter("entmoot_deliveries_total", "Broadcasts queued for a client, each client counted.",
              all.deliveries.deliveries);
  out.family("entmoot_delivery_seconds", "histogram",
             "From the release of a broadcast until it is queued for its last receiver on a shard.");
  out.sample(all.deliveries.time);
}

using Route = const RouteCounters&;

/// A family with a sample for each route.
template <class Value>
void write_routes(PrometheusText& out, const NodeMetrics& all, std::string_view name, std::string_view type,
                  std::string_view help, Value value) {
  out.family(name, type, help);
  for (const auto& [pattern, counters] : all.rooms.routes) out.sample(value(counters), {{"route", pattern}});
}

/// A family with a sample for each route and code that has occurred.
template <class Counts>
void write_codes(PrometheusText& out, const NodeMetrics& all, std::string_view name, std::string_view help,
                 Counts counts) {
  out.family(name, "counter", help);
  for (const auto& [pattern, counters] : all.rooms.routes) {
    const ErrorCounts& by_code = counts(counters);
    for (std::size_t code = 0; code < by_code.size(); ++code) {
      if (by_code[code] == 0) continue;
      out.sample(by_code[code], {{"route", pattern}, {"reason", to_string(static_cast<ErrorCode>(code))}});
    }
  }
}

void write_rooms(PrometheusText& out, const NodeMetrics& all) {
  const RoomCounters& rooms = all.rooms;
  out.family("entmoot_rooms", "gauge", "Rooms by state. A sleeping room is counted while its state is kept in memory.");
  out.sample(rooms.running, {{"state", "running"}});
  out.sample(rooms.restarting, {{"state", "restarting"}});
  out.sample(rooms.quarantined, {{"state", "quarantined"}});
  out.sample(rooms.sleeping, {{"state", "sleeping"}});
  out.gauge("entmoot_sleeping_rooms_bytes", "Memory of the states of sleeping rooms.", rooms.sleeping_bytes);
  write_routes(out, all, "entmoot_room_clients", "gauge", "Clients that have joined a room, or are about to.",
               [](Route route) { return route.clients; });
  write_routes(out, all, "entmoot_room_heaps", "gauge", "Rooms that have a heap.",
               [](Route route) { return route.turns.actors; });
  write_routes(out, all, "entmoot_room_heap_bytes", "gauge", "Bytes in use in the heaps of the rooms.",
               [](Route route) { return route.turns.heap_bytes; });
  write_routes(out, all, "entmoot_room_starts_total", "counter", "Starts of rooms: first, after sleep, after a crash.",
               [](Route route) { return route.starts; });
  write_routes(out, all, "entmoot_joins_total", "counter", "Joins that were answered with ok.",
               [](Route route) { return route.joins; });
  write_routes(out, all, "entmoot_turns_failed_total", "counter",
               "Turns that threw, or exceeded `heapWarn`: their effects were dropped.",
               [](Route route) { return route.turns.failed; });
  write_routes(out, all, "entmoot_turns_dropped_total", "counter", "Turns that ended their room.",
               [](Route route) { return route.turns.dropped; });
  write_routes(out, all, "entmoot_uncaught_errors_total", "counter", "Errors of scripts that no caller received.",
               [](Route route) { return route.turns.uncaught; });
  write_codes(out, all, "entmoot_room_crashes_total", "Rooms that crashed, by reason.",
              [](Route route) -> const ErrorCounts& { return route.crashes; });
  write_codes(out, all, "entmoot_joins_refused_total", "Joins that were refused, by reason.",
              [](Route route) -> const ErrorCounts& { return route.refusals; });
  write_codes(out, all, "entmoot_message_errors_total",
              "Messages to rooms that were answered with an error, by reason.",
              [](Route route) -> const ErrorCounts& { return route.errors; });
  write_routes(out, all, "entmoot_turn_cpu_seconds", "histogram", "CPU time of a turn.",
               [](Route route) -> const TimeHistogram& { return route.turns.cpu; });
  write_routes(out, all, "entmoot_turn_queue_seconds", "histogram",
               "From the arrival of a message at its room's shard to its turn.",
               [](Route route) -> const TimeHistogram& { return route.turns.queue; });
  write_routes(out, all, "entmoot_join_seconds", "histogram",
               "From a join to its answer, the start of a room included.",
               [](Route route) -> const TimeHistogram& { return route.join_time; });
}

void write_store(PrometheusText& out, const NodeMetrics& all) {
  if (!all.store) return;
  const StoreWriterCounters& store = *all.store;
  out.gauge("entmoot_store_failing", "1 while the disk refuses what durable rooms have to keep.",
            all.store_failing ? 1 : 0);
  out.counter("entmoot_store_commits_total", "Transactions of records.", store.commits);
  out.counter("entmoot_store_commit_seconds_total", "Time spent in these transactions, the disk's answer included.",
              store.seconds_in_commit);
  out.counter("entmoot_store_failed_commits_total", "Transactions that the disk refused.", store.failed_commits);
  out.counter("entmoot_store_records_total", "Records of turns that were committed.", store.records);
  out.counter("entmoot_store_journal_bytes_total", "Bytes of these records.", store.bytes);
  out.counter("entmoot_store_refused_total", "Records that were refused because too many were queued.", store.refused);
  out.gauge("entmoot_store_queued", "Records that are queued.", store.queued);
  out.gauge("entmoot_store_queued_bytes", "Bytes of these records.", store.queued_bytes);
  out.counter("entmoot_store_checkpoints_total", "Checkpoints of the database.", store.checkpoints);
  out.counter("entmoot_store_checkpoint_seconds_total", "Time spent in checkpoints.", store.seconds_in_checkpoints);
}

}  // namespace

NodeMetrics& NodeMetrics::operator+=(const NodeMetrics& part) {
  shard_cpu.insert(shard_cpu.end(), part.shard_cpu.begin(), part.shard_cpu.end());
  web += part.web;
  sockets += part.sockets;
  deliveries += part.deliveries;
  rooms += part.rooms;
  other_turns += part.other_turns;
  return *this;
}

std::string prometheus_text(const NodeMetrics& metrics) {
  PrometheusText out;
  write_process(out, metrics);
  write_web(out, metrics.web);
  write_messages(out, metrics);
  write_rooms(out, metrics);
  write_store(out, metrics);
  return out.text();
}

}  // namespace entmoot
