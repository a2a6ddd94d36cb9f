// SPDX-License-Identifier: MIT

#include "entmoot/terminal_text.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace entmoot_app;

TEST_CASE("control and formatting characters are replaced") {
  CHECK(terminal_line("room:\x1b[2J\x07", 48) == "room:\uFFFD[2J\uFFFD");
  CHECK(terminal_line("a\nb\x7F", 48) == "a\uFFFDb\uFFFD");
  CHECK(terminal_line("\u009B31m", 48) == "\uFFFD31m");
  CHECK(terminal_line("\u202Eright to left\u2066", 48) == "\uFFFDright to left\uFFFD");
  CHECK(terminal_line("\xFF", 48) == "\uFFFD");
}

TEST_CASE("printable characters of any script are unchanged") {
  CHECK(terminal_line("room:größe 🌳 ‘日本’…", 48) == "room:größe 🌳 ‘日本’…");
}

TEST_CASE("a name that is too long for its column is cut between characters") {
  CHECK(terminal_line("ééé", 3) == "ééé");
  CHECK(terminal_line("éééé", 3) == "éé…");
  CHECK(characters_in("éé…") == 3);
}

TEST_CASE("an answer keeps its line ends and its length") {
  const std::string text = "1\n2" + std::string(1000, 'x');
  CHECK(terminal_text(text) == text);
  CHECK(terminal_text("\r\x1b") == "\uFFFD\uFFFD");
}
