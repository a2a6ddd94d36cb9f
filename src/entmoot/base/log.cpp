// SPDX-License-Identifier: MIT

#include <entmoot/base/log.hpp>

#include <entmoot/base/log_format.hpp>
#include <entmoot/base/log_queue.hpp>

#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <chrono>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <utility>

#include <unistd.h>

namespace entmoot::log {

namespace {
LogQueue* queue = nullptr;

// A writer that is stuck holds the lock of the standard stream, which the remaining exit handlers would wait for.
void finish(int status, void*) {
  if (!queue->drain(std::chrono::seconds(1))) ::_exit(status);
}
}  // namespace

void start(std::string_view level) {
  queue = new LogQueue(std::make_shared<spdlog::sinks::stderr_color_sink_mt>());  // see its header
  ::on_exit(finish, nullptr);
  auto logger = std::make_shared<spdlog::logger>("entmoot", std::shared_ptr<LogQueue>(queue, [](LogQueue*) {}));
  if (auto json = json_formatter()) {
    logger->set_formatter(std::move(json));
  } else {
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%-5l%$ %v");
  }
  logger->set_level(spdlog::level::from_str(std::string(level)));
  spdlog::set_default_logger(std::move(logger));
}

Counts counts() { return queue ? queue->counts() : Counts(); }

void write(Level level, std::string_view line) {
  switch (level) {
    case Level::debug: return debug("{}", line);
    case Level::info: return info("{}", line);
    case Level::warning: return warn("{}", line);
    case Level::error: return error("{}", line);
  }
}

std::string quoted(std::string_view text, std::size_t longest) {
  std::string out = "\"";
  for (const char c : text.substr(0, longest)) {
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (c >= 0x20 && c < 0x7f) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  if (text.size() > longest) out += "…";
  out += '"';
  return out;
}

std::string indented(std::string_view text) {
  constexpr int lines_max = 20;
  std::string out;
  for (int line = 0; !text.empty() && line < lines_max; ++line) {
    const auto end = text.find('\n');
    const std::string escaped = quoted(text.substr(0, end));
    out += "\n  | ";
    out.append(escaped, 1, escaped.size() - 2);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

}  // namespace entmoot::log
