// SPDX-License-Identifier: MIT

#include "run_tests.hpp"

#include "../complain.hpp"
#include "../server/app_loader.hpp"
#include "captured_log.hpp"
#include "stage.hpp"
#include "test_file.hpp"

#include <entmoot/base/embedded.hpp>
#include <entmoot/js/module_loader.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <span>
#include <system_error>
#include <utility>

#include <unistd.h>

std::span<const entmoot::EmbeddedFile> entmoot_test_module();  // cmake/embed.cmake

namespace entmoot_app {

namespace fs = std::filesystem;
using namespace entmoot;

namespace {

bool is_test(const fs::path& file) {
  const std::string name = file.filename().string();
  return name.ends_with(".test.ts") || name.ends_with(".test.js");
}

/// The nearest folder above `file` that contains rooms/.
Result<fs::path> app_around(const fs::path& file) {
  for (fs::path folder = file.parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
    if (fs::is_directory(folder / "rooms")) return folder;
  }
  return fail(ErrorCode::not_found,
              fmt::format("{}: not part of an app: no folder above it has rooms/", file.string()));
}

constexpr auto module_name = "entmoot:test";

js::ModuleLoader::BuiltIns test_module() { return {{module_name, std::string(entmoot_test_module().front().bytes)}}; }

void run_file(const TestChoice& choice, const fs::path& path, js::ModuleLoader& modules, Stage& stage,
              CapturedLog& captured, TestReport& report) {
  const std::string name = fs::relative(path, choice.folder).generic_string();
  const auto graph = modules.load(path);
  const auto program = graph ? Program::load(*graph) : Result<Program>(graph.error());
  const auto broken = [&](std::string_view why) {
    report.file(name);
    report.broken(why, captured.take());
  };
  constexpr std::string_view no_test = "the file registers no test: test(\"a behaviour\", async () => { … })";
  if (!program) return broken(program.error().reason);
  if (!(*graph)->find(module_name)) return broken(no_test);
  TestFile file(name, *program, stage, choice.timeout);
  const auto tests = file.tests();
  if (!tests) return broken(tests.error().reason);
  if (tests->empty()) return broken(no_test);
  bool is_named = false;
  for (std::size_t i = 0; i < tests->size(); ++i) {
    const auto& [test, skipped] = (*tests)[i];
    if (test.find(choice.only) == std::string::npos) continue;
    if (!std::exchange(is_named, true)) report.file(name);
    if (skipped) {
      report.skipped(test);
      continue;
    }
    const auto failure = file.run(i);
    const auto lines = captured.take();
    if (failure) {
      report.failed(test, *failure, lines);
    } else {
      report.passed(test, lines);
    }
  }
}

}  // namespace

Result<TestChoice> choose_tests(const fs::path& target) {
  std::error_code problem;
  const fs::path path = fs::canonical(target, problem);
  if (problem) return fail(ErrorCode::not_found, fmt::format("{}: no such file or folder", target.string()));
  if (!fs::is_directory(path)) {
    if (!is_test(path))
      return fail(ErrorCode::not_found, fmt::format("{}: not a test: its name must end in .test.ts", target.string()));
    auto folder = app_around(path);
    if (!folder) return folder.error();
    return TestChoice{.folder = *std::move(folder), .files = {path}};
  }
  TestChoice choice{.folder = path};
  for (const auto& entry : fs::directory_iterator(path / "tests", problem)) {
    if (entry.is_regular_file() && is_test(entry.path())) choice.files.push_back(entry.path());
  }
  std::ranges::sort(choice.files);
  if (choice.files.empty()) {
    return fail(ErrorCode::not_found, fmt::format("{}: no tests found; name the first one tests/<name>.test.ts",
                                                  (target / "tests").lexically_normal().string()));
  }
  return choice;
}

Result<void> run_tests(const TestChoice& choice, TestReport& report) {
  CapturedLog captured;
  AppLoader loader(choice.folder, AppLoader::Options{.dotenv = true});
  auto app = loader.load();
  if (!app) return app.error();
  (void)captured.take();
  js::ModuleLoader modules(choice.folder, test_module());
  Stage stage(*std::move(app), captured.console());
  for (const auto& path : choice.files) run_file(choice, path, modules, stage, captured, report);
  if (report.count() == 0) return fail(ErrorCode::not_found, fmt::format("no test name contains \"{}\"", choice.only));
  report.end();
  return {};
}

ExitCode test_app(const command::Test& test) {
  auto choice = choose_tests(test.target);
  if (!choice) return complain(choice.error().reason);
  choice->only = test.only;
  TestReport report(Colours::of(STDOUT_FILENO), [](std::string_view text) {
    fmt::print("{}", text);
    std::fflush(stdout);
  });
  if (const auto run = run_tests(*choice, report); !run) return complain(run.error().reason);
  return report.all_passed() ? ExitCode::ok : ExitCode::failed;
}

}  // namespace entmoot_app
