// SPDX-License-Identifier: MIT

#include <entmoot/core/poller.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

// One end of a connection that records its edges; the test holds the other.
struct End final : Pollable {
  int own = -1;
  int peer = -1;
  std::vector<std::string> edges;

  End() {
    int both[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, both) == 0);
    own = both[0];
    peer = both[1];
  }
  ~End() {
    if (own >= 0) ::close(own);
    if (peer >= 0) ::close(peer);
  }
  void on_edges(Edges now) override {
    edges.push_back(std::string(now.readable ? "r" : "") + (now.writable ? "w" : "") + (now.ended ? "e" : ""));
  }
  void say(const std::string& text) const { REQUIRE(::write(peer, text.data(), text.size()) > 0); }
};

void report_all(Poller& poller) {
  poller.fetch(Duration::zero());
  while (poller.report_next()) {
  }
}

using Edges = std::vector<std::string>;

}  // namespace

TEST_CASE("an edge is reported once; what was ready before the registration is reported too") {
  Poller poller;
  End end;
  end.say("before");
  poller.add(end.own, end);
  report_all(poller);
  report_all(poller);
  CHECK(end.edges == Edges{"rw"});
  end.say("more");
  report_all(poller);
  report_all(poller);
  CHECK(end.edges.size() == 2);
  poller.remove(end.own, end);
}

TEST_CASE("when the peer closes, the edge of its last bytes says so") {
  Poller poller;
  End end;
  poller.add(end.own, end);
  report_all(poller);
  end.say("last");
  ::close(std::exchange(end.peer, -1));
  report_all(poller);
  CHECK(end.edges == Edges{"w", "rwe"});
  poller.remove(end.own, end);
}

TEST_CASE("a full connection is writable again when the peer has read") {
  Poller poller;
  End end;
  poller.add(end.own, end);
  const std::string much(1 << 20, 'x');
  while (::write(end.own, much.data(), much.size()) > 0) {
  }
  report_all(poller);
  end.edges.clear();
  report_all(poller);
  CHECK(end.edges.empty());
  std::string read(much.size(), '\0');
  while (::read(end.peer, read.data(), read.size()) > 0) {
  }
  report_all(poller);
  CHECK(end.edges == Edges{"w"});
  poller.remove(end.own, end);
}

TEST_CASE("nothing is reported to what was removed, also if it was fetched before") {
  Poller poller;
  End first, second;
  struct Removing final : Pollable {
    Poller& poller;
    End* other;
    Removing(Poller& p, End* o) : poller(p), other(o) {}
    void on_edges(Edges) override { poller.remove(other->own, *other); }
  };
  Removing removing(poller, &second);
  poller.add(first.own, removing);
  poller.add(second.own, second);
  first.say("x");
  second.say("x");
  report_all(poller);
  second.edges.clear();
  second.say("y");
  report_all(poller);
  CHECK(second.edges.empty());
  poller.remove(first.own, removing);
}

TEST_CASE("wake() ends a wait, also one that begins later") {
  Poller poller;
  poller.wake();
  poller.fetch(std::nullopt);
  CHECK_FALSE(poller.report_next());
  std::thread other([&] { poller.wake(); });
  poller.fetch(std::nullopt);
  other.join();
  CHECK_FALSE(poller.report_next());
}

TEST_CASE("a wait without edges ends in time") {
  Poller poller;
  CHECK_FALSE(poller.fetch(1ms));
  CHECK_FALSE(poller.has_fetched());
}
