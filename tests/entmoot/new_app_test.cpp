// SPDX-License-Identifier: MIT

#include "entmoot/new_app.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace fs = std::filesystem;
using entmoot_app::make_new_app;

namespace {

/// A folder that the destructor removes.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "entmoot-new-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~TemporaryFolder() { fs::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const fs::path& path() const noexcept { return path_; }

 private:
  fs::path path_;
};

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

TEST_CASE("a new app has a room, a page, a test and the types, none of them empty") {
  const TemporaryFolder folder;
  const auto app = folder.path() / "a" / "my app";
  const auto files = make_new_app(app);
  REQUIRE(files.has_value());
  for (const char* wanted :
       {"rooms/chat.ts", "public/index.html", "public/app.ts", "public/style.css", "tests/chat.test.ts",
        "entmoot.config.ts", "tsconfig.json", "public/tsconfig.json", "README.md", ".gitignore", "types/entmoot.d.ts",
        "types/config.d.ts", "types/phoenix.d.ts", "types/test.d.ts"}) {
    INFO(wanted);
    CHECK(std::ranges::find(*files, wanted) != files->end());
  }
  for (const auto& name : *files) {
    INFO(name);
    CHECK(fs::file_size(app / name) > 0);
  }
  CHECK(text_of(app / "rooms/chat.ts").find("export function join") != std::string::npos);
}

TEST_CASE("an app can be created in an existing, empty folder") {
  const TemporaryFolder folder;
  CHECK(make_new_app(folder.path()).has_value());
}

TEST_CASE("existing files are not overwritten") {
  const TemporaryFolder folder;
  const auto mine = folder.path() / "README.md";
  std::ofstream(mine) << "mine";

  const auto into_folder = make_new_app(folder.path());
  REQUIRE_FALSE(into_folder.has_value());
  CHECK(into_folder.error().reason.find("is not empty") != std::string::npos);
  const auto onto_file = make_new_app(mine);
  REQUIRE_FALSE(onto_file.has_value());
  CHECK(onto_file.error().reason.find("not a folder") != std::string::npos);

  CHECK(text_of(mine) == "mine");
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
}

TEST_CASE("the error for a folder that cannot be created names it") {
  const auto app = make_new_app("/proc/nowhere/app");
  REQUIRE_FALSE(app.has_value());
  CHECK(app.error().reason.find("/proc/nowhere/app") != std::string::npos);
}
