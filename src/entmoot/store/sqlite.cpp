// SPDX-License-Identifier: MIT

#include <entmoot/store/sqlite.hpp>

#include <sqlite3.h>

#include <utility>

namespace entmoot {

namespace {
// How long to wait for another process that has locked the file, for example a backup.
constexpr int busy_ms = 1000;

Error failure(sqlite3* database) {
  return fail(ErrorCode::io, std::string("database error: ") + sqlite3_errmsg(database));
}
}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }

void Statement::bound(int status) {
  if (status != SQLITE_OK && failed_bind_ == SQLITE_OK) failed_bind_ = status;
}

Statement& Statement::bind(int parameter, std::string_view text) {
  const char* bytes = text.empty() ? "" : text.data();  // SQLite binds a null pointer as NULL
  bound(sqlite3_bind_text64(statement_.get(), parameter, bytes, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind(int parameter, std::int64_t number) {
  bound(sqlite3_bind_int64(statement_.get(), parameter, number));
  return *this;
}

Result<bool> Statement::step() {
  if (const int status = std::exchange(failed_bind_, SQLITE_OK); status != SQLITE_OK) {
    return fail(ErrorCode::io, std::string("database error: ") + sqlite3_errstr(status));
  }
  const int status = sqlite3_step(statement_.get());
  if (status == SQLITE_ROW) return true;
  if (status == SQLITE_DONE) {
    reset();
    return false;
  }
  Error error = failure(sqlite3_db_handle(statement_.get()));
  reset();
  return error;
}

void Statement::reset() noexcept { sqlite3_reset(statement_.get()); }

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (!bytes) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::int64_t Statement::number(int column) const { return sqlite3_column_int64(statement_.get(), column); }

void Database::Close::operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }

Result<Database> Database::open(const std::string& path) {
  sqlite3* handle = nullptr;
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int status = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  Database database(handle);  // SQLite returns a handle even if it fails to open
  if (status != SQLITE_OK)
    return fail(ErrorCode::io, path + ": " + (handle ? sqlite3_errmsg(handle) : sqlite3_errstr(status)));
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, busy_ms);
  if (auto set = database.run("pragma journal_mode = delete; pragma synchronous = full"); !set) return set.error();
  return database;
}

Result<void> Database::run(const std::string& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return failure(database_.get());
  }
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int status = sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (status != SQLITE_OK) return failure(database_.get());
  if (!statement) return fail(ErrorCode::invalid, "the SQL contains no statement");
  return Statement(statement);
}

}  // namespace entmoot
