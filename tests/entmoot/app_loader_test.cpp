// SPDX-License-Identifier: MIT
//
// Loading an app from its folder, and the errors and their positions.

#include "entmoot/server/app_loader.hpp"

#include "../js/folder.hpp"

#include <entmoot/web/http_request.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

using namespace entmoot;
using namespace entmoot_app;

namespace {

const std::string a_room = "export const join = () => ({});";

std::string errors_in(const Folder& folder) {
  const auto app = AppLoader(folder.path()).load();
  return app ? "" : app.error().reason;
}

std::string errors_of(const std::map<std::string, std::string>& files) { return errors_in(Folder(files)); }

}  // namespace

TEST_CASE("an environment variable that is not UTF-8 is left out of process.env, alone") {
  ::setenv("ENTMOOT_TEST_TEXT", "gr\xc3\xbc\xc3\x9f", 1);
  ::setenv("ENTMOOT_TEST_BYTES", "gr\xfc\xdf", 1);
  const std::string config =
      "const { ENTMOOT_TEST_TEXT: text, ENTMOOT_TEST_BYTES: bytes } = process.env;\n"
      "throw new Error(`${text} ${bytes}`);";
  CHECK(errors_of({{"rooms/a.ts", a_room}, {"entmoot.config.ts", config}}).ends_with(": gr\xc3\xbc\xc3\x9f undefined"));
  ::unsetenv("ENTMOOT_TEST_TEXT");
  ::unsetenv("ENTMOOT_TEST_BYTES");
}

TEST_CASE("an exception of a file's top level is reported with its position") {
  CHECK(errors_of({{"rooms/a.ts", "const a: number = 1;\nundefinedThing();\nexport const join = () => a;"}}) ==
        "rooms/a.ts:2:1: undefinedThing is not defined");
  CHECK(errors_of({{"rooms/a.ts", a_room}, {"entmoot.config.ts", "\n\n  throw new Error(\"not today\");"}}) ==
        "entmoot.config.ts:3:13: not today");
  CHECK(errors_of({{"rooms/a.ts", "import '../lib/b.ts';\n" + a_room}, {"lib/b.ts", "await 1;\nnull.x;"}})
            .starts_with("lib/b.ts:2:"));
}

TEST_CASE("a top level that does not finish is reported with the limit that it exceeded") {
  const std::string config = "export default {limits: {startTimeout: \"50ms\", turn: \"50ms\"}};";
  CHECK(
      errors_of({{"rooms/a.ts", "await new Promise(() => {});\n" + a_room}, {"entmoot.config.ts", config}}) ==
      "rooms/a.ts: the script did not start in time; the top level must finish within 0.05 s, including what it awaits "
      "(limit `startTimeout`)");
  CHECK(errors_of({{"rooms/a.ts", "for (;;);\n" + a_room}, {"entmoot.config.ts", config}}) ==
        "rooms/a.ts: out of time; the top level has 0.05 s of CPU time (limit `turn`)");
}

TEST_CASE("an empty file is an error, because an editor may have truncated it before writing it") {
  for (const char* text : {"", " \r\n\n"}) {
    CHECK(errors_of({{"rooms/a.ts", text}}) == "rooms/a.ts: the file is empty; a room exports `join` or `handleIn`");
  }
  CHECK(errors_of({{"rooms/a.ts", "export {};"}}).empty());
}

TEST_CASE("a misspelt export is a warning, and so is a file that exports no room function") {
  const auto warnings = [](const std::string& source) {
    const Folder folder({{"rooms/a.ts", source}});
    const auto app = AppLoader(folder.path()).load();
    REQUIRE(app.has_value());
    return warnings_of(**app);
  };
  using Warnings = std::vector<std::string>;
  CHECK(warnings("export const handelIn = () => {}; export function handle_info() {} export const join = () => 1;") ==
        Warnings{"rooms/a.ts exports `handelIn`, which the server does not use; did you mean `handleIn`?",
                 "rooms/a.ts exports `handle_info`, which the server does not use; did you mean `handleInfo`?"});
  CHECK(warnings("export const topics = 'a:*'; export const join = () => 1;") ==
        Warnings{"rooms/a.ts exports `topics`, which the server does not use; did you mean `topic`?"});
  CHECK(warnings("export const join = () => 1; export const joins = 2; export const colours = []; export default 3;")
            .empty());
  CHECK(warnings("export default { join() { return 1; } };") ==
        Warnings{"rooms/a.ts exports no function that the server calls: clients can join, but every message they send "
                 "is answered with an error. Export `join` or `handleIn`."});
}

TEST_CASE("one export of a pair without the other is a warning") {
  const struct {
    std::string_view source;
    std::string_view warning;
  } rows[] = {
      {"export const handleOut = () => {};", "`handleOut`, but no `intercept`"},
      {"export const join = () => {}; export const intercept = ['a'];", "`intercept`, but no `handleOut`"},
      {"export const join = () => {}; export const restore = () => {};", "`restore`, but no `serialize`"},
      {"export const join = () => {}; export const serialize = () => 1;", "`serialize`, but no `restore`"},
      {"export const handleOut = () => {}; export const intercept = ['a'];", ""},
      {"export const serialize = () => 1; export const restore = () => {};", ""},
  };
  for (const auto& [source, warning] : rows) {
    CAPTURE(source);
    const Folder folder({{"rooms/a.ts", std::string(source)}});
    const auto app = AppLoader(folder.path()).load();
    REQUIRE(app.has_value());
    const auto warnings = warnings_of(**app);
    REQUIRE(warnings.size() == (warning.empty() ? 0 : 1));
    if (!warning.empty()) CHECK_MESSAGE(warnings[0].find(warning) != std::string::npos, warnings[0]);
  }
}

TEST_CASE("a reload reports which settings are in effect now, and which need a restart") {
  const auto app_with = [](const std::string& config) {
    const Folder folder({{"rooms/a.ts", a_room}, {"entmoot.config.ts", "export default " + config}});
    return AppLoader(folder.path()).load().value();
  };
  using Names = std::vector<std::string>;
  const auto start = app_with("{ port: 4001, fetch: ['https://a.example'], limits: { clients: 1 } }");
  const auto to = [&](const std::string& config) { return compare(*start, *start, *app_with(config)); };

  CHECK(compare(*start, *start, *start).empty());
  const auto limits = to("{ port: 4001, fetch: ['https://a.example'], publicCache: '1h', handlers: ['send'] }");
  CHECK(limits.after_restart.empty());
  CHECK(limits.settings == Names{"handlers", "limits.clients", "publicCache"});
  CHECK(to("{ port: 4001, fetch: [], proxy: true, limits: { clients: 1 } }").after_restart == Names{"fetch", "proxy"});
  const auto gone = to("{ fetch: ['https://a.example'], limits: { clients: 1 }, node: { restarts: { max: 9 } } }");
  CHECK(gone.after_restart == Names{"node.restarts.max", "port"});
  CHECK(gone.settings.empty());

  // A setting that needs a restart is reported until it has the value that the server was started with, others once.
  const auto first = app_with("{ port: 4002, fetch: ['https://a.example'], limits: { clients: 2 } }");
  const auto second = app_with("{ port: 4002, fetch: ['https://a.example'], limits: { clients: 2 } } ");
  CHECK(compare(*start, *first, *second).after_restart == Names{"port"});
  CHECK(compare(*start, *first, *second).settings.empty());
  CHECK(compare(*start, *first, *start).after_restart.empty());
}

TEST_CASE("a reload reports the rooms whose code or limits have changed, and whether the files have") {
  Folder folder({{"rooms/a.ts", a_room}, {"rooms/b.ts", a_room}, {"public/index.html", "<p>one"}});
  AppLoader loader(folder.path());
  const auto before = loader.load().value();
  folder.write("rooms/b.ts", "export const join = () => ({ n: 2 });");
  const auto code = loader.load().value();
  CHECK(compare(*before, *before, *code).rooms == std::vector<std::string>{"rooms/b.ts"});
  CHECK_FALSE(compare(*before, *before, *code).files);
  folder.write("public/index.html", "<p>two");
  const auto page = loader.load().value();
  CHECK(compare(*before, *code, *page).rooms.empty());
  CHECK(compare(*before, *code, *page).files);
  folder.write("entmoot.config.ts", "export default { limits: { clients: 3 } };");
  const auto limits = loader.load().value();
  CHECK(compare(*before, *page, *limits).rooms == std::vector<std::string>{"rooms/a.ts", "rooms/b.ts"});
}

TEST_CASE("with `develops`, each page loads the script that shows errors, even without a head element") {
  const Folder folder({{"rooms/a.ts", a_room},
                       {"public/whole.html", "<html><head><title>x</title></head><body>x</body></html>"},
                       {"public/short.html", "<!doctype html><title>x</title><p>hello"}});
  const auto page = [](const App& app, const std::string& path) {
    HttpRequest request;
    request.method = "GET";
    request.path = path;
    const auto response = app.hosted->files.find(request);
    REQUIRE(response.has_value());
    return std::string(response->body.view());
  };
  const auto served = AppLoader(folder.path()).load().value();
  const auto written = AppLoader(folder.path(), {.develops = true}).load().value();
  constexpr std::string_view script = R"(<script type="module" src="/entmoot/dev.js"></script>)";
  for (const std::string path : {"/whole.html", "/short.html"}) {
    CAPTURE(path);
    CHECK(page(*served, path).find(script) == std::string::npos);
    CHECK(page(*written, path).find(script) != std::string::npos);
  }
}

TEST_CASE("limits for a route that no file serves are reported with their position") {
  CHECK(errors_of(
            {{"rooms/a.ts", a_room}, {"entmoot.config.ts", "export default {\n  rooms: {'b:*': {clients: 2}},\n};"}}) ==
        "entmoot.config.ts:2:11: `rooms` names \"b:*\", but no file in rooms/ serves it");
}

TEST_CASE("files that begin with a dot, and files in such folders, are not served; those in .well-known are") {
  const Folder folder({{"rooms/a.ts", a_room},
                       {"public/index.html", "<p>hello"},
                       {"public/.env", "secret"},
                       {"public/.git/config", "secret"},
                       {"public/a/.svn/b/entries", "secret"},
                       {"public/.well-known/security.txt", "public"},
                       {"public/.well-known/.hidden", "secret"}});
  const auto app = AppLoader(folder.path()).load().value();
  const auto found = [&](const char* path) {
    HttpRequest request;
    request.method = "GET";
    request.path = path;
    return app->hosted->files.find(request).has_value();
  };
  CHECK(found("/index.html"));
  CHECK(found("/.well-known/security.txt"));
  for (const char* path : {"/.env", "/.git/config", "/a/.svn/b/entries", "/.well-known/.hidden"}) {
    CHECK_FALSE_MESSAGE(found(path), path);
  }
}

TEST_CASE("circular links do not end the server") {
  const Folder folder({{"rooms/a.ts", a_room}, {"public/index.html", "<p>hello"}});
  for (const char* link : {"rooms/b.ts", "public/b.ts"}) {
    std::filesystem::create_symlink(std::filesystem::path(link).filename(), folder.path() / link);
  }
  std::filesystem::create_directory_symlink("../public", folder.path() / "public/again");
  CHECK(errors_in(folder).empty());
}
