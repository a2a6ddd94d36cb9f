// SPDX-License-Identifier: MIT

#include "test_client.hpp"

#include <entmoot/base/base64.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <utility>
#include <vector>

namespace entmoot_app {

using namespace entmoot;

namespace {

std::string seconds(Duration time) { return fmt::format("{:g} s", std::chrono::duration<double>(time).count()); }

JsonText as_json(std::string_view bytes) { return JsonText::of(Json(base64_encode(bytes))); }

/// The strings of a binary frame's header, followed by its payload (phoenix/v2_binary.hpp).
std::vector<std::string_view> fields_of(std::string_view frame, std::size_t count) {
  std::vector<std::string_view> fields;
  const std::string_view sizes = frame.substr(1, count);
  std::size_t at = 1 + count;
  for (const char size : sizes) {
    fields.push_back(frame.substr(at, static_cast<unsigned char>(size)));
    at += static_cast<unsigned char>(size);
  }
  fields.push_back(frame.substr(at));
  return fields;
}

}  // namespace

Result<void> TestClient::connect(ConnectInfo info) {
  const Shard::Scope here(shard());
  auto socket = node_.rooms().sockets().connect(std::move(info), *this);
  if (!socket) {
    const Error refusal = socket.error();
    return fail(refusal.code, "connection refused: " + (refusal.has_reason() ? refusal.reason : refusal.detail));
  }
  socket_ = *std::move(socket);
  return {};
}

void TestClient::disconnect() {
  if (socket_) {
    const Shard::Scope here(shard());
    socket_.reset();
  }
  end("the client disconnected");
}

void TestClient::push(std::string_view event, const Payload& payload, Duration timeout, ReplyTo reply) {
  if (ended_) return std::move(reply)(fail(ErrorCode::no_process, *ended_));
  const std::string ref = std::to_string(++last_ref_);
  const TimePoint deadline = std::chrono::steady_clock::now() + timeout;
  pushed_.emplace(ref, Request{std::string(event), deadline, timeout, std::move(reply)});
  const Shard::Scope here(shard());
  if (payload.is_binary()) {
    std::string frame(1, '\0');
    for (const std::string_view field : {std::string_view("1"), std::string_view(ref), std::string_view(topic_), event})
      frame += static_cast<char>(field.size());
    frame.append("1").append(ref).append(topic_).append(event).append(payload.bytes());
    return socket_->handle_in(Frame::Kind::binary, frame);
  }
  std::string frame = fmt::format(R"(["1","{}",)", ref);
  append_json_string(frame, topic_);
  frame += ',';
  append_json_string(frame, event);
  frame.append(",").append(payload.bytes()).append("]");
  socket_->handle_in(Frame::Kind::text, frame);
}

void TestClient::next(std::string event, Duration timeout, ReplyTo reply) {
  for (auto message = messages_.begin(); message != messages_.end(); ++message) {
    if (message->event != event) continue;
    std::move(reply)(std::move(message->payload));
    messages_.erase(message);
    return;
  }
  if (ended_)
    return std::move(reply)(fail(ErrorCode::no_process, fmt::format("no more \"{}\" can arrive: {}", event, *ended_)));
  const TimePoint deadline = std::chrono::steady_clock::now() + timeout;
  waiting_.push_back({std::move(event), deadline, timeout, std::move(reply)});
}

std::string TestClient::unread(std::optional<std::string_view> event) const {
  std::map<std::string_view, std::size_t> counts;
  for (const auto& message : messages_) {
    if (!event || message.event == *event) ++counts[message.event];
  }
  std::vector<std::string> names;
  names.reserve(counts.size());
  for (const auto& [name, count] : counts)
    names.push_back(count == 1 ? fmt::format("\"{}\"", name) : fmt::format("\"{}\" ({} times)", name, count));
  return fmt::format("{}", fmt::join(names, ", "));
}

void TestClient::check_deadlines(TimePoint now) {
  if (closed_) disconnect();
  for (auto at = pushed_.begin(); at != pushed_.end();) {
    Request& request = at->second;
    if (now < request.deadline) {
      ++at;
      continue;
    }
    std::move(request.reply)(
        fail(ErrorCode::timeout, fmt::format("no reply to \"{}\" within {}", request.event, seconds(request.timeout))));
    at = pushed_.erase(at);
  }
  std::erase_if(waiting_, [&](Request& request) {
    if (now < request.deadline) return false;
    const std::string received = unread();
    std::move(request.reply)(
        fail(ErrorCode::timeout, fmt::format("no \"{}\" within {}; received: {}", request.event,
                                             seconds(request.timeout), received.empty() ? "nothing" : received)));
    return true;
  });
}

// --- received frames

void TestClient::push(Frame frame) {
  if (frame.kind == Frame::Kind::text) {
    take_text(frame.bytes.view());
  } else {
    take_bytes(frame.bytes.view());
  }
}

void TestClient::close(CloseCode code, std::string_view reason) {
  closed_ = true;
  end(fmt::format("the server closed the connection ({}{}{})", static_cast<int>(code), reason.empty() ? "" : ", ",
                  reason));
}

void TestClient::take_text(std::string_view text) {
  const auto parsed = parse_json(text, json_wrapped_depth_max);
  if (!parsed) return end("the server sent an invalid message: " + parsed.error().reason);
  const auto& parts = parsed->as_array();  // join_ref, ref, topic, event, payload
  const std::string event(parts.at(3).as_string());
  const Json& payload = parts.at(4);
  if (event == "phx_reply") {
    return take_reply(std::string(parts.at(1).as_string()), payload.at("status").as_string(),
                      JsonText::of(payload.at("response")));
  }
  take_message(event, JsonText::of(payload));
  if (event == "phx_error") end("the room or its channel crashed (phx_error)");
  if (event == "phx_close") end("the channel was closed (phx_close)");
}

void TestClient::take_bytes(std::string_view frame) {
  if (frame[0] == 1) {
    const auto fields = fields_of(frame, 4);  // join_ref, ref, topic, status
    return take_reply(std::string(fields[1]), fields[3], as_json(fields[4]));
  }
  const auto fields = fields_of(frame, frame[0] == 0 ? 3 : 2);  // (join_ref,) topic, event
  take_message(std::string(fields[fields.size() - 2]), as_json(fields.back()));
}

void TestClient::take_reply(const std::string& ref, std::string_view status, const JsonText& response) {
  auto request = pushed_.extract(ref);
  if (request.empty()) return;  // it has timed out
  std::string answer = R"({"status":)";
  append_json_string(answer, status);
  answer.append(R"(,"response":)").append(response.view()).append("}");
  std::move(request.mapped().reply)(JsonText::trusted(answer));
}

void TestClient::take_message(std::string event, JsonText payload) {
  for (auto request = waiting_.begin(); request != waiting_.end(); ++request) {
    if (request->event != event) continue;
    std::move(request->reply)(std::move(payload));
    waiting_.erase(request);
    return;
  }
  if (messages_.size() == messages_max)
    return end(fmt::format("{} received messages were never read with `next`", messages_max));
  messages_.push_back({std::move(event), std::move(payload)});
}

void TestClient::end(const std::string& why) {
  if (ended_) return;
  ended_ = why;
  for (auto& [ref, request] : std::exchange(pushed_, {}))
    std::move(request.reply)(fail(ErrorCode::no_process, fmt::format("no reply to \"{}\": {}", request.event, why)));
  for (auto& request : std::exchange(waiting_, {}))
    std::move(request.reply)(
        fail(ErrorCode::no_process, fmt::format("no more \"{}\" can arrive: {}", request.event, why)));
}

}  // namespace entmoot_app
