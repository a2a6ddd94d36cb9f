// SPDX-License-Identifier: MIT

#include "settings.hpp"
#include "units.hpp"

#include <entmoot/js/region.hpp>

namespace entmoot_app {

using namespace entmoot;

namespace {

/// Whole megabytes, for people.
constexpr double heap_max = 63 * megabyte;
static_assert(heap_max <= js::RegionArena::heap_bytes_max);

Result<void> read_durability(const Json& value, RoomLimits& limits) {
  if (value.is_bool()) {
    limits.durability = value.get_bool() ? Durability::full : Durability::none;
    return {};
  }
  if (!value.is_string() || value.get_string() != "relaxed") return fail(ErrorCode::invalid, "");
  limits.durability = Durability::relaxed;
  return {};
}

std::string show_durability(const RoomLimits& limits) {
  switch (limits.durability) {
    case Durability::none: return "false";
    case Durability::relaxed: return "\"relaxed\"";
    default: return "true";
  }
}

SettingTable<RoomLimits> make_limit_settings() {
  SettingTable<RoomLimits> table;
  table
      .size(
          {"heap", "Heap of a room's script.", "the room is terminated: `out of memory`"}, {megabyte, heap_max},
          [](auto& limits) -> auto& { return limits.budget.heap.hard; })
      .size(
          {"heapWarn", "Heap use at which a turn fails; seven eighths of `heap` unless set.",
           "the turn fails: `out of memory`; the room is terminated if a collection does not free enough"},
          {512 * kilobyte, heap_max}, [](auto& limits) -> auto& { return limits.budget.heap.soft; })
      .size(
          {"hostMemory",
           "Memory that the server holds for a room outside its heap: queued messages, output, answers, arriving "
           "responses of `fetch`, timers, presence.",
           "messages are answered `overloaded`, calls reject; if output of one turn exceeds it, the room is "
           "terminated"},
          {256 * kilobyte, gigabyte}, [](auto& limits) -> auto& { return limits.budget.host_bytes_max; })
      .time(
          {"turn", "CPU time for one message.", "the room is terminated: `out of time`"}, {1, minute},
          [](auto& limits) -> auto& { return limits.budget.turn_cpu; })
      .share(
          {"cpuShare", "Share of one core that a room can use, averaged over ten seconds.", "the room is delayed"},
          {0.001, 1}, [](auto& limits) -> auto& { return limits.budget.cpu_share; })
      .count(
          {"mailbox", "Messages queued for a room.", "further messages are answered `overloaded`"}, {1, 1'000'000},
          [](auto& limits) -> auto& { return limits.budget.mailbox.messages_max; })
      .size(
          {"mailboxBytes", "Total size of these messages.", "further messages are answered `overloaded`"},
          {kilobyte, gigabyte}, [](auto& limits) -> auto& { return limits.budget.mailbox.bytes_max; })
      .count(
          {"timers", "Active timers.", "`setTimeout` throws"}, {0, 1'000'000},
          [](auto& limits) -> auto& { return limits.budget.timers_max; })
      .count(
          {"handlerCalls", "Unanswered calls of `Beam.call` and `fetch`.", "the next call rejects"}, {0, 1'000'000},
          [](auto& limits) -> auto& { return limits.budget.handler_calls_max; })
      .count(
          {"pendingCalls", "Messages whose handler's promise is not settled; one client can have a quarter of them.",
           "further messages are answered `overloaded`"},
          {1, 1'000'000}, [](auto& limits) -> auto& { return limits.budget.pending_calls_max; })
      .time(
          {"handlerTimeout", "Time that a `Beam.call` has to be answered.", "the call rejects in the script"},
          {1, 10 * minute}, [](auto& limits) -> auto& { return limits.budget.handler_timeout; })
      .time(
          {"replyTimeout", "Time that a room has to answer a message or a request.", "the client receives `timeout`"},
          {1, 10 * minute}, [](auto& limits) -> auto& { return limits.reply_timeout; })
      .time(
          {"startTimeout", "Time for the file's top level, including what it awaits.", "the room is terminated"},
          {1, 10 * minute}, [](auto& limits) -> auto& { return limits.budget.start_timeout; })
      .count(
          {"microtasks", "Microtasks in one turn.", "the room is terminated: `too many microtasks`"},
          {1000, 1'000'000'000}, [](auto& limits) -> auto& { return limits.budget.microtasks_max; })
      .size(
          {"output", "Bytes that one turn can send.", "the room is terminated: `too much output in one turn`"},
          {64 * kilobyte, gigabyte}, [](auto& limits) -> auto& { return limits.budget.effects_bytes_max; })
      .size(
          {"fanOut", "Bytes of the broadcasts of one turn, each multiplied by its receivers.", "the broadcast throws"},
          {megabyte, 1000 * gigabyte}, [](auto& limits) -> auto& { return limits.budget.fan_out_bytes_max; })
      .count(
          {"logLines", "Log lines of a room in one burst; the allowance refills over ten seconds.",
           "suppressed; the log states how many"},
          {0, 100'000}, [](auto& limits) -> auto& { return limits.budget.log_lines_max; })
      .count(
          {"clients", "Clients joined to one room.", "the join is rejected: `the room is full (1000 clients)`"},
          {1, 1'000'000}, [](auto& limits) -> auto& { return limits.clients_max; })
      .time(
          {"idle", "How long a room stays up without clients, calls and requests.",
           "the room sleeps if it exports `serialize`, otherwise it ends"},
          {second, 366 * day}, [](auto& limits) -> auto& { return limits.idle_after; })
      .size(
          {"state",
           "Size as JSON of the state that a room keeps through sleep and reload: the result of `serialize`, clients, "
           "history.",
           "the room sleeps without its state, or keeps running the previous version; logged"},
          {0, 64 * megabyte}, [](auto& limits) -> auto& { return limits.state_bytes_max; })
      .count(
          {"history.entries", "Entries of `room.history`.", "the oldest entries are removed"}, {0, 1'000'000},
          [](auto& limits) -> auto& { return limits.history.entries_max; })
      .size(
          {"history.bytes", "Total size of these entries as JSON.", "the oldest entries are removed"},
          {0, 256 * megabyte}, [](auto& limits) -> auto& { return limits.history.bytes_max; })
      .time(
          {"history.age", "How long an entry is kept.", "the entry is removed"}, {second, 3650 * day},
          [](auto& limits) -> auto& { return limits.history.age_max; })
      .count(
          {"history.replay", "Entries that `room.history.last()` returns when called without a count."}, {0, 100'000},
          [](auto& limits) -> auto& { return limits.history.replay_max; });
  table.add({"durable",
             "What of a room outlives the server's process: `false` nothing, `\"relaxed\"` its state, except for what "
             "happened in the last 50 ms, `true` everything that anybody has seen (docs/durability.md)."},
            "boolean | \"relaxed\"", "true, false or \"relaxed\"", read_durability, show_durability);
  table
      .count(
          {"retain.inputs", "Inputs of a durable room that are kept for its history.", "the oldest ones are deleted"},
          {0, 1'000'000'000}, [](auto& limits) -> auto& { return limits.retain.inputs_max; })
      .time(
          {"retain.age", "How long they are kept.", "they are deleted"}, {0, 3650 * day},
          [](auto& limits) -> auto& { return limits.retain.age_max; });
  return table.all_on_reload();
}

}  // namespace

const SettingTable<RoomLimits>& limit_settings() {
  static const SettingTable<RoomLimits> table = make_limit_settings();
  return table;
}

}  // namespace entmoot_app
