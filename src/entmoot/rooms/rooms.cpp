// SPDX-License-Identifier: MIT

#include <entmoot/rooms/rooms.hpp>

#include <algorithm>
#include <chrono>
#include <future>
#include <iterator>
#include <utility>

namespace entmoot {

namespace {
// Between two measurements of the process's memory.
constexpr Duration memory_interval = std::chrono::milliseconds(250);
}  // namespace

Rooms::Rooms(Shards& shards, const PerShard<JsShard>& js, const RoomServices& services, RoomsOptions options,
             const std::shared_ptr<const RoomRoutes>& routes)
    : shards_(shards),
      options_(std::move(options)),
      quota_({.rooms = options_.rooms_max, .per_address = options_.rooms_per_ip_max}),
      memory_(options_.memory),
      storage_(options_.store ? std::make_unique<RoomStorage>(*options_.store) : nullptr),
      shared_{options_,
              quota_,
              memory_,
              storage_.get(),
              [this](RoomCall to, ReplyTo reply) { call(std::move(to), std::move(reply)); },
              options_.sleeping_bytes_max / shards.size()},
      rooms_(shards.size(), [&](unsigned index) {
        Shard& shard = shards[index];
        const Shard::Scope scope(shard);
        auto rooms = std::make_unique<RoomShard>(shard, js.on(shard), services, shared_);
        rooms->use(routes);
        return rooms;
      }) {
  const Shard::Scope scope(shards_[0]);
  watch_memory();
}

Rooms::~Rooms() = default;

void Rooms::watch_memory() {
  memory_watch_ = shards_[0].after(memory_interval, [this] {
    watch_memory();
    memory_.measure();
    if (memory_.is_tight()) shards_.post_to_all([this] { rooms_.local().save_memory(); });
  });
}

void Rooms::stop_here() {
  if (Shard& here = Shard::here(); &here == &shards_[0]) here.cancel(std::exchange(memory_watch_, TimerId::none));
  rooms_.local().stop();
}

template <class Step>
void Rooms::at_home(std::string_view topic, Step step) {
  shards_.home_of(topic).post([this, step = std::move(step)]() mutable { step(rooms_.local()); });
}

template <class Step>
void Rooms::with_running(std::string_view topic, ReplyTo reply, Step step) {
  at_home(topic,
          [topic = std::string(topic), reply = std::move(reply), step = std::move(step)](RoomShard& rooms) mutable {
            const auto room = rooms.find(topic);
            if (!room) return std::move(reply)(room.error());
            step(**room, std::move(reply));
          });
}

void Rooms::join(std::string_view topic, JoiningClient client, Envelope message, ReplyTo reply) {
  at_home(topic, [this, topic = std::string(topic), client = std::move(client), message = std::move(message),
                  reply = std::move(reply)](RoomShard& rooms) mutable {
    const auto room = rooms.find_or_start(topic, quota_.origin_of(client.address));
    if (!room) return std::move(reply)(room.error());
    (*room)->join(std::move(client), std::move(message), std::move(reply));
  });
}

void Rooms::leave(std::string_view topic, ClientNumber client, std::string_view reason) {
  at_home(topic, [topic = std::string(topic), client, reason = std::string(reason)](RoomShard& rooms) {
    if (const auto room = rooms.find(topic)) (*room)->leave(client, reason);
  });
}

void Rooms::request(std::string_view topic, std::string address, Envelope message, ReplyTo reply) {
  at_home(topic, [this, topic = std::string(topic), address = std::move(address), message = std::move(message),
                  reply = std::move(reply)](RoomShard& rooms) mutable {
    const auto room = rooms.find_or_start(topic, quota_.origin_of(address));
    if (!room) return std::move(reply)(room.error());
    (*room)->call(std::move(message), std::move(reply));
  });
}

void Rooms::call(std::string_view topic, Envelope message, ReplyTo reply) {
  with_running(topic, std::move(reply), [message = std::move(message)](Room& room, ReplyTo to) mutable {
    room.call(std::move(message), std::move(to));
  });
}

void Rooms::call(RoomCall call, ReplyTo reply) {
  if (!call.starts) return this->call(call.topic, std::move(call.message), std::move(reply));
  const std::string topic = call.topic;
  at_home(topic, [call = std::move(call), reply = std::move(reply)](RoomShard& rooms) mutable {
    if (const auto route = rooms.routes().find(call.topic); !route) return std::move(reply)(route.error());
    const auto room = rooms.find_or_start(call.topic, *call.starts);
    if (!room) return std::move(reply)(room.error());
    (*room)->call(std::move(call.message), std::move(reply));
  });
}

void Rooms::take_back(std::string_view topic, InterceptedBroadcast message) {
  at_home(topic, [topic = std::string(topic), message = std::move(message)](RoomShard& rooms) mutable {
    if (const auto room = rooms.find(topic)) (*room)->take_back(std::move(message));
  });
}

void Rooms::await_intercepted(std::string_view topic, ReplyTo reply) {
  with_running(topic, std::move(reply), [](Room& room, ReplyTo to) { room.await_intercepted(std::move(to)); });
}

void Rooms::kill(std::string_view topic, ReplyTo reply) {
  with_running(topic, std::move(reply), [](Room& room, ReplyTo to) {
    room.kill("killed");
    std::move(to)(JsonText());
  });
}

void Rooms::forget(std::string_view topic, ReplyTo reply) {
  if (!storage_) return std::move(reply)(fail(ErrorCode::not_found, "no route of the app is durable"));
  at_home(topic, [this, topic = std::string(topic), reply = std::move(reply)](RoomShard& rooms) mutable {
    if (const auto room = rooms.find(topic)) (*room)->kill("its data was deleted");
    // What the room has written before is queued before this, what it will read is queued behind it.
    storage_->store().write(
        0, Commit::now,
        [topic](RoomStore& store) -> Result<void> {
          const auto stored = store.find(topic);
          if (stored) return store.forget(stored->id);
          if (stored.error().code != ErrorCode::not_found) return stored.error();
          return fail(ErrorCode::not_found, fmt::format("the data has no room \"{}\"", topic));
        },
        [reply = std::move(reply)](const Result<void>& done) mutable {
          std::move(reply)(done ? Result<Answer>(JsonText()) : Result<Answer>(done.error()));
        });
  });
}

void Rooms::sleep(std::string_view topic, ReplyTo reply) {
  with_running(topic, std::move(reply), [](Room& room, ReplyTo to) {
    if (!room.can_sleep()) {
      return std::move(to)(
          fail(ErrorCode::unavailable, "the room is in use: it has clients, calls without an answer, or no actor"));
    }
    room.sleep_when_idle();
    std::move(to)(JsonText());
  });
}

void Rooms::list(UniqueFunction<void(std::vector<RoomInfo>)> report) {
  using Rows = std::vector<RoomInfo>;
  const auto append = [](Rows all, Rows some) {
    std::ranges::move(some, std::back_inserter(all));
    return all;
  };
  shards_.map_reduce([this](Shard&) { return rooms_.local().list(); }, Rows(), append,
                     [report = std::move(report)](Rows rows) mutable {
                       std::ranges::sort(rows, {}, &RoomInfo::topic);
                       report(std::move(rows));
                     });
}

void Rooms::serialize_durable(Duration at_most) {
  if (!storage_) return;
  const auto done = std::make_shared<std::promise<void>>();
  // Released by the last room that has answered.
  shards_.post_to_all([this, all = std::shared_ptr<void>(nullptr, [done](void*) { done->set_value(); })] {
    rooms_.local().serialize_all(all);
  });
  (void)done->get_future().wait_for(at_most);
}

void Rooms::use(std::shared_ptr<const RoomRoutes> routes) {
  shards_.post_to_all([this, routes = std::move(routes)] { rooms_.local().use(routes); });
}

}  // namespace entmoot
