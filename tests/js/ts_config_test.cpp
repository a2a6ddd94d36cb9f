// SPDX-License-Identifier: MIT

#include "folder.hpp"

#include <entmoot/js/module_loader.hpp>
#include <entmoot/js/ts_config.hpp>

#include <map>
#include <string>

using namespace entmoot;
using namespace entmoot::js;

namespace {

using Files = std::map<std::string, std::string>;

// The options for rooms/a.ts, or what is wrong.
std::string options(const Files& files) {
  const Folder folder(files);
  SourceTree tree(folder.path());
  TsConfigs configs(tree);
  const auto found = configs.around(folder.path() / "rooms");
  if (!found) return found.error().reason;
  return *found ? (*found)->options() : "none";
}

// The file that `specifier` resolves to in rooms/a.ts, or what is wrong.
std::string target(Files files, const std::string& specifier) {
  files["rooms/a.ts"] = "import '" + specifier + "';";
  const Folder folder(files);
  ModuleLoader loader(folder.path());
  const auto graph = loader.load("rooms/a.ts");
  return graph ? (*graph)->import_of("rooms/a.ts", specifier)->target : graph.error().reason;
}

}  // namespace

TEST_CASE("the nearest tsconfig.json counts, with comments and trailing commas, and without what only types need") {
  CHECK(options({}) == "none");
  CHECK(options({{"tsconfig.json",
                  "\xef\xbb\xbf// one\n{ \"compilerOptions\": { \"strict\": true, \"noEmit\": true, }, } // end"}}) ==
        R"({"strict":true})");
  CHECK(options({{"tsconfig.json", R"({"compilerOptions":{"jsx":"react"}})"},
                 {"rooms/tsconfig.json", R"({"compilerOptions":{"jsx":"preserve"}})"}}) == R"({"jsx":"react-jsx"})");
}

TEST_CASE("a tsconfig.json extends files and packages, in order") {
  CHECK(options(
            {{"tsconfig.json",
              R"({"extends":["./base","@tsconfig/node22","plain/other.json"],"compilerOptions":{"target":"ES2022"}})"},
             {"base.json", R"({"compilerOptions":{"target":"ES5","strict":true,"experimentalDecorators":true}})"},
             {"node_modules/@tsconfig/node22/tsconfig.json", R"({"compilerOptions":{"strict":false}})"},
             {"node_modules/plain/other.json", R"({"extends":"./third.json"})"},
             {"node_modules/plain/third.json", R"({"compilerOptions":{"verbatimModuleSyntax":true}})"}}) ==
        R"({"experimentalDecorators":true,"strict":false,"target":"ES2022","verbatimModuleSyntax":true})");
  CHECK(options({{"tsconfig.json", R"({"extends":"./absent"})"}}) ==
        "tsconfig.json: cannot find \"./absent\", which it extends");
  CHECK(options({{"tsconfig.json", R"({"extends":"./tsconfig.json"})"}}) ==
        "tsconfig.json: \"extends\" leads back to the same file");
  CHECK(options({{"tsconfig.json", R"({"extends":"../../etc/passwd"})"}})
            .starts_with("tsconfig.json: cannot extend \"../../etc/passwd\": it is outside the app's folder"));
  CHECK(options({{"tsconfig.json", "[]"}}) == "tsconfig.json: must be an object");
}

TEST_CASE("paths and baseUrl lead to files of the app; a package is found if they do not") {
  const Files files = {
      {"tsconfig.json",
       R"({"compilerOptions":{"baseUrl":"./src","paths":{"@/*":["absent/*","./*"],"@/own":["own.ts"],"#lib":["../lib"]}}})"},
      {"src/cards.ts", ""},
      {"src/own.ts", ""},
      {"src/deep/x.tsx", ""},
      {"lib/index.ts", ""},
      {"node_modules/pkg/index.js", ""}};
  CHECK(target(files, "@/cards") == "src/cards.ts");
  CHECK(target(files, "@/cards.js") == "src/cards.ts");
  CHECK(target(files, "@/own") == "src/own.ts");
  CHECK(target(files, "@/deep/x") == "src/deep/x.tsx");
  CHECK(target(files, "cards") == "src/cards.ts");
  CHECK(target(files, "#lib") == "lib/index.ts");
  CHECK(target(files, "pkg") == "node_modules/pkg/index.js");
  CHECK(target(files, "@/none").starts_with("rooms/a.ts:1:8: cannot find package \"@/none\""));
  CHECK(target({{"tsconfig.json", R"({"extends":"./config/base.json"})"},
                {"config/base.json", R"({"compilerOptions":{"paths":{"~/*":["../lib/*"]}}})"},
                {"lib/a.ts", ""}},
               "~/a") == "lib/a.ts");
}
