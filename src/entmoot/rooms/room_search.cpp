// SPDX-License-Identifier: MIT

#include <entmoot/rooms/room_search.hpp>

#include <entmoot/rooms/room_shard.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <utility>

namespace entmoot {

namespace {

// A slice of the visit; a room takes some 300 ns, most of it for memory that is not in a cache. Between two slices the
// shard is left alone for four times as long: somebody looks at a list, and everybody else is served.
constexpr Duration slice_time = std::chrono::microseconds(200);
constexpr Duration pause = std::chrono::microseconds(800);
constexpr std::size_t buckets_at_once = 32;

struct Candidate {
  double key = 0;
  std::string topic;
};

double key_of(const Room& room, RoomColumn column) {
  const JsServer* const actor = room.actor();
  const auto of_actor = [&](auto value) { return actor ? static_cast<double>(value(actor->usage())) : 0; };
  using Usage = JsServer::Usage;
  switch (column) {
    case RoomColumn::topic: return 0;
    case RoomColumn::clients: return static_cast<double>(room.members().size());
    case RoomColumn::heap: return of_actor([](const Usage& usage) { return usage.heap_bytes; });
    case RoomColumn::cpu: return of_actor([](const Usage& usage) { return usage.cpu.count(); });
    case RoomColumn::turns: return of_actor([](const Usage& usage) { return usage.turns; });
    case RoomColumn::mailbox: return of_actor([](const Usage& usage) { return usage.mailbox; });
    case RoomColumn::errors:
      return of_actor([](const Usage& usage) { return usage.failed_turns + usage.uncaught.total(); });
    case RoomColumn::crashes: return static_cast<double>(room.failures());
  }
  return 0;
}

/// Whether `a` comes before `b`. Equal keys are in the order of the topics, whatever the direction.
struct Before {
  const RoomQuery& query;
  bool operator()(const Candidate& a, const Candidate& b) const {
    if (query.column == RoomColumn::topic) return query.descending ? a.topic > b.topic : a.topic < b.topic;
    if (a.key != b.key) return query.descending ? a.key > b.key : a.key < b.key;
    return a.topic < b.topic;
  }
};

/// The search on all shards.
struct Search {
  struct Part {
    std::vector<Candidate> candidates = {};  // a heap whose front is the last of them
    std::vector<std::pair<Candidate, RoomInfo>> rows = {};
    std::size_t matching = 0;
    std::size_t total = 0;
    std::size_t bucket = 0;
    std::size_t generation = 0;
  };

  const Shards& shards;
  const std::function<RoomShard&()> here;
  const RoomQuery query;
  UniqueFunction<void(RoomPage)> report;
  std::vector<Part> parts;  // each of its shard, until it is done
  std::size_t missing;      // of the first shard
};

void visit(const std::shared_ptr<Search>& search, std::size_t index);

void take(const Search& search, Search::Part& part, const Room& room) {
  const RoomQuery& query = search.query;
  if (room.topic().find(query.text) == std::string::npos) return;
  ++part.matching;
  const Before before{query};
  Candidate candidate{key_of(room, query.column), {}};
  auto& best = part.candidates;
  const std::size_t most = query.first + query.count;
  if (best.size() == most && most > 0 && query.column != RoomColumn::topic) {
    const bool worse = query.descending ? candidate.key < best.front().key : candidate.key > best.front().key;
    if (worse) return;  // without a copy of its topic
  }
  candidate.topic = room.topic();
  if (best.size() == most) {
    if (most == 0 || !before(candidate, best.front())) return;
    std::ranges::pop_heap(best, before);
    best.pop_back();
  }
  best.push_back(std::move(candidate));
  std::ranges::push_heap(best, before);
}

/// On the first shard.
void finish(Search& search) {
  const RoomQuery& query = search.query;
  const Before before{query};
  RoomPage page;
  std::vector<std::pair<Candidate, RoomInfo>> all;
  for (auto& part : search.parts) {
    page.matching += part.matching;
    page.total += part.total;
    std::ranges::move(part.rows, std::back_inserter(all));
  }
  std::ranges::sort(all, [&](const auto& a, const auto& b) { return before(a.first, b.first); });
  for (std::size_t i = query.first; i < all.size() && page.rows.size() < query.count; ++i) {
    page.rows.push_back(std::move(all[i].second));
  }
  search.report(std::move(page));
}

/// The candidates become rows, and go to the first shard.
void hand_over(const std::shared_ptr<Search>& search, Search::Part& part) {
  RoomShard& rooms = search->here();
  part.total = rooms.size();
  for (Candidate& candidate : part.candidates) {
    auto info = rooms.info(candidate.topic);
    if (info) part.rows.emplace_back(std::move(candidate), *std::move(info));
  }
  search->shards[0].post([search] {
    if (--search->missing == 0) finish(*search);
  });
}

void visit(const std::shared_ptr<Search>& search, std::size_t index) {
  Search::Part& part = search->parts[index];
  RoomShard& rooms = search->here();
  if (part.generation != rooms.generation()) part = {.generation = rooms.generation()};  // the rooms were moved
  const Clock& clock = rooms.shard().clock();
  for (const TimePoint end = clock.now() + slice_time;;) {
    const auto next = rooms.visit(part.bucket, buckets_at_once, [&](const Room& room) { take(*search, part, room); });
    if (!next) return hand_over(search, part);
    part.bucket = *next;
    if (clock.now() >= end) break;
  }
  search->shards[index].after(pause, [search, index] { visit(search, index); });
}

}  // namespace

std::optional<RoomColumn> room_column(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 8> names = {"topic", "clients", "heap",   "cpu",
                                                     "turns", "mailbox", "errors", "crashes"};
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<RoomColumn>(found - names.begin());
}

void search_rooms(const Shards& shards, std::function<RoomShard&()> here, RoomQuery query,
                  UniqueFunction<void(RoomPage)> report) {
  query.count = std::min(query.count, RoomQuery::reach_max);
  query.first = std::min(query.first, RoomQuery::reach_max - query.count);
  const auto search = std::make_shared<Search>(Search{shards, std::move(here), std::move(query), std::move(report),
                                                      std::vector<Search::Part>(shards.size()), shards.size()});
  for (std::size_t i = 0; i < shards.size(); ++i) shards[i].post([search, i] { visit(search, i); });
}

}  // namespace entmoot
