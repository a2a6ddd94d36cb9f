// SPDX-License-Identifier: MIT

#include <entmoot/base/log_event.hpp>

#include <entmoot/base/json.hpp>
#include <entmoot/base/log_format.hpp>
#include <entmoot/base/utf8.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <utility>

namespace entmoot::log {

namespace {

Format format = Format::text;

// Marks a line whose payload begins with fields.
constexpr const char* with_fields = "script event";
constexpr char end_of_fields = '\x1f';

std::string_view name_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace: return "trace";
    case spdlog::level::debug: return "debug";
    case spdlog::level::info: return "info";
    case spdlog::level::warn: return "warning";
    default: return "error";
  }
}

spdlog::level::level_enum level_of(Level level) {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warning: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
  }
  return spdlog::level::err;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out += ",\"";
  out += name;
  out += "\":";
  append_json_string(out, is_utf8(value) ? std::string(value) : quoted(value));
}

class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& line, spdlog::memory_buf_t& to) override {
    std::string_view payload(line.payload.data(), line.payload.size());
    std::string_view fields;
    if (line.source.funcname == with_fields) {
      const auto end = payload.find(end_of_fields);
      fields = payload.substr(0, end);
      payload.remove_prefix(end + 1);
    }
    const auto ms = std::chrono::time_point_cast<std::chrono::milliseconds>(line.time);
    const auto second = std::chrono::floor<std::chrono::seconds>(ms);
    std::string text = fmt::format("{{\"time\":\"{:%Y-%m-%dT%H:%M:%S}.{:03}Z\",\"level\":\"{}\"",
                                   fmt::gmtime(std::chrono::system_clock::to_time_t(second)), (ms - second).count(),
                                   name_of(line.level));
    text += fields;
    append_field(text, "message", payload);
    text += "}\n";
    to.append(text.data(), text.data() + text.size());
  }
  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<JsonFormatter>(); }
};

}  // namespace

void use(Format chosen) { format = chosen; }

std::unique_ptr<spdlog::formatter> json_formatter() {
  return format == Format::json ? std::make_unique<JsonFormatter>() : nullptr;
}

void write(const ScriptEvent& event) {
  if (format == Format::text) return write(event.level, event.line);
  std::string payload;
  append_field(payload, "event", event.event);
  append_field(payload, "topic", event.topic);
  append_field(payload, "text", event.text);
  if (const auto position = position_in(event.stack); !position.empty()) append_field(payload, "position", position);
  if (!event.stack.empty()) append_field(payload, "stack", event.stack);
  payload += end_of_fields;
  payload += event.line.substr(0, event.line.find('\n'));
  spdlog::default_logger_raw()->log(spdlog::source_loc{"", 1, with_fields}, level_of(event.level), "{}", payload);
}

// "    at handleIn (rooms/game.ts:8:34)", "    at rooms/game.ts:3:1".
std::string_view position_in(std::string_view stack) noexcept {
  constexpr std::string_view digits = "0123456789";
  while (!stack.empty()) {
    const auto end = std::min(stack.find('\n'), stack.size());
    std::string_view line = stack.substr(0, end);
    stack.remove_prefix(std::min(end + 1, stack.size()));
    while (!line.empty() && (line.back() == ')' || line.back() == ' ')) line.remove_suffix(1);
    const auto begin = line.find_last_of(" (");
    const auto place = begin == std::string_view::npos ? line : line.substr(begin + 1);
    const auto column = place.rfind(':');
    if (column == std::string_view::npos || column == 0) continue;
    const auto row = place.rfind(':', column - 1);
    if (row == std::string_view::npos || row == 0) continue;
    const auto is_number = [&](std::string_view text) {
      return !text.empty() && text.find_first_not_of(digits) == std::string_view::npos;
    };
    if (is_number(place.substr(column + 1)) && is_number(place.substr(row + 1, column - row - 1))) return place;
  }
  return {};
}

}  // namespace entmoot::log
