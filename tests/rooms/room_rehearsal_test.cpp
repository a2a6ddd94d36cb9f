// SPDX-License-Identifier: MIT

// The program that stands in for the authors' rooms (rooms/rehearsal.js) does what it says.

#include <entmoot/js/page_faults.hpp>
#include <entmoot/js/rehearsal.hpp>
#include <entmoot/rooms/room_entries.hpp>
#include <entmoot/rooms/room_rehearsal.hpp>

#include <doctest/doctest.h>

using namespace entmoot;

TEST_CASE("every step of the rehearsal is answered, but for the two that are not meant to be") {
  const auto heat = room_heat();
  REQUIRE((heat != nullptr) == js::page_faults_are_handled());
  if (!heat) return;
  const js::Rehearsal steps = room_rehearsal();
  constexpr std::size_t unanswered = 2;  // an event that the room does not know, and one that waits for a timer
  CHECK(heat->answered == 1 + steps.start.size() + 2 * steps.often.size() + steps.sometimes.size() - unanswered);
  CHECK(heat->often.size() > 100);
  CHECK(heat->start.size() > 50);
  CHECK(heat->sometimes.size() > 50);
}
