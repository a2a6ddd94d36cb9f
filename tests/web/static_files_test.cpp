// SPDX-License-Identifier: MIT

#include <entmoot/web/static_files.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include <unistd.h>

using namespace entmoot;

namespace {

constexpr EmbeddedFile files[] = {{"index.html", "embedded"}, {"app/main.js", "embedded"}, {"secret.txt", "embedded"}};

std::string body_at(const StaticFiles& served, const std::string& path) {
  HttpRequest request;
  request.method = "GET";
  request.path = path;
  const auto found = served.find(request);
  return found ? std::string(found->body.view()) : "not found";
}

void write(const std::filesystem::path& path, std::string_view text) { std::ofstream(path) << text; }

}  // namespace

TEST_CASE("a directory over the embedded files is read afresh, never left, and only for names that are embedded") {
  const auto folder = std::filesystem::temp_directory_path() / ("entmoot-static-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder / "pages" / "app");
  write(folder / "outside.txt", "outside");
  write(folder / "pages" / "index.html", "edited");
  write(folder / "pages" / "unlisted.html", "unlisted");
  std::filesystem::create_symlink("../outside.txt", folder / "pages" / "secret.txt");

  StaticFiles served;
  served.add(files, {.directory = (folder / "pages").string()});
  CHECK(body_at(served, "/") == "edited");
  CHECK(body_at(served, "/index.html") == "edited");
  CHECK(body_at(served, "/app/main.js") == "embedded");
  CHECK(body_at(served, "/secret.txt") == "embedded");
  CHECK(body_at(served, "/unlisted.html") == "not found");
  CHECK(body_at(served, "/../outside.txt") == "not found");
  write(folder / "pages" / "index.html", "edited again");
  CHECK(body_at(served, "/") == "edited again");
  std::filesystem::remove_all(folder);
}

TEST_CASE("files appear below their prefix, and index.html for its folder") {
  StaticFiles served;
  served.add(files, {.prefix = "/pages/"});
  CHECK(body_at(served, "/pages/") == "embedded");
  CHECK(body_at(served, "/pages/app/main.js") == "embedded");
  CHECK(body_at(served, "/") == "not found");
  CHECK(body_at(served, "/app/main.js") == "not found");
}
