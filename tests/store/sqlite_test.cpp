// SPDX-License-Identifier: MIT

#include <entmoot/store/sqlite.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

using namespace entmoot;

namespace {

/// A file that is there for the length of a test.
struct TemporaryFile {
  explicit TemporaryFile(const std::string& name)
      : path((std::filesystem::temp_directory_path() / (name + std::to_string(::getpid()))).string()) {
    std::filesystem::remove(path);
  }
  ~TemporaryFile() { std::filesystem::remove(path); }
  const std::string path;
};

Database in_memory() {
  auto database = Database::open(":memory:");
  REQUIRE(database.has_value());
  REQUIRE(database->run("create table t (a text, b integer)").has_value());
  return *std::move(database);
}

std::vector<std::string> all(Database& database) {
  auto select = database.prepare("select a, b from t order by b");
  REQUIRE(select.has_value());
  std::vector<std::string> rows;
  for (auto row = select->step(); row && *row; row = select->step()) {
    rows.push_back(select->text(0) + "=" + std::to_string(select->number(1)));
  }
  return rows;
}

}  // namespace

TEST_CASE("stored values are read back byte for byte, and a statement can be reused with other values") {
  Database database = in_memory();
  auto insert = database.prepare("insert into t values (?, ?)");
  REQUIRE(insert.has_value());
  const std::string odd("nul\0, quote', ümlaut", 21);
  CHECK_FALSE(insert->bind(1, odd).bind(2, 1).step().value());
  CHECK_FALSE(insert->bind(1, "").bind(2, std::int64_t{1} << 62).step().value());
  CHECK(all(database) == std::vector<std::string>{odd + "=1", "=4611686018427387904"});
}

TEST_CASE("bound values are never parsed as SQL") {
  Database database = in_memory();
  auto insert = database.prepare("insert into t values (?, 1)");
  REQUIRE(insert->bind(1, "'); drop table t; --").step().has_value());
  CHECK(all(database).size() == 1);
}

TEST_CASE("errors contain SQLite's message, and the database can be used after them") {
  Database database = in_memory();
  CHECK(database.prepare("select nonsense from t").error().reason == "database error: no such column: nonsense");
  CHECK(database.prepare("  -- nothing").error().reason == "the SQL contains no statement");
  CHECK(database.run("crate table u").error().reason == R"(database error: near "crate": syntax error)");
  REQUIRE(database.run("create unique index once on t (b)").has_value());
  auto insert = database.prepare("insert into t values ('x', ?)");
  CHECK(insert->bind(1, 7).step().has_value());
  CHECK(insert->bind(1, 7).step().error().reason == "database error: UNIQUE constraint failed: t.b");
  CHECK(insert->bind(9, 7).step().error().reason == "database error: column index out of range");
  CHECK(insert->bind(1, 8).step().has_value());
  CHECK(all(database) == std::vector<std::string>{"x=7", "x=8"});
}

TEST_CASE("a reset discards the remaining rows") {
  Database database = in_memory();
  REQUIRE(database.run("insert into t values ('a', 1), ('b', 2)").has_value());
  auto select = database.prepare("select a from t order by b");
  for (int i = 0; i < 2; ++i) {
    REQUIRE(select->step().value());
    CHECK(select->text(0) == "a");
    select->reset();
  }
}

TEST_CASE("data in a file persists after it is closed; a file that cannot be opened is an error") {
  const TemporaryFile file("entmoot-sqlite-test-");
  {
    auto database = Database::open(file.path);
    REQUIRE(database.has_value());
    REQUIRE(database->run("create table t (a text, b integer); insert into t values ('kept', 1)").has_value());
  }
  auto again = Database::open(file.path);
  REQUIRE(again.has_value());
  CHECK(all(*again) == std::vector<std::string>{"kept=1"});
  CHECK_FALSE(Database::open("/nowhere/at/all").has_value());
}
