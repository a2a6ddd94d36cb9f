// SPDX-License-Identifier: MIT

// Presence and typing among clients that joined with a name; clients without one receive none of it.

#include "live_chat.hpp"
#include "stepped_chat.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <vector>

using namespace entmoot;
using namespace chat_room;

namespace {

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a client that joins with a name sees the others and is seen, across shards") {
  SteppedChat chat(shipped());
  SteppedVisitor ann(chat, 0, "lobby"), bob(chat, 1, "lobby"), eve(chat, 2, "elsewhere");
  REQUIRE(ann.joined("ann").status == "ok");
  CHECK(ann.here() == Names{"ann"});
  REQUIRE(bob.joined("bob").status == "ok");
  REQUIRE(eve.joined("eve").status == "ok");
  CHECK(ann.here() == Names{"ann", "bob"});
  CHECK(bob.here() == Names{"ann", "bob"});
  CHECK(eve.here() == Names{"eve"});

  bob.leaves();
  settle(chat.shards);
  CHECK(ann.here() == Names{"ann"});
  REQUIRE(bob.joined("bob").status == "ok");
  CHECK(ann.here() == Names{"ann", "bob"});
  bob.disconnects();
  settle(chat.shards);
  CHECK(ann.here() == Names{"ann"});
}

TEST_CASE("two clients with the same name are listed twice, a second join of one client once") {
  SteppedChat chat(shipped());
  SteppedVisitor tab(chat, 0, "lobby"), other_tab(chat, 1, "lobby"), bob(chat, 2, "lobby");
  REQUIRE(bob.joined("bob").status == "ok");
  REQUIRE(tab.joined("ann").status == "ok");
  REQUIRE(other_tab.joined("ann").status == "ok");
  CHECK(bob.here() == Names{"ann", "ann", "bob"});
  tab.disconnects();
  settle(chat.shards);
  CHECK(bob.here() == Names{"ann", "bob"});
  bob.joins("bob");
  settle(chat.shards);
  CHECK(other_tab.here() == Names{"ann", "bob"});
}

TEST_CASE("a client that joins without a name is not listed and receives no presence events") {
  SteppedChat chat(shipped());
  SteppedVisitor quickbeam(chat, 0, "lobby"), ann(chat, 0, "lobby"), bob(chat, 1, "lobby");
  REQUIRE(quickbeam.joined().status == "ok");
  REQUIRE(ann.joined("ann").status == "ok");
  REQUIRE(bob.joined("bob").status == "ok");
  CHECK(ann.typed(true).status == "ok");
  CHECK(bob.renamed("robert").status == "ok");
  CHECK(ann.said("hello").status == "ok");
  bob.leaves();
  settle(chat.shards);
  CHECK(quickbeam.screen() == Names{"hello"});  // and reading anything else has failed the test
  CHECK(quickbeam.undisturbed());
  CHECK(ann.here() == Names{"ann"});

  CHECK(quickbeam.typed(true).reason() == "a client that joined without a name cannot report typing");
  CHECK(quickbeam.renamed("quickbeam").reason() == "a client that joined without a name cannot change it");
  CHECK(ann.here() == Names{"ann"});
  CHECK(ann.typing().empty());
  CHECK(quickbeam.undisturbed());
}

TEST_CASE("a new name is one update of the same presence; the same name is no update") {
  SteppedChat chat(shipped());
  SteppedVisitor ann(chat, 0, "lobby"), bob(chat, 1, "lobby");
  REQUIRE(ann.joined("ann").status == "ok");
  REQUIRE(bob.joined("bob").status == "ok");
  const auto before = ann.reads().diffs();
  CHECK(bob.renamed("robert").status == "ok");
  CHECK(ann.here() == Names{"ann", "robert"});
  CHECK(bob.here() == Names{"ann", "robert"});
  CHECK(bob.renamed("robert").status == "ok");
  CHECK(ann.reads().diffs() == before + 1);
}

TEST_CASE("typing is sent to the others in the room only, with the name of the sender") {
  SteppedChat chat(shipped());
  SteppedVisitor ann(chat, 0, "lobby"), bob(chat, 1, "lobby"), cleo(chat, 0, "lobby"), eve(chat, 1, "elsewhere");
  REQUIRE(ann.joined("ann").status == "ok");
  REQUIRE(bob.joined("bob").status == "ok");
  REQUIRE(cleo.joined("cleo").status == "ok");
  REQUIRE(eve.joined("eve").status == "ok");
  CHECK(ann.typed(true).status == "ok");
  CHECK(ann.renamed("anna").status == "ok");
  CHECK(ann.pushed("typing", R"({"typing":false,"name":"bob"})").status == "ok");
  for (auto* other : {&bob, &cleo}) CHECK(other->typing() == Names{"ann", "anna stops"});
  CHECK(ann.typing().empty());
  CHECK(eve.typing().empty());
  CHECK(chat.state("lobby") == R"({"messageCount":0})");
}

TEST_CASE("presence and typing continue after the room has ended") {
  SteppedChat chat(moody());
  SteppedVisitor ann(chat, 0, "lobby"), bob(chat, 1, "lobby");
  REQUIRE(ann.joined("ann").status == "ok");
  REQUIRE(bob.joined("bob").status == "ok");
  const auto before = ann.reads().diffs();
  chat.kill("lobby");
  CHECK(bob.typed(true).status == "ok");
  CHECK(ann.typing() == Names{"bob"});
  CHECK(ann.said("hoard").status == "error");
  CHECK(ann.here() == Names{"ann", "bob"});
  CHECK(ann.reads().diffs() == before);
  SteppedVisitor cleo(chat, 2, "lobby");
  REQUIRE(cleo.joined("cleo").status == "ok");
  CHECK(cleo.here() == Names{"ann", "bob", "cleo"});
  CHECK(ann.undisturbed());
  CHECK(bob.undisturbed());
}

TEST_CASE("a name that is not valid for a sender is rejected with the reason, and the client can try another") {
  SteppedChat chat(shipped());
  SteppedVisitor ann(chat, 0, "lobby"), bob(chat, 1, "lobby");
  REQUIRE(ann.joined("ann").status == "ok");
  const std::string too_long(101, 'x');
  CHECK(bob.joined(too_long).reason() == R"("name" has 101 characters; 100 are allowed)");
  CHECK(bob.pushed("phx_join", R"({"name":""})").reason() == R"("name" is empty)");
  CHECK(bob.pushed("phx_join", R"({"name":7})").reason() == R"("name" must be a string)");
  CHECK(ann.here() == Names{"ann"});
  REQUIRE(bob.joined("bob").status == "ok");
  CHECK(bob.renamed(too_long).reason() == R"("name" has 101 characters; 100 are allowed)");
  CHECK(bob.renamed("").reason() == R"("name" is empty)");
  CHECK(bob.pushed("rename", "{}").reason() == R"("name" is missing)");
  CHECK(bob.pushed("rename", "[]").status == "error");
  CHECK(bob.pushed("typing", "{}").reason() == R"("typing" must be true or false)");
  CHECK(ann.here() == Names{"ann", "bob"});
  CHECK(bob.undisturbed());
}

TEST_CASE("a room with a full list still accepts joins; a client without a place is listed when there is one") {
  SteppedChat chat(shipped());
  constexpr std::size_t places = PresenceLimits{}.per_topic;
  PresenceOwner last{};
  run_on(chat.shards[1], [&] {
    for (std::size_t i = 0; i < places; ++i) {
      last = chat.presence.new_owner();
      const auto meta = JsonText::of({{"name", "somebody"}});
      REQUIRE(chat.presence.track(last, "room:lobby", std::to_string(i), meta).has_value());
    }
  });
  settle(chat.shards);
  SteppedVisitor ann(chat, 0, "lobby");
  REQUIRE(ann.joined("ann").status == "ok");
  CHECK(ann.here() == Names(places, "somebody"));
  CHECK(ann.said("hello").status == "ok");
  CHECK(ann.typed(true).status == "ok");

  run_on(chat.shards[1], [&] { chat.presence.untrack(last); });
  settle(chat.shards);
  CHECK(ann.renamed("ann").status == "ok");
  CHECK(ann.here().front() == "ann");
  CHECK(ann.here().size() == places);
  CHECK(ann.undisturbed());
}

TEST_CASE("a client whose new name does not fit in the list is not listed under the old one") {
  SteppedChat chat(shipped());
  SteppedVisitor ann(chat, 0, "lobby"), bob(chat, 1, "lobby");
  REQUIRE(ann.joined("ann").status == "ok");
  REQUIRE(bob.joined("bob").status == "ok");
  CHECK(bob.renamed(std::string(100, '\x01')).status == "ok");  // 600 bytes as JSON
  CHECK(ann.here() == Names{"ann"});
  CHECK(bob.renamed("robert").status == "ok");
  CHECK(ann.here() == Names{"ann", "robert"});
}

TEST_CASE("over sockets and threads all clients see each other, also with simultaneous joins and leaves") {
  constexpr unsigned shards = 3;
  constexpr int rounds = 20;
  LiveChat chat(shipped(), shards);
  LiveVisitor quickbeam(chat, "lobby"), ann(chat, "lobby");  // their own frames fail the test
  REQUIRE(quickbeam.joined().status == "ok");
  REQUIRE(ann.joined("ann").status == "ok");
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    std::vector<std::unique_ptr<LiveVisitor>> others;
    Names everybody{"ann"};
    for (unsigned i = 0; i < shards; ++i) {
      others.push_back(std::make_unique<LiveVisitor>(chat, "lobby"));
      everybody.push_back("guest " + std::to_string(i));
      others.back()->joins(everybody.back());
    }
    const auto all_are_here = [&](const Conversation& seen) { return seen.here() == everybody; };
    for (auto& other : others) other->until(all_are_here);
    ann.until(all_are_here);
    others.front()->types(true);
    ann.until([&](const Conversation& seen) { return seen.typing() == Names(std::size_t(round) + 1, "guest 0"); });
    others.clear();
    ann.until([](const Conversation& seen) { return seen.here() == Names{"ann"}; });
  }
  CHECK(quickbeam.said("hello").status == "ok");
  CHECK(quickbeam.screen(1) == Names{"hello"});
}
