// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/presence_state.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace entmoot;

namespace {

constexpr ReplicaId left_side{1};
constexpr ReplicaId right_side{2};

PresenceEntry entry(std::string key, unsigned owner = 1, std::string topic = "t", int n = 0) {
  return {std::move(topic), static_cast<PresenceOwner>(owner), std::move(key),
          JsonText::trusted(std::string_view("{\"n\":" + std::to_string(n) + "}"))};
}

std::vector<std::string> keys_of(const std::vector<PresenceEntry>& entries) {
  std::vector<std::string> keys;
  for (const auto& one : entries) keys.push_back(one.key);
  std::ranges::sort(keys);
  return keys;
}

std::vector<std::string> keys_of(const PresenceState& state, std::string_view topic = "t") {
  std::vector<std::string> keys;
  for (const PresenceEntry* one : state.list(topic)) keys.push_back(one->key);
  std::ranges::sort(keys);
  return keys;
}

using Keys = std::vector<std::string>;

/// The least state that holds both.
PresenceNews merged(const PresenceNews& one, const PresenceNews& other) {
  PresenceState state(ReplicaId{99});
  state.merge(one);
  state.merge(other);
  return state.full();
}

/// The set as reconstructed from the reported changes alone.
struct View {
  std::vector<PresenceEntry> entries;

  void apply(const PresenceChanges& changes) {
    for (const auto& gone : changes.left) {
      const auto at = std::ranges::find(entries, gone);
      REQUIRE(at != entries.end());
      entries.erase(at);
    }
    entries.insert(entries.end(), changes.joined.begin(), changes.joined.end());
  }
  bool is(const PresenceState& state, const std::vector<std::string>& topics) const {
    std::size_t visible = 0;
    for (const auto& topic : topics) {
      for (const PresenceEntry* one : state.list(topic)) {
        ++visible;
        if (std::ranges::find(entries, *one) == entries.end()) return false;
      }
    }
    return visible == entries.size();
  }
};

const std::vector<std::string> topics{"t", "u"};

/// Replicas, news on their way between them, and a record of every dot that was ever made or removed.
struct Network {
  explicit Network(unsigned seed) : random(seed), size(3 + random() % 3) {
    for (std::size_t i = 0; i < size; ++i) states.emplace_back(static_cast<ReplicaId>(i + 1));
    views.resize(size);
  }

  std::size_t pick(std::size_t count) { return random() % count; }

  void one_change() {
    const std::size_t at = pick(size);
    PresenceState& state = states[at];
    const auto before = state.full().entries;
    const auto owner = static_cast<unsigned>(1 + pick(3));
    const std::string key(1, static_cast<char>('a' + pick(3)));
    const std::string& topic = topics[pick(topics.size())];
    PresenceState::Step step;
    switch (pick(5)) {
      case 0:
      case 1:
      case 2: step = state.join(entry(key, owner, topic, ++made)); break;
      case 3: step = state.leave(topic, static_cast<PresenceOwner>(owner), key); break;
      default: step = state.leave_all(static_cast<PresenceOwner>(owner));
    }
    views[at].apply(step.changes);
    const auto after = state.full().entries;
    for (const auto& [dot, was] : before) {
      if (!after.contains(dot)) removed.insert(dot);
    }
    for (const auto& [dot, is] : after) {
      if (!before.contains(dot)) created.emplace(dot, is);
    }
    for (std::size_t to = 0; to < size; ++to) {
      if (to == at || pick(10) < 2) continue;  // some are lost
      travelling.emplace_back(to, step.news);
      if (pick(10) < 2) travelling.emplace_back(to, step.news);  // some come twice
    }
  }

  /// Whichever comes first.
  void one_delivery() {
    if (travelling.empty()) return;
    const std::size_t which = pick(travelling.size());
    std::swap(travelling[which], travelling.back());
    deliver(travelling.back().first, travelling.back().second);
    travelling.pop_back();
  }

  void deliver(std::size_t to, const PresenceNews& news) { views[to].apply(states[to].merge(news)); }

  void repair(bool whole) {
    for (std::size_t from = 0; from < size; ++from) {
      for (std::size_t to = 0; to < size; ++to) {
        if (from != to) deliver(to, whole ? states[from].full() : states[from].news_since(states[to].context()));
      }
    }
  }

  std::map<Dot, PresenceEntry> expected() const {
    auto entries = created;
    for (const Dot dot : removed) entries.erase(dot);
    return entries;
  }

  std::mt19937 random;
  std::size_t size;
  std::vector<PresenceState> states;
  std::vector<View> views;
  std::vector<std::pair<std::size_t, PresenceNews>> travelling;
  std::map<Dot, PresenceEntry> created;
  std::set<Dot> removed;
  int made = 0;
};

}  // namespace

TEST_CASE("a join is visible at once on its replica, and elsewhere after the news is merged") {
  PresenceState here(left_side);
  PresenceState there(right_side);
  const auto step = here.join(entry("a"));
  CHECK(keys_of(step.changes.joined) == Keys{"a"});
  CHECK(keys_of(here) == Keys{"a"});
  CHECK(keys_of(there).empty());
  CHECK(keys_of(there.merge(step.news).joined) == Keys{"a"});
  CHECK(there.merge(step.news).empty());
  CHECK(here.full() == there.full());
}

TEST_CASE("an update replaces the previous presence in one step") {
  PresenceState here(left_side);
  PresenceState there(right_side);
  there.merge(here.join(entry("a", 1, "t", 1)).news);
  const auto step = here.join(entry("a", 1, "t", 2));
  for (const auto& changes : {step.changes, there.merge(step.news)}) {
    CHECK(changes.left == std::vector{entry("a", 1, "t", 1)});
    CHECK(changes.joined == std::vector{entry("a", 1, "t", 2)});
  }
  CHECK(*there.find("t", PresenceOwner{1}, "a") == entry("a", 1, "t", 2));
}

TEST_CASE("the same key of two owners is two presences") {
  PresenceState state(left_side);
  state.join(entry("a", 1));
  state.join(entry("a", 2));
  CHECK(keys_of(state) == Keys{"a", "a"});
  CHECK(keys_of(state.leave("t", PresenceOwner{1}, "a").changes.left) == Keys{"a"});
  CHECK(state.find("t", PresenceOwner{1}, "a") == nullptr);
  CHECK(state.find("t", PresenceOwner{2}, "a") != nullptr);
}

TEST_CASE("an owner leaves everything it had, on all topics, and nothing else") {
  PresenceState state(left_side);
  state.join(entry("a", 1, "t"));
  state.join(entry("b", 1, "u"));
  state.join(entry("c", 2, "t"));
  CHECK(state.count(PresenceOwner{1}) == 2);
  CHECK(keys_of(state.leave_all(PresenceOwner{1}).changes.left) == Keys{"a", "b"});
  CHECK(state.count(PresenceOwner{1}) == 0);
  CHECK(keys_of(state, "t") == Keys{"c"});
  CHECK(keys_of(state, "u").empty());
  CHECK(state.leave_all(PresenceOwner{1}).changes.empty());
}

TEST_CASE("an add wins over a remove that has not seen it") {
  PresenceState here(left_side);
  PresenceState there(right_side);
  there.merge(here.join(entry("a", 1, "t", 1)).news);
  const auto removed = there.leave("t", PresenceOwner{1}, "a");
  const auto added = here.join(entry("a", 1, "t", 2));
  there.merge(added.news);
  here.merge(removed.news);
  CHECK(here.full() == there.full());
  CHECK(*here.find("t", PresenceOwner{1}, "a") == entry("a", 1, "t", 2));
}

TEST_CASE("a leave that arrives before its join keeps it away") {
  PresenceState here(left_side);
  PresenceState there(right_side);
  const auto joined = here.join(entry("a"));
  const auto left = here.leave("t", PresenceOwner{1}, "a");
  there.merge(left.news);
  CHECK(there.merge(joined.news).empty());
  CHECK(keys_of(there).empty());
  CHECK(here.full() == there.full());
}

TEST_CASE("comparing contexts shows that a leave was missed") {
  PresenceState here(left_side);
  PresenceState there(right_side);
  there.merge(here.join(entry("a")).news);
  CHECK(here.context() == there.context());
  here.leave("t", PresenceOwner{1}, "a");
  CHECK(here.context() != there.context());
  CHECK(keys_of(there.merge(here.news_since(there.context())).left) == Keys{"a"});
  CHECK(here.full() == there.full());
}

TEST_CASE("news since a context carry only what is not known there") {
  PresenceState here(left_side);
  PresenceState there(right_side);
  here.join(entry("a"));
  here.join(entry("b"));
  there.merge(here.full());
  here.join(entry("c"));
  here.leave("t", PresenceOwner{1}, "a");
  const auto news = here.news_since(there.context());
  CHECK(news.entries.size() == 1);
  const auto changes = there.merge(news);
  CHECK(keys_of(changes.joined) == Keys{"c"});
  CHECK(keys_of(changes.left) == Keys{"a"});
  CHECK(keys_of(there) == Keys{"b", "c"});

  PresenceState newcomer(ReplicaId{3});
  newcomer.merge(news);  // meant for another replica
  newcomer.merge(here.full());
  CHECK(newcomer.full() == here.full());
}

TEST_CASE("the presences of a replica that is down are hidden, and back when it is up") {
  PresenceState here(left_side);
  PresenceState there(right_side);
  here.join(entry("mine", 1));
  here.merge(there.join(entry("a", 2)).news);
  CHECK(keys_of(here.replica_down(right_side).left) == Keys{"a"});
  CHECK(here.replica_down(right_side).empty());
  CHECK(keys_of(here) == Keys{"mine"});
  CHECK(here.find("t", PresenceOwner{2}, "a") == nullptr);

  CHECK(here.merge(there.join(entry("b", 2)).news).empty());
  CHECK(here.merge(there.leave("t", PresenceOwner{2}, "a").news).empty());
  CHECK(keys_of(here.replica_up(right_side).joined) == Keys{"b"});
  CHECK(here.replica_up(right_side).empty());
  CHECK(keys_of(here) == Keys{"b", "mine"});
}

TEST_CASE("news about a removed replica are ignored until it is up again") {
  PresenceState here(left_side);
  PresenceState there(right_side);
  PresenceState third(ReplicaId{3});
  there.join(entry("a", 2));
  here.merge(there.full());
  third.merge(there.full());
  CHECK(keys_of(here.replica_gone(right_side).left) == Keys{"a"});
  CHECK(here.merge(third.full()).empty());
  CHECK(here.count("t") == 0);
  CHECK(third.merge(here.full()).empty());  // it does not spread

  CHECK(here.replica_up(right_side).empty());
  CHECK(keys_of(here.merge(there.full()).joined) == Keys{"a"});
}

TEST_CASE("merging is commutative, associative and idempotent, for deltas and states alike") {
  for (unsigned seed = 1; seed <= 1000; ++seed) {
    CAPTURE(seed);
    Network network(seed);
    for (int step = 0; step < 20; ++step) {
      network.one_change();
      if (network.pick(2) == 0) network.one_delivery();
    }
    std::vector<PresenceNews> all;
    for (const auto& [to, news] : network.travelling) all.push_back(news);
    for (const auto& state : network.states) {
      all.push_back(state.full());
      all.push_back(state.news_since(network.states[network.pick(network.size)].context()));
    }
    const auto& a = all[network.pick(all.size())];
    const auto& b = all[network.pick(all.size())];
    const auto& c = all[network.pick(all.size())];
    CHECK(merged(a, a) == a);
    CHECK(merged(a, b) == merged(b, a));
    CHECK(merged(merged(a, b), c) == merged(a, merged(b, c)));
    CHECK(merged(merged(a, b), b) == merged(a, b));
  }
}

TEST_CASE("replicas converge, in any order of news, to the entries that were added and not removed") {
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    Network network(seed);
    for (int step = 0; step < 60; ++step) {
      switch (network.pick(5)) {
        case 0:
        case 1: network.one_change(); break;
        case 2: {
          const std::size_t from = network.pick(network.size);
          const std::size_t to = network.pick(network.size);
          if (network.pick(4) == 0) network.travelling.emplace_back(to, network.states[from].full());
          break;
        }
        default: network.one_delivery();
      }
    }
    while (seed % 2 == 0 && !network.travelling.empty()) network.one_delivery();  // odd seeds lose what is on its way
    network.repair(seed % 3 == 0);
    network.repair(true);
    for (std::size_t i = 0; i < network.size; ++i) {
      CAPTURE(i);
      CHECK(network.states[i].full().entries == network.expected());
      CHECK(network.states[i].context() == network.states[0].context());
      CHECK(network.views[i].is(network.states[i], topics));
    }
  }
}
