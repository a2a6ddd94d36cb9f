// SPDX-License-Identifier: MIT
//
// A folder becomes an app, or says what is wrong with it and where.

#include "entmoot/server/app_loader.hpp"

#include "../js/folder.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <string>

using namespace entmoot;
using namespace entmoot_app;

namespace {

const std::string a_room = "export const join = () => ({});";

std::string mistakes_in(const Folder& folder) {
  const auto app = AppLoader(folder.path()).load();
  return app ? "" : app.error().reason;
}

std::string mistakes(const std::map<std::string, std::string>& files) { return mistakes_in(Folder(files)); }

}  // namespace

TEST_CASE("what a file's top level throws is told with its place") {
  CHECK(mistakes({{"rooms/a.ts", "const a: number = 1;\nundefinedThing();\nexport const join = () => a;"}}) ==
        "rooms/a.ts:2:1: undefinedThing is not defined");
  CHECK(mistakes({{"rooms/a.ts", a_room}, {"entmoot.config.ts", "\n\n  throw new Error(\"not today\");"}}) ==
        "entmoot.config.ts:3:13: not today");
  CHECK(mistakes({{"rooms/a.ts", "import '../lib/b.ts';\n" + a_room}, {"lib/b.ts", "await 1;\nnull.x;"}})
            .starts_with("lib/b.ts:2:"));
}

TEST_CASE("a top level without an end is told as such") {
  const std::string config = "export default {limits: {startTimeout: \"50ms\", turn: \"50ms\"}};";
  CHECK(mistakes({{"rooms/a.ts", "await new Promise(() => {});\n" + a_room}, {"entmoot.config.ts", config}}) ==
        "rooms/a.ts: the script did not start in time; what its top level awaits has to come within 0.05 s");
  CHECK(mistakes({{"rooms/a.ts", "for (;;);\n" + a_room}, {"entmoot.config.ts", config}}) ==
        "rooms/a.ts: out of time; the file's own statements may compute for 0.05 s");
}

TEST_CASE("an empty file is a mistake: an editor has just emptied it, and is about to write it anew") {
  for (const char* text : {"", " \r\n\n"}) {
    CHECK(mistakes({{"rooms/a.ts", text}}) ==
          "rooms/a.ts: there is nothing in it; a room exports `join` or `handleIn`, say");
  }
  CHECK(mistakes({{"rooms/a.ts", "export {};"}}).empty());
}

TEST_CASE("an export that is nearly one of a room's is a warning, and so is a file that exports none of them") {
  const auto warnings = [](const std::string& source) {
    const Folder folder({{"rooms/a.ts", source}});
    const auto app = AppLoader(folder.path()).load();
    REQUIRE(app.has_value());
    return warnings_of(**app);
  };
  using Warnings = std::vector<std::string>;
  CHECK(warnings("export const handelIn = () => {}; export function handle_info() {} export const join = () => 1;") ==
        Warnings{"rooms/a.ts exports `handelIn`, which means nothing here; did you mean `handleIn`?",
                 "rooms/a.ts exports `handle_info`, which means nothing here; did you mean `handleInfo`?"});
  CHECK(warnings("export const topics = 'a:*'; export const join = () => 1;") ==
        Warnings{"rooms/a.ts exports `topics`, which means nothing here; did you mean `topic`?"});
  CHECK(warnings("export const join = () => 1; export const joins = 2; export const colours = []; export default 3;")
            .empty());
  CHECK(warnings("export default { join() { return 1; } };") ==
        Warnings{"rooms/a.ts exports nothing that is called: clients can join, and whatever they send is an error. A "
                 "room exports `join` or `handleIn`, say."});
}

TEST_CASE("limits for rooms that nobody serves are told with their place") {
  CHECK(mistakes(
            {{"rooms/a.ts", a_room}, {"entmoot.config.ts", "export default {\n  rooms: {'b:*': {clients: 2}},\n};"}}) ==
        "entmoot.config.ts:2:11: `rooms` names \"b:*\", but no file in rooms/ serves it");
}

TEST_CASE("links that lead in a circle are no end of the server") {
  const Folder folder({{"rooms/a.ts", a_room}, {"public/index.html", "<p>hello"}});
  for (const char* link : {"rooms/b.ts", "public/b.ts"}) {
    std::filesystem::create_symlink(std::filesystem::path(link).filename(), folder.path() / link);
  }
  std::filesystem::create_directory_symlink("../public", folder.path() / "public/again");
  CHECK(mistakes_in(folder).empty());
}
