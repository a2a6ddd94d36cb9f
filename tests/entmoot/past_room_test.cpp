// SPDX-License-Identifier: MIT

#include "entmoot/replay/past_room.hpp"
#include "../js/folder.hpp"
#include "entmoot/server/app_loader.hpp"
#include "entmoot/server/server.hpp"

#include <entmoot/rooms/room_entries.hpp>
#include <entmoot/store/store_writer.hpp>
#include <entmoot/testing/manual_clock.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

using namespace entmoot;
using namespace entmoot_app;
using namespace std::chrono_literals;

namespace {

const char* const counter = R"(
  const list: number[] = [];
  let ticks = 0;
  setInterval(() => ticks++, 1000);
  export function handleInfo(message: { n: number }) {
    list.push(message.n);
    if (message.n === 13) throw new Error("thirteen");
  }
)";

std::shared_ptr<const App> load(const Folder& folder) {
  const auto app = AppLoader(folder.path()).load();
  REQUIRE_MESSAGE(app.has_value(), app.error().reason);
  return *app;
}

// A server that is stepped; its rooms get messages.
struct Recording {
  ManualClock clock;
  std::unique_ptr<Node> node;

  Recording(const App& app, std::shared_ptr<StoreWriter> store) {
    NodeOptions options = node_options(app, {}, std::move(store));
    options.shards = 1;
    node = std::make_unique<Node>(NodeOptions{
        .shards = 1, .clock = clock, .endpoint = std::move(options.endpoint), .rooms = std::move(options.rooms)});
  }
  std::string send(std::string_view json) { return ask(entry::info(json)); }
  std::string ask(Envelope message) {
    auto answer = std::make_shared<std::optional<Result<Answer>>>();
    Shard& shard = node->shards()[0];
    shard.post([&] {
      node->rooms().rooms().request("room:a", "", std::move(message),
                                    ReplyTo(shard, [answer](Result<Answer> result) { *answer = std::move(result); }));
    });
    for (int i = 0; i < 100'000 && !*answer; ++i) {
      if (!node->step()) std::this_thread::sleep_for(100us);  // the store has a thread of its own
    }
    REQUIRE(answer->has_value());
    if (!**answer) return "error: " + (**answer).error().reason;
    return ((**answer)->refused ? "refused: " : "") + std::string((**answer)->json.view());
  }
};

std::string evaluate(PastRoom& room, std::string_view expression) {
  const auto result = room.evaluate(expression);
  return result ? *result : "error: " + result.error().reason;
}

}  // namespace

TEST_CASE("a past room has the state after its input, stands still, and leaves the data alone") {
  const Folder folder(
      {{"rooms/room.ts", counter}, {"entmoot.config.ts", R"(export default {rooms: {"room:*": {durable: true}}};)"}});
  const auto app = load(folder);
  const auto data = folder.path() / "data";
  {
    auto store = RoomStore::open(data);
    REQUIRE_MESSAGE(store.has_value(), store.error().reason);
    Recording recording(*app, std::make_shared<StoreWriter>(*std::move(store)));
    CHECK(recording.send(R"({"n":11})") == "null");
    CHECK(recording.send(R"({"n":12})") == "null");
    CHECK(recording.send(R"({"n":13})") == "error: thirteen");
    CHECK(recording.send(R"({"n":14})") == "null");
  }
  auto store = RoomStore::open(data);
  REQUIRE_MESSAGE(store.has_value(), store.error().reason);
  const auto before = store->find("room:a");
  REQUIRE(before.has_value());
  CHECK(before->last_sequence == 5);  // the start is the first one

  const char* const lists[] = {"[]", "[11]", "[11,12]", "[11,12,13]", "[11,12,13,14]"};
  for (std::int64_t at = 1; at <= before->last_sequence; ++at) {
    CAPTURE(at);
    auto past = PastRoom::open(*app, *store, "room:a", at);
    REQUIRE_MESSAGE(past.has_value(), past.error().reason);
    CHECK(evaluate(**past, "JSON.stringify(list)") == "\"" + std::string(lists[at - 1]) + "\"");
    CHECK(evaluate(**past, "list.push(99); list.at(-1)") == "99");
    CHECK(evaluate(**past, "ticks") == "0");
    CHECK(evaluate(**past, "room.id") == "\"a\"");
    CHECK(evaluate(**past, "for (;;);") == "error: out of time");
  }
  CHECK(*store->find("room:a") == *before);
  for (const std::int64_t outside : {std::int64_t{0}, before->last_sequence + 1}) {
    const auto past = PastRoom::open(*app, *store, "room:a", outside);
    REQUIRE(!past.has_value());
    CHECK(past.error().reason == "the inputs of room:a that are kept have the offsets 1 to 5");
  }
  CHECK(!PastRoom::open(*app, *store, "room:b", 1).has_value());
}

TEST_CASE("inputs that no recovery needs any more are kept within `retain`, and those that one needs always") {
  const std::string_view retains[] = {"{inputs: 0}", "{inputs: 2}", "{age: 0}", "{inputs: 1000000000}",
                                      "{age: \"3650d\"}"};
  for (const std::string_view retain : retains) {
    CAPTURE(retain);
    const Folder folder({{"rooms/room.ts", counter},
                         {"entmoot.config.ts", "export default {rooms: {\"room:*\": {durable: true, retain: " +
                                                   std::string(retain) + "}}};"}});
    const auto app = load(folder);
    const auto data = folder.path() / "data";
    int sent = 0;
    for (int run = 0; run < 3; ++run) {
      auto store = RoomStore::open(data);
      REQUIRE_MESSAGE(store.has_value(), store.error().reason);
      Recording recording(*app, std::make_shared<StoreWriter>(*std::move(store)));
      recording.clock.advance(run * 1h);
      for (int i = 0; i < 3; ++i) CHECK(recording.send("{\"n\":" + std::to_string(100 + sent++) + "}") == "null");
    }
    auto store = RoomStore::open(data);
    REQUIRE_MESSAGE(store.has_value(), store.error().reason);
    const auto room = store->find("room:a");
    REQUIRE(room.has_value());
    const auto images = store->images(room->id);
    REQUIRE(images.has_value());
    if (images->empty()) continue;  // where heaps have no slots (js/durable_slots.hpp)
    REQUIRE(images->size() == 2);
    const bool keeps_all = retain == retains[3] || retain == retains[4];
    CHECK(room->first_sequence == (keeps_all ? 1 : images->back().sequence + 1));
    auto past = PastRoom::open(*app, *store, "room:a", room->last_sequence);
    REQUIRE_MESSAGE(past.has_value(), past.error().reason);
    CHECK(evaluate(**past, "list.length") == "9");
  }
}

TEST_CASE(
    "a durable room has the answers of other rooms that it had, and refuses what it refused, without asking again") {
  const Folder folder({{"rooms/room.ts", R"(
    let asked = 0;
    const list: unknown[] = [];
    export async function handleInfo(message: { to: string }) {
      list.push(await room.call(message.to, { from: "me" }));
      try { await room.call(message.to, "refuse"); } catch (error) { list.push(error instanceof Refusal, error.details); }
    }
    export function handleCall(message: unknown) {
      ++asked;
      if (message === "refuse") throw new Refusal("no", { asked });
      return { asked, message };
    }
  )"},
                       {"entmoot.config.ts", R"(export default {rooms: {"room:*": {durable: true}}};)"}});
  const auto app = load(folder);
  const auto data = folder.path() / "data";
  const std::string seen = R"("[{\"asked\":1,\"message\":{\"from\":\"me\"}},true,{\"reason\":\"no\",\"asked\":2}]")";
  const auto evaluated = [](Recording& recording, std::string_view expression) {
    const auto text = parse_json(recording.ask(entry::eval(expression)));
    return text && text->is_string() ? std::string(text->as_string()) : "(no text)";
  };
  {
    auto store = RoomStore::open(data);
    REQUIRE_MESSAGE(store.has_value(), store.error().reason);
    Recording recording(*app, std::make_shared<StoreWriter>(*std::move(store)));
    CHECK(recording.send(R"({"to":"room:b"})") == "null");
    CHECK(evaluated(recording, "JSON.stringify(list)") == seen);
    CHECK(recording.ask(entry::call(R"("refuse")", "room:z")) == R"(refused: {"reason":"no","asked":1})");
  }
  for (int i = 0; i < 2; ++i) {
    auto store = RoomStore::open(data);
    REQUIRE_MESSAGE(store.has_value(), store.error().reason);
    for (const char* topic : {"room:a", "room:b"}) {
      auto past = PastRoom::open(*app, *store, topic, store->find(topic)->last_sequence);
      REQUIRE_MESSAGE(past.has_value(), past.error().reason);
      if (topic == std::string_view("room:a")) CHECK(evaluate(**past, "JSON.stringify(list)") == seen);
      if (topic == std::string_view("room:b")) CHECK(evaluate(**past, "asked") == "2");
    }
    Recording recording(*app, std::make_shared<StoreWriter>(*std::move(store)));
    CHECK(evaluated(recording, "JSON.stringify(list)") == seen);
    CHECK(evaluated(recording, "asked") == "1");
  }
}
