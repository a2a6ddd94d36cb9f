// SPDX-License-Identifier: MIT

#include "past_room.hpp"

#include "../server/server.hpp"

#include <entmoot/base/check.hpp>
#include <entmoot/base/clock.hpp>
#include <entmoot/rooms/room_entries.hpp>
#include <entmoot/rooms/room_routes.hpp>
#include <entmoot/runtime/turn_record.hpp>
#include <entmoot/store/store_writer.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace entmoot_app {

namespace fs = std::filesystem;
using namespace entmoot;
using namespace std::chrono_literals;

namespace {

// In real time, for a result.
constexpr auto patience = 60s;

/// Copies the room's records up to `at`, and what was saved of it until then. Returns the time of the last one.
Result<std::int64_t> copy_room(RoomStore& from, RoomStore& to, const StoredRoom& room, std::int64_t at) {
  const auto made = to.create(room.topic);
  if (!made) return made.error();
  if (auto begun = to.begin(); !begun) return begun.error();
  Result<void> copied;
  // A journal begins with 1: what the room has discarded is discarded here too.
  for (std::int64_t gone = 1; gone < room.first_sequence && copied; ++gone) copied = to.append(made->id, gone, "");
  std::string last;
  const auto read = from.read(room.id, room.first_sequence, [&](std::int64_t sequence, std::string_view record) {
    if (sequence > at || !copied) return false;
    copied = to.append(made->id, sequence, record);
    last = record;
    return true;
  });
  if (!read) return read.error();
  if (!copied) return copied.error();
  if (auto gone = to.discard_before(made->id, room.first_sequence); !gone) return gone.error();
  const auto state = from.state(room.id);
  if (!state) return state.error();
  const std::optional<StoredImage>& start = *state;
  auto images = from.images(room.id);
  if (!images) return images.error();
  if (start && start->sequence <= at) {
    if (auto put = to.put_state(made->id, start->sequence, start->bytes); !put) return put.error();
  }
  std::ranges::reverse(*images);
  for (const StoredImage& image : *images) {
    const bool fits = image.sequence <= at && (!start || image.sequence >= start->sequence);
    if (!fits) continue;
    if (auto put = to.put_image(made->id, image.sequence, image.bytes); !put) return put.error();
  }
  if (auto committed = to.commit(); !committed) return committed.error();
  const auto turn = decode_turn(last);
  if (!turn) return turn.error();
  return turn->facts.time_ms;
}

}  // namespace

/// Measures time, but it is always the same time of day.
class PastRoom::StandingClock final : public Clock {
 public:
  explicit StandingClock(std::int64_t at_ms) : wall_(at_ms) {}
  [[nodiscard]] TimePoint now() const noexcept override { return std::chrono::steady_clock::now(); }
  [[nodiscard]] const WallClock& wall() const noexcept override { return wall_; }

 private:
  struct Wall final : WallClock {
    explicit Wall(std::int64_t at_ms) : at(std::chrono::milliseconds(at_ms)) {}
    [[nodiscard]] WallTime now() const noexcept override { return at; }
    WallTime at;
  };
  Wall wall_;
};

Result<std::unique_ptr<PastRoom>> PastRoom::open(const App& app, RoomStore& store, const std::string& topic,
                                                 std::int64_t at) {
  const auto room = store.find(topic);
  if (!room) return room.error();
  if (at < room->first_sequence || at > room->last_sequence) {
    return fail(ErrorCode::invalid, fmt::format("the inputs of {} that are kept have the offsets {} to {}", topic,
                                                room->first_sequence, room->last_sequence));
  }
  if (!app.routes().route_of(topic))
    return fail(ErrorCode::not_found, fmt::format("no file in rooms/ serves {}", topic));
  std::string name = (fs::temp_directory_path() / "entmoot-replay-XXXXXX").string();
  if (!mkdtemp(name.data())) return fail(ErrorCode::io, fmt::format("cannot create a folder {}", name));
  const fs::path folder = name;
  auto copy = RoomStore::open(folder);
  const auto time_ms = copy ? copy_room(store, *copy, *room, at) : Result<std::int64_t>(copy.error());
  if (!time_ms) {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    return time_ms.error();
  }
  return std::unique_ptr<PastRoom>(new PastRoom(app, topic, folder, std::make_shared<StoreWriter>(*std::move(copy)),
                                                std::make_unique<StandingClock>(*time_ms)));
}

PastRoom::PastRoom(const App& app, std::string topic, fs::path folder, std::shared_ptr<StoreWriter> store,
                   std::unique_ptr<StandingClock> clock)
    : topic_(std::move(topic)), folder_(std::move(folder)), clock_(std::move(clock)) {
  NodeOptions options = node_options(app, {}, std::move(store));
  ENTMOOT_CHECK(options.rooms.has_value(), "a node of an app has rooms");
  options.rooms->rooms.stand_still = true;
  node_ = std::make_unique<Node>(NodeOptions{.shards = 1,
                                             .clock = *clock_,
                                             .endpoint = std::move(options.endpoint),
                                             .js = options.js,
                                             .rooms = std::move(options.rooms)});
}

PastRoom::~PastRoom() {
  node_.reset();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

Error PastRoom::trouble() {
  struct Waiting {
    bool answered = false;
    Error why = {};
  };
  auto waiting = std::make_shared<Waiting>();
  Shard& shard = node_->shards()[0];
  shard.post([&] {
    node_->rooms().rooms().list([waiting](const std::vector<RoomInfo>& rooms) {
      waiting->why =
          fail(ErrorCode::start_failed, rooms.empty() ? "the room cannot start" : rooms.front().last_trouble);
      waiting->answered = true;
    });
  });
  while (!waiting->answered) (void)node_->step();
  return waiting->why;
}

Result<std::string> PastRoom::evaluate(std::string_view expression) {
  struct Waiting {
    bool answered = false;
    Result<JsonText> result = JsonText();
  };
  auto waiting = std::make_shared<Waiting>();
  Shard& shard = node_->shards()[0];
  shard.post([&] {
    node_->rooms().rooms().request(topic_, "", entry::eval(expression),
                                   ReplyTo(shard, [waiting](Result<JsonText> result) {
                                     waiting->answered = true;
                                     waiting->result = std::move(result);
                                   }));
  });
  // The store answers from its own thread.
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!waiting->answered) {
    if (node_->step()) continue;
    if (std::chrono::steady_clock::now() > until) return fail(ErrorCode::timeout, "no answer within a minute");
    std::this_thread::sleep_for(100us);
  }
  // A room that cannot start is quarantined at last; why it could not is what matters.
  if (!waiting->result && waiting->result.error().code == ErrorCode::unavailable) return trouble();
  if (!waiting->result) return waiting->result.error();
  const auto text = waiting->result->parse();
  if (!text) return text.error();
  return text->is_string() ? std::string(text->as_string()) : to_json(*text);
}

}  // namespace entmoot_app
