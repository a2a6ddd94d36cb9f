// SPDX-License-Identifier: MIT

#include <entmoot/node/prometheus_text.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstdint>

namespace entmoot {

namespace {

void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\\' || (quotes && c == '"')) {
      out += {'\\', c};
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
}

double seconds(Duration time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

void PrometheusText::family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  text_ += fmt::format("# HELP {} ", name);
  append_escaped(text_, help, false);
  text_ += fmt::format("\n# TYPE {} {}\n", name, type);
}

void PrometheusText::write_sample(std::string_view suffix, Labels labels, std::string_view bucket,
                                  std::string_view value) {
  text_ += name_;
  text_ += suffix;
  char before = '{';
  const auto label = [&](std::string_view name, std::string_view content) {
    text_ += before;
    text_ += name;
    text_ += "=\"";
    append_escaped(text_, content, true);
    text_ += '"';
    before = ',';
  };
  for (const auto& [name, content] : labels) label(name, content);
  if (!bucket.empty()) label("le", bucket);
  if (before == ',') text_ += '}';
  text_ += ' ';
  text_ += value;
  text_ += '\n';
}

void PrometheusText::sample(double value, Labels labels) { write_sample("", labels, {}, fmt::format("{}", value)); }

void PrometheusText::sample(const TimeHistogram& times, Labels labels) {
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < TimeHistogram::bounded; ++i) {
    below += times.counts()[i];
    write_sample("_bucket", labels, fmt::format("{}", seconds(TimeHistogram::bound(i))), std::to_string(below));
  }
  const std::string count = std::to_string(times.count());
  write_sample("_bucket", labels, "+Inf", count);
  write_sample("_sum", labels, {}, fmt::format("{}", seconds(times.sum())));
  write_sample("_count", labels, {}, count);
}

}  // namespace entmoot
