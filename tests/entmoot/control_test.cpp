// SPDX-License-Identifier: MIT
//
// The control socket of a running server (`entmoot rooms`, `eval`, `reload`, `console`): with threads, on a free port.

#include "../js/folder.hpp"

#include <entmoot/base/log.hpp>

#include "entmoot/running_server.hpp"
#include "entmoot/server/app_loader.hpp"
#include "entmoot/server/control.hpp"
#include "entmoot/server/server.hpp"

#include <doctest/doctest.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <istream>
#include <memory>
#include <optional>
#include <string>

using namespace entmoot;
using namespace entmoot_app;

namespace {

namespace asio = boost::asio;

/// A server of a folder, as `entmoot serve` starts it.
struct Serving {
  explicit Serving(const Folder& folder) {
    auto loader = std::make_unique<AppLoader>(folder.path(), AppLoader::Options{.port = 0, .address = "127.0.0.1"});
    auto app = loader->load();
    REQUIRE_MESSAGE(app.has_value(), (app ? "" : app.error().reason));
    server.emplace(*std::move(app), std::move(loader), nullptr, false);
    REQUIRE(server->start().has_value());
  }
  std::optional<Server> server;
};

/// A connection to the control socket that sends any bytes.
struct RawVisit {
  explicit RawVisit(const Folder& folder) {
    socket.connect(asio::local::stream_protocol::endpoint(control_socket(folder.path()).value().string()));
  }
  void says(const std::string& text) {
    boost::system::error_code gone;
    asio::write(socket, asio::buffer(text), gone);
  }
  /// The next line; empty if the connection is closed.
  std::string hears() {
    boost::system::error_code gone;
    asio::read_until(socket, in, '\n', gone);
    std::istream stream(&in);
    std::string line;
    std::getline(stream, line);
    return line;
  }
  asio::io_context io;
  asio::local::stream_protocol::socket socket{io};
  asio::streambuf in;
};

const std::map<std::string, std::string> app = {
    {"rooms/room.ts", "export const handleInfo = (m) => { if (m === 'bad') throw new Error('bad'); };"}};

std::string error_of(const Result<Json>& result) { return result ? "(none)" : result.error().reason; }

}  // namespace

TEST_CASE("a control connection answers any number of requests") {
  const Folder folder(app);
  const Serving serving(folder);
  RawVisit visit(folder);
  visit.says("{\"command\":\"rooms\"}\n");
  CHECK(visit.hears() == R"({"ok":[]})");
  visit.says("{\"command\":\"rooms\"}\n{\"command\":\"kill\",\"topic\":\"room:x\"}\n");
  CHECK(visit.hears() == R"({"ok":[]})");
  CHECK(visit.hears() == R"-({"error":"no room \"room:x\" is running","code":"not_found"})-");
}

TEST_CASE("an invalid request is answered with an error and the server keeps running") {
  const Folder folder(app);
  const Serving serving(folder);
  RawVisit visit(folder);
  for (const std::string text : {"", "{", "\xff", "7", "[]", "{}", "{\"command\":7}", "{\"command\":\"rm\"}"}) {
    CAPTURE(text);
    visit.says(text + "\n");
    CHECK(visit.hears().starts_with(R"({"error":")"));
  }
  visit.says("{\"command\":\"eval\"}\n");
  CHECK(visit.hears().starts_with(R"({"error":"no room)"));
  RawVisit wordy(folder);
  wordy.says(std::string(2 * MiB, 'x'));
  CHECK(wordy.hears().empty());
  visit.says("{\"command\":\"rooms\"}\n");
  CHECK(visit.hears() == R"({"ok":[]})");
}

TEST_CASE("a connection beyond the limit is closed and the others stay open") {
  const Folder folder(app);
  const Serving serving(folder);
  std::vector<std::unique_ptr<RawVisit>> visits;
  for (int i = 0; i < 16; ++i) {
    visits.push_back(std::make_unique<RawVisit>(folder));
    visits.back()->says("{\"command\":\"rooms\"}\n");
    CHECK(visits.back()->hears() == R"({"ok":[]})");
  }
  RawVisit late(folder);
  CHECK(late.hears().empty());
  visits[0]->says("{\"command\":\"rooms\"}\n");
  CHECK(visits[0]->hears() == R"({"ok":[]})");
}

TEST_CASE("a requested reload answers what has changed, or what is wrong with the code") {
  const Folder folder(app);
  const Serving serving(folder);
  const auto reload = [&] {
    const auto report = ask_server(folder.path(), {{"command", "reload"}});
    return report ? reload_text(*report) : report.error().reason;
  };
  CHECK(reload() == "nothing has changed\n");
  folder.write("rooms/room.ts", "export const handleInfo = () => 1;");
  folder.write("public/index.html", "<p>hello");
  folder.write("entmoot.config.ts", "export default { publicCache: \"1m\", shards: 3 };");
  CHECK(reload() ==
        "reloaded rooms: rooms/room.ts\n"
        "reloaded files: public/\n"
        "changed settings in effect now: publicCache\n"
        "changed settings that take effect after a restart: shards\n");
  folder.write("rooms/room.ts", "export const join = (;");
  CHECK(error_of(ask_server(folder.path(), {{"command", "reload"}})).find("rooms/room.ts:1:") != std::string::npos);
}

TEST_CASE("without a running server the error explains how to start one") {
  const Folder folder(app);
  CHECK(error_of(ask_server(folder.path(), {{"command", "rooms"}})).find("start one with `entmoot serve`") !=
        std::string::npos);
  {
    const Serving serving(folder);
    CHECK(ask_server(folder.path(), {{"command", "rooms"}}).has_value());
  }
  CHECK(error_of(ask_server(folder.path(), {{"command", "rooms"}})).find("no server is running for") !=
        std::string::npos);
}

TEST_CASE("of two servers of one app the first keeps the control socket") {
  const Folder folder(app);
  std::optional<Serving> first(folder);
  {
    const Serving second(folder);
    CHECK(second.server->port() != first->server->port());
    CHECK(ask_server(folder.path(), {{"command", "rooms"}}).has_value());
  }
  CHECK(ask_server(folder.path(), {{"command", "rooms"}}).has_value());
  first.reset();
  CHECK_FALSE(ask_server(folder.path(), {{"command", "rooms"}}).has_value());
}
