// SPDX-License-Identifier: MIT

#pragma once

// Writes metrics in the text format of Prometheus, version 0.0.4: families with their help and type, and samples with
// labels, whose values are escaped. The caller bounds the labels: never a topic, a client or a text from outside.

#include <entmoot/base/time_histogram.hpp>

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace entmoot {

class PrometheusText {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  /// Begins a family; its samples follow. `type`: "counter", "gauge" or "histogram".
  void family(std::string_view name, std::string_view type, std::string_view help);
  void sample(double value, Labels labels = {});
  template <std::integral T>
  void sample(T value, Labels labels = {}) {
    write_sample("", labels, {}, std::to_string(value));
  }
  /// The buckets, in seconds, the sum and the count.
  void sample(const TimeHistogram& times, Labels labels = {});
  // Families of one sample.
  template <class T>
  void counter(std::string_view name, std::string_view help, T value) {
    family(name, "counter", help);
    sample(value);
  }
  template <class T>
  void gauge(std::string_view name, std::string_view help, T value) {
    family(name, "gauge", help);
    sample(value);
  }

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  void write_sample(std::string_view suffix, Labels labels, std::string_view bucket, std::string_view value);

  std::string name_;
  std::string text_;
};

}  // namespace entmoot
