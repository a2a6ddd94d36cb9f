// SPDX-License-Identifier: MIT

// bench_crowd: many clients of one topic in one process. Measures one round and reports it (report.hpp).
//
// One client sends, all clients receive. The next message is sent when fewer than `window` messages are undelivered.
// With a window of 1 the server cannot combine messages into one write, as in a quiet chat; a large window is a flood.

#include "report.hpp"
#include "server_process.hpp"
#include "websocket_client.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <sys/epoll.h>

namespace {

using namespace bench;

struct Options {
  std::uint16_t port = 0;
  int pid = 0;
  std::string subject;
  std::string topic = "room:bench";
  int clients = 1;
  int messages = 1000;
  int window = 1;
  bool idle = false;
  int rooms = 0;
};

std::vector<WebSocketClient> join_all(const Options& options) {
  std::vector<WebSocketClient> clients;
  clients.reserve(static_cast<std::size_t>(options.clients));
  for (int i = 0; i < options.clients; ++i) {
    WebSocketClient& client = clients.emplace_back(options.port);
    client.send(fmt::format(R"(["1","1","{}","phx_join",{{}}])", options.topic));
    client.await_frame();
  }
  return clients;
}

void fan_out(const Options& options) {
  auto clients = join_all(options);
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  for (WebSocketClient& client : clients) {
    client.listen();
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    wanted.data.ptr = &client;
    epoll_ctl(epoll, EPOLL_CTL_ADD, client.fd(), &wanted);
  }
  std::vector<epoll_event> events(clients.size());
  std::vector<char> scratch(64 * 1024);

  const auto frames_a_message = clients.size() + 1;  // one broadcast to each client, and the sender's reply
  std::size_t sent = 0, frames = 0;
  const auto run = [&](int messages) {
    const auto until = sent + static_cast<std::size_t>(messages);
    while (frames < until * frames_a_message) {
      while (sent < until && sent - frames / frames_a_message < static_cast<std::size_t>(options.window)) {
        clients.front().send(fmt::format(R"(["1","{}","{}","send_message",{{"sender":"Treebeard","text":)"
                                         R"("Do not be hasty, that is my motto. Now we will have a drink."}}])",
                                         ++sent + 1, options.topic));
      }
      const int ready = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 10'000);
      if (ready == 0) give_up(fmt::format("only {} of {} frames arrived", frames, until * frames_a_message));
      for (int i = 0; i < ready; ++i) {
        frames += static_cast<WebSocketClient*>(events[static_cast<std::size_t>(i)].data.ptr)->take(scratch);
      }
    }
  };

  const ServerProcess server(options.pid);
  run(options.messages / 10 + 1);  // warm up
  const auto cpu = server.cpu_microseconds();
  const auto took = time([&] { run(options.messages); });
  const auto deliveries = static_cast<double>(options.messages) * options.clients;
  const auto group =
      fmt::format("broadcast to {} client{}, {}", options.clients, options.clients == 1 ? "" : "s",
                  options.window == 1 ? "one message at a time" : fmt::format("{} messages under way", options.window));
  report(group, "server CPU a delivery", options.subject, "µs", (server.cpu_microseconds() - cpu) / deliveries);
  report(group, "deliveries a second", options.subject, "/s", deliveries / std::chrono::duration<double>(took).count());
  ::close(epoll);
}

void idle(const Options& options) {
  const ServerProcess server(options.pid);
  {
    auto first = options;
    first.clients = 1;
    const auto room_is_there = join_all(first);
  }
  const auto before = server.resident_kilobytes();
  const auto clients = join_all(options);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  report("memory of an idle connection", fmt::format("resident memory of the server, {} joined", options.clients),
         options.subject, "kB", (server.resident_kilobytes() - before) / options.clients);
}

/// Joins new rooms one after the other; all of them keep running.
void fresh_rooms(const Options& options) {
  constexpr int rooms_a_client = 50;
  const ServerProcess server(options.pid);
  std::vector<WebSocketClient> clients;
  clients.reserve(static_cast<std::size_t>(options.rooms));
  Samples joins;
  const auto before = server.resident_kilobytes();
  for (int i = 0; i < options.rooms; ++i) {
    if (i % rooms_a_client == 0) clients.emplace_back(options.port);
    WebSocketClient& client = clients.back();
    joins.add(time([&] {
      client.send(fmt::format(R"(["{0}","{0}","{1}-{0}","phx_join",{{}}])", i, options.topic));
      client.await_readable();
    }));
    client.await_frame();
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const auto resident = (server.resident_kilobytes() - before) / options.rooms;
  joins.report("rooms over a socket", "join of a fresh room, until it is answered", options.subject);
  report("rooms over a socket", fmt::format("resident memory of the server, {} rooms of one client", options.rooms),
         options.subject, "kB", resident);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App cli{"Connects many clients to one topic and measures the server's cost."};
  cli.add_option("--port", options.port)->required();
  cli.add_option("--pid", options.pid, "The server's process id")->required();
  cli.add_option("--subject", options.subject, "The server's name in the table")->required();
  cli.add_option("--topic", options.topic);
  cli.add_option("--clients", options.clients)->check(CLI::Range(1, 15'000));
  cli.add_option("--messages", options.messages)->check(CLI::Range(1, 10'000'000));
  cli.add_option("--window", options.window)->check(CLI::Range(1, 1000));
  cli.add_flag("--idle", options.idle, "Join, send nothing, report the server's memory");
  cli.add_option("--rooms", options.rooms, "Join this many new rooms, report their join times and memory")
      ->check(CLI::Range(1, 9'000));
  CLI11_PARSE(cli, argc, argv);
  if (options.rooms > 0) return fresh_rooms(options), 0;
  options.idle ? idle(options) : fan_out(options);
}
