// SPDX-License-Identifier: MIT

#include "entmoot/source_places.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using entmoot_app::Place;
using entmoot_app::SourcePlaces;

namespace {

Place find(std::string_view source, const std::vector<std::string>& path) { return SourcePlaces(source).find(path); }

}  // namespace

namespace doctest {
template <>
struct StringMaker<Place> {
  static String convert(const Place& place) {
    return (std::to_string(place.line) + ":" + std::to_string(place.column)).c_str();
  }
};
}  // namespace doctest

TEST_CASE("a key is found at its own depth") {
  constexpr std::string_view source =
      "export default {\n"
      "  socket: { port: 1 },\n"
      "  port: 2,\n"
      "  limits: { history: { age: 1 }, age: 2 },\n"
      "};\n";
  CHECK(find(source, {"port"}) == Place{3, 3});
  CHECK(find(source, {"socket", "port"}) == Place{2, 13});
  CHECK(find(source, {"limits", "age"}) == Place{4, 34});
  CHECK(find(source, {"limits", "history", "age"}) == Place{4, 24});
}

TEST_CASE("comments, strings and templates are not keys") {
  constexpr std::string_view source =
      "/* port: */ // port:\n"
      "export default { name: \"{ port: 1\", other: `{ port: ${1}`,\n"
      "  \"port\": 'it\\'s',\n"
      "  'rooms': { \"chat:*\": { heap } } }";
  CHECK(find(source, {"port"}) == Place{3, 3});
  CHECK(find(source, {"rooms", "chat:*"}) == Place{4, 14});
  CHECK(find(source, {"rooms", "chat:*", "heap"}) == Place{4, 26});
}

TEST_CASE("the keys of an object that is exported by name are found where it is written") {
  constexpr std::string_view source =
      "const shared = { heap: 1 };\n"
      "const config = {\n"
      "  limits: shared, port: 1 };\n"
      "export default config;\n";
  CHECK(find(source, {"port"}) == Place{3, 19});
}

TEST_CASE("a key that is not found has the position of the nearest key above") {
  CHECK(find("export default {\n  limits: make(),\n}", {"limits", "heap"}) == Place{2, 3});
  CHECK(find("export default {\n}", {"port"}) == Place{1, 16});
  CHECK(find("", {"port"}) == Place{1, 1});
  CHECK(find("export default", {"port"}) == Place{1, 1});
  CHECK(find("export default { a: \"open", {"a", "b"}) == Place{1, 18});
}
