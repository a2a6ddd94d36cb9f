// SPDX-License-Identifier: MIT

#include "app_bench.hpp"

#include "../js/folder.hpp"

#include <entmoot/base/log.hpp>
#include <entmoot/node/node.hpp>
#include <entmoot/rooms/room_entries.hpp>
#include <entmoot/testing/channel_test.hpp>
#include <entmoot/testing/manual_clock.hpp>
#include <entmoot/web/http_request.hpp>
#include <entmoot/web/http_response.hpp>

#include "entmoot/server/app_loader.hpp"
#include "entmoot/server/control.hpp"
#include "entmoot/server/server.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <optional>
#include <sstream>
#include <utility>

namespace entmoot_app {

using namespace entmoot;

namespace {

/// What is logged while a bench stands.
class LogBook {
 public:
  LogBook() : before_(spdlog::default_logger()), sink_(std::make_shared<spdlog::sinks::ostream_sink_mt>(text_)) {
    auto logger = std::make_shared<spdlog::logger>("bench", sink_);
    logger->set_pattern("%l %v");
    logger->set_level(spdlog::level::debug);
    if (before_->level() != spdlog::level::off) {
      for (const auto& sink : before_->sinks()) logger->sinks().push_back(sink);
    }
    spdlog::set_default_logger(std::move(logger));
  }
  ~LogBook() { spdlog::set_default_logger(before_); }

  Texts lines(std::string_view part) {
    Texts found;
    std::istringstream all(text_.str());
    text_.str("");
    for (std::string line; std::getline(all, line);) {
      if (line.find(part) != std::string::npos) found.push_back(line);
    }
    return found;
  }

 private:
  std::shared_ptr<spdlog::logger> before_;
  std::ostringstream text_;
  std::shared_ptr<spdlog::sinks::ostream_sink_mt> sink_;
};

std::shared_ptr<const App> loaded(AppLoader& loader) {
  auto app = loader.load();
  REQUIRE_MESSAGE(app.has_value(), (app ? "" : app.error().reason));
  return *std::move(app);
}

void write_all(const Folder& folder, const Files& files) {
  for (const auto& [file, text] : files) {
    if (text.empty()) {
      std::filesystem::remove(folder.path() / file);
    } else {
      folder.write(file, text);
    }
  }
}

NodeOptions stepped(const App& app, const Clock& clock) {
  NodeOptions options = node_options(app);
  options.shards = AppBench::shard_count;
  options.rooms->rooms.expose_errors = app.config.expose_errors.value_or(true);
  return {.shards = options.shards, .clock = clock, .endpoint = options.endpoint, .rooms = std::move(options.rooms)};
}

}  // namespace

struct AppBench::Parts {
  explicit Parts(const Files& files)
      : folder(files), loader(folder.path()), app(loaded(loader)), node(stepped(*app, clock)) {}

  LogBook log;
  Folder folder;
  AppLoader loader;
  std::shared_ptr<const App> app;
  ManualClock clock{std::chrono::microseconds(10)};  // each look: slices end by it
  Node node;
  Shards& shards = node.shards();
  Rooms& rooms = node.rooms().rooms();
  std::shared_ptr<std::optional<HttpResponse>> response = {};  // to the last request
};

AppBench::AppBench(const Files& files) : parts_(std::make_unique<Parts>(files)) {}

AppBench::~AppBench() = default;

std::string AppBench::begin_reload(const Files& files) {
  write_all(parts_->folder, files);
  auto app = parts_->loader.load();
  if (!app) return app.error().reason;
  parts_->node.rooms().use((*app)->hosted);
  return {};
}

std::string AppBench::reload(const Files& files) {
  std::string problem = begin_reload(files);
  settle();
  return problem;
}

void AppBench::settle() { entmoot::settle(parts_->shards); }

bool AppBench::step(unsigned shard) { return parts_->shards[shard].poll(); }

void AppBench::advance(Duration by) {
  settle();
  parts_->clock.advance(by);
  settle();
}

std::string AppBench::asked(const std::function<void(ReplyTo)>& ask) {
  auto answer = std::make_shared<std::optional<Result<JsonText>>>();
  ask(ReplyTo([answer](Result<JsonText> result) { *answer = std::move(result); }));
  settle();
  if (!*answer) return "(no answer)";
  return **answer ? std::string((**answer)->view()) : "error: " + (**answer).error().reason;
}

std::string AppBench::info(std::string_view topic, std::string_view message) {
  return asked([&](ReplyTo reply) { parts_->rooms.call(topic, entry::info(message), std::move(reply)); });
}

std::string AppBench::evaluate(std::string_view topic, std::string_view expression) {
  const std::string answer =
      asked([&](ReplyTo reply) { parts_->rooms.call(topic, entry::eval(expression), std::move(reply)); });
  const auto text = parse_json(answer);
  return text && text->is_string() ? std::string(text->as_string()) : answer;
}

std::string AppBench::kill(std::string_view topic) {
  return asked([&](ReplyTo reply) { parts_->rooms.kill(topic, std::move(reply)); });
}

Json AppBench::list() {
  const auto rows = parse_json(asked([&](ReplyTo reply) { list_rooms(parts_->rooms, std::move(reply)); }));
  return rows.value();
}

Texts AppBench::rooms() {
  Texts rows;
  const Json all = list();
  for (const auto& row : all.as_array()) {
    rows.push_back(fmt::format("{} {} {}", std::string(row.at("topic").as_string()),
                               std::string(row.at("state").as_string()), to_json(row.at("clients"))));
  }
  return rows;
}

std::string AppBench::about(std::string_view topic, const std::string& field) {
  const Json all = list();
  for (const auto& row : all.as_array()) {
    if (row.at("topic").as_string() == topic) return to_json(row.at(field));
  }
  return "(no such room)";
}

HttpResponse AppBench::http(HttpRequest request) {
  const auto response = parts_->response = std::make_shared<std::optional<HttpResponse>>();
  run_on(parts_->shards[0], [&] {
    if (request.method.empty()) request.method = "GET";
    if (request.host.empty()) request.host = "localhost:4001";
    if (request.peer.empty()) request.peer = "127.0.0.1";
    const auto question = request.path.find('?');
    if (question != std::string::npos) {
      request.query = request.path.substr(question + 1);
      request.path.resize(question);
    }
    parts_->node.rooms().requests().handle(
        request, Responder(parts_->shards[0], [response](HttpResponse r) { *response = std::move(r); }));
  });
  settle();
  return late_http();
}

HttpResponse AppBench::late_http() {
  if (!*parts_->response) return HttpResponse::text(0, "(no answer)");
  HttpResponse response = **parts_->response;
  (void)response_head(response, true);
  return response;
}

std::string AppBench::http(const std::string& method, const std::string& path, const std::string& body) {
  HttpRequest request;
  request.method = method;
  request.path = path;
  request.body = body;
  const auto response = http(std::move(request));
  return fmt::format("{} {}", response.status, response.body.view());
}

unsigned AppBench::home_of(std::string_view topic) const { return parts_->shards.home_of(topic).index(); }

Texts AppBench::logged(std::string_view part) { return parts_->log.lines(part); }

// --- a client

struct Person::Client {
  Client(Shard& shard, SocketMount& mount, ConnectInfo info) : wire(shard, mount, std::move(info)) {}
  TestClient wire;
  unsigned last_ref = 0;
  std::map<std::string, std::string> join_refs = {};  // by topic
  std::map<unsigned, std::string> replies = {};
  Texts frames = {};
};

Person::Person(AppBench& bench, unsigned shard, Coming coming) : bench_(&bench) {
  auto& parts = bench.parts();
  ConnectInfo info{.query = "vsn=2.0.0" + (coming.query.empty() ? "" : "&" + coming.query),
                   .peer = "127.0.0.1",
                   .peer_is_loopback = true};
  if (!coming.forwarded_for.empty()) info.x_headers.emplace_back("x-forwarded-for", coming.forwarded_for);
  if (!coming.token.empty()) info.auth_token = coming.token;
  client_ = std::make_unique<Client>(parts.shards[shard], parts.node.rooms().sockets(), std::move(info));
}
Person::~Person() = default;
Person::Person(Person&&) noexcept = default;

unsigned Person::send(std::string_view topic, std::string_view event, std::string_view payload) {
  const unsigned ref = ++client_->last_ref;
  const std::string name(topic);
  if (event == "phx_join") client_->join_refs[name] = std::to_string(ref);
  std::string frame = fmt::format("[\"{}\",\"{}\",", client_->join_refs[name], ref);
  append_json_string(frame, topic);
  frame += ',';
  append_json_string(frame, event);
  client_->wire.sends(frame + "," + std::string(payload) + "]");
  return ref;
}

unsigned Person::asks_join(std::string_view topic, std::string_view params) { return send(topic, "phx_join", params); }
unsigned Person::asks(std::string_view topic, std::string_view event, std::string_view payload) {
  return send(topic, event, payload);
}

std::string Person::join(std::string_view topic, std::string_view params) {
  const unsigned ref = asks_join(topic, params);
  bench_->settle();
  return reply(ref);
}
std::string Person::push(std::string_view topic, std::string_view event, std::string_view payload) {
  const unsigned ref = asks(topic, event, payload);
  bench_->settle();
  return reply(ref);
}
std::string Person::leave(std::string_view topic) { return push(topic, "phx_leave"); }

std::string Person::push_bytes(std::string_view topic, std::string_view event, std::string_view bytes) {
  const unsigned ref = ++client_->last_ref;
  const std::string number = std::to_string(ref);
  const std::string& join_ref = client_->join_refs[std::string(topic)];
  std::string frame{'\0'};
  for (const std::string_view part : {std::string_view(join_ref), std::string_view(number), topic, event}) {
    frame += static_cast<char>(part.size());
  }
  frame.append(join_ref).append(number).append(topic).append(event).append(bytes);
  client_->wire.sends(Frame{Frame::Kind::binary, SharedBytes(frame)});
  bench_->settle();
  return reply(ref);
}

void Person::disconnect() {
  client_->wire.disconnects();
  bench_->settle();
}

std::string Person::reply(unsigned ref) {
  read();
  const auto found = client_->replies.find(ref);
  return found == client_->replies.end() ? "(no reply)" : found->second;
}

Texts Person::frames() {
  read();
  return std::exchange(client_->frames, {});
}

Texts Person::news() {
  Texts news;
  for (auto& frame : frames()) {
    const auto topic_end = frame.find(' ');
    if (std::string_view(frame).substr(topic_end).starts_with(" reply ")) continue;
    news.push_back(std::move(frame));
  }
  return news;
}

bool Person::connected() const { return client_->wire.connected() && !client_->wire.closed(); }
std::string Person::refused() const {
  const auto& refused = client_->wire.refused();
  return refused ? refused->reason + refused->detail : "";
}

namespace {

struct Read {
  std::string ref;  // of a reply
  std::string topic;
  std::string event;  // of a reply its status
  std::string payload;
};

Read read_text(std::string_view frame) {
  const auto parts = parse_json(frame).value();
  Read read{.ref = parts.at(1).is_string() ? std::string(parts.at(1).as_string()) : "",
            .topic = std::string(parts.at(2).as_string()),
            .event = std::string(parts.at(3).as_string()),
            .payload = to_json(parts.at(4))};
  if (read.event == "phx_reply") {
    read.event = std::string(parts.at(4).at("status").as_string());
    read.payload = to_json(parts.at(4).at("response"));
  } else {
    read.ref.clear();
  }
  return read;
}

/// phoenix/v2_binary.hpp says how they look.
Read read_binary(std::string_view frame) {
  const auto kind = frame.at(0);
  const std::size_t sizes = kind == 0 ? 3 : kind == 1 ? 4 : 2;
  std::vector<std::string> parts;
  std::size_t at = 1 + sizes;
  for (std::size_t i = 0; i < sizes; ++i) {
    const auto size = static_cast<unsigned char>(frame.at(1 + i));
    parts.emplace_back(frame.substr(at, size));
    at += size;
  }
  const std::string bytes = fmt::format("<{}>", frame.substr(at));
  if (kind == 0) return {"", parts[1], parts[2], bytes};
  if (kind == 1) return {parts[1], parts[2], parts[3], bytes};
  return {"", parts[0], parts[1], bytes};
}

}  // namespace

void Person::read() {
  for (const Frame& frame : client_->wire.received_frames()) {
    const Read read = frame.kind == Frame::Kind::text ? read_text(frame.bytes.view()) : read_binary(frame.bytes.view());
    if (read.ref.empty()) {
      client_->frames.push_back(fmt::format("{} {} {}", read.topic, read.event, read.payload));
    } else {
      client_->replies[static_cast<unsigned>(std::stoul(read.ref))] = read.event + " " + read.payload;
      client_->frames.push_back(fmt::format("{} reply {} {}", read.topic, read.event, read.payload));
    }
  }
}

}  // namespace entmoot_app
