// SPDX-License-Identifier: MIT
//
// Environment variables of rooms: who sees which, and where their values must not appear.

#include "../js/folder.hpp"
#include "app_bench.hpp"
#include "entmoot/config.hpp"
#include "entmoot/server/app_loader.hpp"
#include "entmoot/server/environment.hpp"

#include <entmoot/runtime/secrets.hpp>

#include <cstdlib>
#include <string>
#include <string_view>

using namespace entmoot;
using namespace entmoot_app;

namespace {

/// A variable of this process while it lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

std::string load(const Folder& folder, AppLoader::Options options = {}) {
  const auto app = AppLoader(folder.path(), std::move(options)).load();
  return app ? "" : app.error().reason;
}

std::string dotenv(std::string_view text) {
  const auto variables = read_dotenv(text);
  if (!variables) return variables.error().reason;
  std::string all;
  for (const auto& [name, value] : *variables) all += name + "=<" + value + ">";
  return all;
}

}  // namespace

TEST_CASE("rooms see exactly the variables that `env` names, frozen") {
  const Variable key("ENTMOOT_TEST_KEY", "s3cr3t-value");
  const Variable empty("ENTMOOT_TEST_EMPTY", "");
  AppBench bench("export let x;", "{env: [\"ENTMOOT_TEST_KEY\", \"ENTMOOT_TEST_EMPTY\"]}");
  Person ann(bench);
  REQUIRE(ann.join("room:a") == "ok {}");
  CHECK(bench.evaluate("room:a", "JSON.stringify(process.env)") ==
        R"("{\"ENTMOOT_TEST_EMPTY\":\"\",\"ENTMOOT_TEST_KEY\":\"s3cr3t-value\"}")");
  CHECK(bench.evaluate("room:a", "process.env.PATH").find("undefined") != std::string::npos);
  for (const char* change : {"process.env.ENTMOOT_TEST_KEY = 1", "process.env.MORE = 1", "process.env = {}",
                             "process = 1", "delete process.env.ENTMOOT_TEST_KEY"}) {
    CAPTURE(change);
    (void)bench.evaluate("room:a", change);
    CHECK(bench.evaluate("room:a", "process.env.ENTMOOT_TEST_KEY").find("s3cr3t-value") != std::string::npos);
    CHECK(bench.evaluate("room:a", "Object.keys(process.env).length") == "2");
  }
}

TEST_CASE("a room of an app without `env` has no process") {
  AppBench bench("export let x;");
  Person ann(bench);
  (void)ann.join("room:a");
  CHECK(bench.evaluate("room:a", "typeof process") == R"("undefined")");
}

TEST_CASE("a missing variable is an error at the start that names it; the app's .env is read where it is developed") {
  const Folder folder(
      {{"rooms/room.ts", "export {};"},
       {"entmoot.config.ts", "export default {\n  env: [\"ENTMOOT_TEST_A\", \"ENTMOOT_TEST_B\"],\n};"}});
  CHECK(load(folder) ==
        "entmoot.config.ts:2:3: `env` names ENTMOOT_TEST_A, which the environment does not have: set it (.env is read "
        "under --watch, by `entmoot test` and `entmoot check` only)\n"
        "entmoot.config.ts:2:3: `env` names ENTMOOT_TEST_B, which the environment does not have: set it (.env is read "
        "under --watch, by `entmoot test` and `entmoot check` only)");
  CHECK(load(folder, {.needs_variables = false}) == "");
  folder.write(".env", "# mine\nexport ENTMOOT_TEST_A='one'\nENTMOOT_TEST_B=\n");
  CHECK(load(folder).find("ENTMOOT_TEST_A") != std::string::npos);
  CHECK(load(folder, {.dotenv = true}) == "");
  folder.write(".env", "ENTMOOT_TEST_A=hidden\nnot a line\n");
  CHECK(load(folder, {.dotenv = true}) == ".env:2: expected NAME=value");
}

TEST_CASE("the real environment takes precedence over .env, also for the configuration, and .env is never served") {
  const Variable real("ENTMOOT_TEST_A", "real");
  const Folder folder(
      {{"rooms/room.ts", "export {};"},
       {".env", "ENTMOOT_TEST_A=from-the-file\nENTMOOT_TEST_B=4001\n"},
       {"public/.env", "PUBLIC=1"},
       {"public/index.html", "hi"},
       {"entmoot.config.ts",
        "export default {data: process.env.ENTMOOT_TEST_A, port: Number(process.env.ENTMOOT_TEST_B)};"}});
  AppLoader loader(folder.path(), {.dotenv = true});
  const auto app = loader.load();
  REQUIRE_MESSAGE(app.has_value(), app.error().reason);
  CHECK((*app)->config.data == "real");
  CHECK((*app)->config.listener.port == 4001);
  AppBench bench(
      {{"rooms/room.ts", "export {};"}, {".env", "A=1"}, {"public/.env", "A=1"}, {"public/index.html", "hi"}});
  CHECK(bench.http("GET", "/.env").starts_with("404"));
  CHECK(bench.http("GET", "/public/.env").starts_with("404"));
}

TEST_CASE("a file .env has the format of Node's --env-file") {
  CHECK(dotenv("") == "");
  CHECK(dotenv("\xef\xbb\xbf"
               "A=1\r\n\r\n  B = two words  # comment\nC=\n# D=4\n") == "A=<1>B=<two words>C=<>");
  CHECK(dotenv("A='x # y'\nB=\"a\\nb\" # c\nC=`it's \"it\"`\nD=\"two\nlines\"\nE=5") ==
        "A=<x # y>B=<a\nb>C=<it's \"it\">D=<two\nlines>E=<5>");
  CHECK(dotenv("export A=1\nA=2") == "A=<2>");
  CHECK(dotenv("A=a=b==") == "A=<a=b==>");
  CHECK(dotenv("A=1\nB") == ".env:2: expected NAME=value");
  CHECK(dotenv("1A=1") == ".env:1: the text before \"=\" is not the name of a variable");
  CHECK(dotenv("=1") == ".env:1: the text before \"=\" is not the name of a variable");
  CHECK(dotenv("A=1\nB=\"secret\n\nC=2") == ".env:2: the value has no closing quote");
  CHECK(dotenv("D=\"a\nb\"\nA=\"x\" secret") == ".env:3: there is text after the closing quote");
}

TEST_CASE("a value of `env` is masked in the log, and in what a room throws") {
  const Variable key("ENTMOOT_TEST_KEY", "s3cr3t-value");
  AppBench bench(R"(
    export function handleIn(event) {
      console.log(process.env);
      if (event === "throws") throw new Error(`cannot use ${process.env.ENTMOOT_TEST_KEY}`);
      setTimeout(() => { throw new Error(process.env.ENTMOOT_TEST_KEY); }, 0);
    }
  )",
                 "{env: [\"ENTMOOT_TEST_KEY\"], exposeErrors: true}");
  Person ann(bench);
  (void)ann.join("room:a");
  CHECK(ann.push("room:a", "throws") == R"(error {"reason":"cannot use [ENTMOOT_TEST_KEY]"})");
  (void)ann.push("room:a", "timer");
  bench.advance(std::chrono::milliseconds(10));
  std::string all;
  for (const std::string& line : bench.logged("")) all += line + "\n";
  CHECK(all.find("[ENTMOOT_TEST_KEY]") != std::string::npos);
  CHECK(all.find("uncaught exception in a timer") != std::string::npos);
  CHECK(all.find("s3cr3t") == std::string::npos);
}

TEST_CASE("a secret that contains another one is masked as a whole") {
  const Secrets secrets({{"A", "12345678"}, {"B", "0123456789"}, {"SHORT", "123"}});
  CHECK(secrets.masked("x 0123456789 12345678 123") == "x [B] [A] 123");
}

TEST_CASE("an error of the configuration does not show a value that is not written in its file") {
  const auto reason = [](std::string_view json, std::string_view source) {
    const auto config = config_from({.source = std::string(source), .default_export = JsonText::trusted(json)});
    return config ? "" : config.error().reason;
  };
  const std::string_view source =
      "export default { port: process.env.A, origins: [process.env.B], data: 7, fetch: [\"odd\"] }";
  const std::string shown =
      reason(R"({"port":"s3cr3t\"value","origins":["s3cr3t/origin"],"fetch":["odd","https://s3cr3t/value"],"data":7})",
             source);
  CHECK(shown.find("s3cr3t") == std::string::npos);
  CHECK(shown.find("`port` must be") != std::string::npos);
  CHECK(shown.find("\"odd\"") != std::string::npos);
  const std::string longer(100, 's');
  CHECK(reason("{\"port\":\"" + longer + "\"}", source).find("sss") == std::string::npos);
}

TEST_CASE("a changed variable reloads the rooms that see it") {
  const Variable key("ENTMOOT_TEST_KEY", "first-value");
  AppBench bench("export const serialize = () => 1; export const restore = () => {};", "{env: [\"ENTMOOT_TEST_KEY\"]}");
  Person ann(bench);
  (void)ann.join("room:a");
  const Variable changed("ENTMOOT_TEST_KEY", "second-value");
  CHECK(bench.reload(Files{}) == "");
  CHECK(bench.evaluate("room:a", "process.env.ENTMOOT_TEST_KEY").find("second-value") != std::string::npos);
}
