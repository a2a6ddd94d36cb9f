// SPDX-License-Identifier: MIT

#include "rooms.hpp"

#include "app.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

namespace entmoot_app {

using namespace entmoot;

namespace {

Json row_of(const RoomInfo& room) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(room.usage.cpu).count();
  const auto& usage = room.usage;
  const std::uint64_t uncaught =
      usage.timer_exceptions + usage.listener_exceptions + usage.microtask_exceptions + usage.unhandled_rejections;
  return {{"topic", room.topic},         {"file", room.file},
          {"state", room.state},         {"clients", room.clients},
          {"heap", usage.heap_bytes},    {"mailbox", usage.mailbox},
          {"turns", usage.turns},        {"cpu", ms},
          {"waits", usage.waits},        {"failed", usage.failed_turns},
          {"uncaught", uncaught},        {"failures", room.failures},
          {"trouble", room.last_trouble}};
}

}  // namespace

Home::Home(Rooms& rooms_of_all, const Ground& on, Shard& own, std::shared_ptr<const App> app_at_start)
    : all(rooms_of_all),
      ground(on),
      shard(own),
      js(own),
      app(std::move(app_at_start)),
      sleeping(app->config.node.sleeping_bytes_max / on.shards.size()),
      fetcher(std::make_unique<Fetcher>(own, FetchOptions{.policy = FetchPolicy::parse(app->config.fetch).value()})),
      supervisor(own, {.noun = "room", .backoff = app->config.node.backoff, .seed = std::random_device{}()}) {}

Home::~Home() = default;

Rooms::Rooms(const Ground& ground, const std::shared_ptr<const App>& app)
    : ground_(ground),
      counts_({.rooms = app->config.node.rooms_max, .per_address = app->config.node.rooms_per_ip_max}),
      homes_(ground.shards.size(), [&](unsigned i) {
        Shard::Presence here(ground.shards[i]);
        return std::make_unique<Home>(*this, ground_, ground.shards[i], app);
      }) {}

Rooms::~Rooms() = default;

Result<Room*> Rooms::find_or_make(Home& home, const std::string& topic, const std::string& address) {
  if (home.stopped) return fail("the server is shutting down");
  if (const auto found = home.rooms.find(topic); found != home.rooms.end()) return found->second.get();
  auto route = home.app->route_of(topic);
  if (!route) return fail("unmatched topic");
  auto place = counts_.admit(address);
  if (!place) return place.error();
  auto room = std::make_unique<Room>(home, topic, std::move(route), *std::move(place));
  return home.rooms.emplace(topic, std::move(room)).first->second.get();
}

void Rooms::with_room(std::string_view topic, std::string address, ReplyTo reply,
                      UniqueFunction<void(Room&, ReplyTo)> step) {
  ground_.shards.home_of(topic).post([this, topic = std::string(topic), address = std::move(address),
                                      reply = std::move(reply), step = std::move(step)]() mutable {
    auto room = find_or_make(homes_.local(), topic, address);
    if (!room) return std::move(reply)(room.error());
    step(**room, std::move(reply));
  });
}

void Rooms::join(std::string_view topic, Guest guest, JsonText args, ReplyTo reply) {
  std::string address = guest.address;
  with_room(topic, std::move(address), std::move(reply),
            [guest = std::move(guest), args = std::move(args)](Room& room, ReplyTo to) mutable {
              room.join(std::move(guest), std::move(args), std::move(to));
            });
}

void Rooms::leave(std::string_view topic, std::string client, std::string_view reason) {
  ground_.shards.home_of(topic).post(
      [this, topic = std::string(topic), client = std::move(client), reason = std::string(reason)] {
        Home& home = homes_.local();
        const auto found = home.rooms.find(topic);
        if (found != home.rooms.end()) found->second->leave(client, reason);
      });
}

void Rooms::request(std::string_view topic, std::string address, JsonText args, ReplyTo reply) {
  with_room(topic, std::move(address), std::move(reply), [args = std::move(args)](Room& room, ReplyTo to) mutable {
    room.call("entmoot:request", std::move(args), std::move(to));
  });
}

void Rooms::call(std::string_view topic, std::string function, JsonText args, ReplyTo reply) {
  ground_.shards.home_of(topic).post([this, topic = std::string(topic), function = std::move(function),
                                      args = std::move(args), reply = std::move(reply)]() mutable {
    Home& home = homes_.local();
    const auto found = home.rooms.find(topic);
    if (found == home.rooms.end()) return std::move(reply)(fail(fmt::format("no room \"{}\" is running", topic)));
    found->second->call(std::move(function), std::move(args), std::move(reply));
  });
}

void Rooms::hand_out(std::string_view topic, Outgoing message) {
  ground_.shards.home_of(topic).post([this, topic = std::string(topic), message = std::move(message)]() mutable {
    Home& home = homes_.local();
    const auto found = home.rooms.find(topic);
    if (found != home.rooms.end()) found->second->hand_out(std::move(message));
  });
}

void Rooms::tell_when_passed(std::string_view topic, ReplyTo reply) {
  ground_.shards.home_of(topic).post([this, topic = std::string(topic), reply = std::move(reply)]() mutable {
    Home& home = homes_.local();
    const auto found = home.rooms.find(topic);
    if (found == home.rooms.end()) return std::move(reply)(fail(fmt::format("no room \"{}\" is running", topic)));
    found->second->tell_when_passed(std::move(reply));
  });
}

void Rooms::kill(std::string_view topic, ReplyTo reply) {
  ground_.shards.home_of(topic).post([this, topic = std::string(topic), reply = std::move(reply)]() mutable {
    Home& home = homes_.local();
    const auto found = home.rooms.find(topic);
    if (found == home.rooms.end()) return std::move(reply)(fail(fmt::format("no room \"{}\" is running", topic)));
    found->second->kill("killed");
    std::move(reply)(JsonText());
  });
}

void Rooms::list(ReplyTo reply) {
  // Goes round the shards, one after the other, and home from the last.
  struct Round {
    ReplyTo reply;
    boost::json::array rows = {};
  };
  auto round = std::make_shared<Round>(Round{std::move(reply)});
  const auto visit = [this, round](auto self, std::size_t i) -> void {
    if (i == ground_.shards.size()) {
      std::ranges::sort(round->rows, {}, [](const Json& row) { return row.at("topic").as_string(); });
      return std::move(round->reply)(JsonText::of(round->rows));
    }
    ground_.shards[i].post([this, round, self, i] {
      const Home& home = homes_.local();
      StringMap<std::string> states;
      for (const auto& child : home.supervisor.which_children()) states.emplace(child.id, to_string(child.state));
      for (const auto& [topic, room] : home.rooms) {
        RoomInfo info = room->info();
        if (info.state.empty()) {
          const auto state = states.find(info.child);
          info.state = state == states.end() ? "ended" : state->second;
        }
        round->rows.push_back(row_of(info));
      }
      self(self, i + 1);
    });
  };
  visit(visit, 0);
}

void Rooms::use(std::shared_ptr<const App> app) {
  ground_.shards.post_to_all([this, app = std::move(app)] {
    Home& home = homes_.local();
    home.app = app;
    for (const auto& [topic, room] : home.rooms) {
      auto route = app->route_of(topic);
      // A room whose file is gone lives on as it is.
      if (route && route.get() != &room->route()) room->reload(std::move(route));
    }
  });
}

void Rooms::forget_later(Room& room) {
  homes_.local().shard.post([this, topic = room.topic(), which = &room] {
    Home& home = homes_.local();
    const auto found = home.rooms.find(topic);
    if (found != home.rooms.end() && found->second.get() == which && which->is_over()) home.rooms.erase(found);
  });
}

void Rooms::stop_here() {
  Home& home = homes_.local();
  home.stopped = true;
  home.rooms.clear();
  home.supervisor.stop();
  home.fetcher.reset();
}

}  // namespace entmoot_app
