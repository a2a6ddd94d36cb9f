// SPDX-License-Identifier: MIT

#include "history_store.hpp"

#include <utility>

namespace persistent_room {

using namespace entmoot;

Result<std::unique_ptr<HistoryStore>> HistoryStore::open(const std::string& path) {
  auto database = Database::open(path);
  if (!database) return database.error();
  const auto made = database->run(
      "create table if not exists messages (number integer primary key, room text not null, json text not null);"
      "create index if not exists messages_of_room on messages (room, number)");
  if (!made) return made.error();
  auto insert = database->prepare("insert into messages (room, json) values (?, ?)");
  if (!insert) return insert.error();
  auto select = database->prepare(
      "select json from (select number, json from messages where room = ? order by number desc limit ?)"
      " order by number");
  if (!select) return select.error();
  return std::unique_ptr<HistoryStore>(
      new HistoryStore({*std::move(database), *std::move(insert), *std::move(select)}));
}

void HistoryStore::load(std::string room, ReplyTo reply) {
  (void)worker_.submit(
      [this, room = std::move(room), reply = std::move(reply)]() mutable { std::move(reply)(load_now(room)); });
}

void HistoryStore::append(std::string room, JsonText args, ReplyTo reply) {
  (void)worker_.submit([this, room = std::move(room), args = std::move(args), reply = std::move(reply)]() mutable {
    std::move(reply)(append_now(room, args));
  });
}

Result<JsonText> HistoryStore::load_now(const std::string& room) {
  tables_.select.bind(1, room).bind(2, history_max);
  std::string list = "[";
  for (;;) {
    const auto row = tables_.select.step();
    if (!row) return row.error();
    if (!*row) break;
    if (list.size() > 1) list += ',';
    list += tables_.select.text(0);
  }
  return JsonText::trusted(list + "]");
}

Result<JsonText> HistoryStore::append_now(const std::string& room, const JsonText& args) {
  const auto list = args.parse();
  if (!list || !list->is_array() || list->get_array().size() != 1)
    return fail(ErrorCode::invalid, "append takes one argument, the message");
  const auto done = tables_.insert.bind(1, room).bind(2, to_json(list->get_array()[0])).step();
  if (!done) return done.error();
  return JsonText();
}

}  // namespace persistent_room
