// SPDX-License-Identifier: MIT

#include <persistent_room/persistent_rooms.hpp>

#include <entmoot/node/node.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

using namespace entmoot;
using namespace persistent_room;

namespace {

using Texts = std::vector<std::string>;
using Answer = std::future<Result<JsonText>>;

struct TemporaryFile {
  TemporaryFile()
      : path(
            (std::filesystem::temp_directory_path() / fmt::format("entmoot-persistent-test-{}", ::getpid())).string()) {
    std::filesystem::remove(path);
  }
  ~TemporaryFile() { std::filesystem::remove(path); }
  const std::string path;
};

/// One life of a server: its thread, its rooms, its store.
class Server {
 public:
  explicit Server(const std::string& path) : store_(open(path)) {
    const auto program = load_script();
    REQUIRE(program.has_value());
    rooms_ = std::make_unique<PersistentRooms>(shard(), node_.js().on(shard()), *store_, *program);
    node_.on_stop([this](Shard&) { rooms_->stop(); });
    node_.shards().start();
  }
  ~Server() { node_.stop(); }

  Answer say(const std::string& text) { return call("sendMessage", fmt::format(R"(["ann","{}"])", text)); }
  void kill() {
    shard().post([this] { rooms_->kill("lobby"); });
  }
  Texts history() {
    const auto list = get(call("getHistory", "[]"));
    REQUIRE_MESSAGE(list.has_value(), list.error().reason);
    Texts texts;
    const auto messages = list->parse();
    for (const auto& message : messages->as_array()) texts.emplace_back(message.at("text").as_string());
    return texts;
  }
  static Result<JsonText> get(Answer answer) {
    REQUIRE(answer.wait_for(std::chrono::seconds(20)) == std::future_status::ready);
    return answer.get();
  }

 private:
  static std::unique_ptr<HistoryStore> open(const std::string& path) {
    auto store = HistoryStore::open(path);
    REQUIRE_MESSAGE(store.has_value(), store.error().reason);
    return *std::move(store);
  }
  Shard& shard() { return node_.shards()[0]; }
  Answer call(std::string function, const std::string& args) {
    auto told = std::make_shared<std::promise<Result<JsonText>>>();
    auto answer = told->get_future();
    shard().post([this, told, function = std::move(function), args = JsonText::trusted(args)] {
      rooms_->call("lobby", function, args,
                   ReplyTo([told](Result<JsonText> result) { told->set_value(std::move(result)); }));
    });
    return answer;
  }

  Node node_{{.shards = 1}};  // before the store, whose thread posts to it until its last job
  std::unique_ptr<HistoryStore> store_;
  std::unique_ptr<PersistentRooms> rooms_;
};

}  // namespace

TEST_CASE("a room that is killed comes back with its history, and so does one whose whole server has ended") {
  const TemporaryFile file;
  {
    Server server(file.path);
    for (const std::string text : {"one", "two", "three"}) CHECK(Server::get(server.say(text)).has_value());
    server.kill();
    CHECK(server.history() == Texts{"one", "two", "three"});
    CHECK(Server::get(server.say("four")).has_value());
  }
  Server server(file.path);
  CHECK(server.history() == Texts{"one", "two", "three", "four"});
}

TEST_CASE("a room that is killed again and again while it is spoken to loses nothing that it has answered") {
  const TemporaryFile file;
  Server server(file.path);
  std::vector<Answer> answers;
  for (int i = 0; i < 60; ++i) {
    answers.push_back(server.say(std::to_string(i)));
    if (i % 3 == 2) answers.back().wait_for(std::chrono::seconds(20));
    if (i % 4 == 3) server.kill();
  }
  Texts answered;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (Server::get(std::move(answers[i]))) answered.push_back(std::to_string(i));
  }
  CHECK(answered.size() >= 15);
  const auto kept = server.history();
  // Perhaps more than was answered, never less; in order, and each once.
  for (const auto& text : answered) CHECK(std::ranges::count(kept, text) == 1);
  CHECK(std::ranges::is_sorted(kept, {}, [](const auto& text) { return std::stoi(text); }));
  server.kill();
  CHECK(server.history() == kept);
}

TEST_CASE("a message that cannot be kept is the sender's error, and nobody has said it") {
  const TemporaryFile file;
  Server server(file.path);
  CHECK(Server::get(server.say("kept")).has_value());
  auto saboteur = Database::open(file.path);
  REQUIRE(saboteur->run("alter table messages rename to elsewhere").has_value());
  const auto refused = Server::get(server.say("lost"));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().reason == "database error: no such table: messages");
  REQUIRE(saboteur->run("alter table elsewhere rename to messages").has_value());
  CHECK(Server::get(server.say("kept too")).has_value());
  CHECK(server.history() == Texts{"kept", "kept too"});
}

TEST_CASE("a store that cannot be opened says why") {
  const auto store = HistoryStore::open("/nowhere/at/all");
  REQUIRE_FALSE(store.has_value());
  CHECK(store.error().reason == "/nowhere/at/all: unable to open database file");
}
