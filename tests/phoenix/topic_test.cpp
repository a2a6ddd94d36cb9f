// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/topic.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

using namespace entmoot;

TEST_CASE("a pattern is an exact topic or a prefix that ends in a star") {
  CHECK(TopicPattern("room:*").matches("room:1"));
  CHECK(TopicPattern("room:*").matches("room:"));
  CHECK(TopicPattern("room:*").matches("room:a:b"));
  CHECK_FALSE(TopicPattern("room:*").matches("room"));
  CHECK_FALSE(TopicPattern("room:*").matches("rooms:1"));
  CHECK(TopicPattern("*").matches(""));
  CHECK(TopicPattern("foo*").matches("foobar"));
  CHECK(TopicPattern("lobby").matches("lobby"));
  CHECK_FALSE(TopicPattern("lobby").matches("lobby:1"));
}

TEST_CASE("a star in the middle is a mistake in the program") {
  CHECK_THROWS_AS(TopicPattern("a*b"), std::invalid_argument);
  CHECK_THROWS_AS(TopicPattern("**"), std::invalid_argument);
}

TEST_CASE("the subtopic is what follows the first colon") {
  CHECK(subtopic("room:lobby") == "lobby");
  CHECK(subtopic("room:a:b") == "a:b");
  CHECK(subtopic("room:") == "");
  CHECK(subtopic("room") == "");
}
