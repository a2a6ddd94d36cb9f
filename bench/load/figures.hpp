// SPDX-License-Identifier: MIT

#pragma once

// What the load generator reports: histograms of times, and one line of JSON.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace load {

using u32 = std::uint32_t;
using u64 = std::uint64_t;

/// Times in nanoseconds, in buckets that are less than 1 % wide: a power of two has 128.
class Histogram {
 public:
  void add(u64 value) {
    ++buckets_[bucket_of(value)];
    ++count_;
    max_ = std::max(max_, value);
  }
  /// In microseconds.
  [[nodiscard]] double percentile(double percent) const {
    if (count_ == 0) return 0;
    const auto wanted = std::max<u64>(1, static_cast<u64>(std::ceil(percent / 100 * static_cast<double>(count_))));
    u64 seen = 0;
    for (u32 i = 0; i < buckets_.size(); ++i)
      if ((seen += buckets_[i]) >= wanted) return static_cast<double>(std::min(least_of(i), max_)) / 1e3;
    return max();
  }
  /// In microseconds.
  [[nodiscard]] double max() const { return static_cast<double>(max_) / 1e3; }
  [[nodiscard]] u64 count() const { return count_; }
  void clear() { *this = Histogram(); }

 private:
  static u32 bucket_of(u64 value) {
    if (value < 128) return static_cast<u32>(value);
    const auto power = static_cast<u32>(std::bit_width(value) - 1);
    return (power - 6) * 128 + static_cast<u32>(value >> (power - 7) & 127);
  }
  static u64 least_of(u32 bucket) {
    if (bucket < 128) return bucket;
    return (128ull + (bucket & 127)) << (bucket / 128 - 1);
  }

  std::vector<u64> buckets_ = std::vector<u64>(64 * 128);
  u64 count_ = 0;
  u64 max_ = 0;
};

/// An object, printed as one line.
class Json {
 public:
  void num(const char* name, double value) {
    key(name);
    char text[64];
    if (!std::isfinite(value)) {
      text_ += "null";
      return;
    }
    const bool whole = value == std::floor(value) && std::fabs(value) < 1e15;
    std::snprintf(text, sizeof text, whole ? "%.0f" : "%.3f", value);
    text_ += text;
  }
  void str(const char* name, const std::string& value) {
    key(name);
    text_ += '"';
    for (const char c : value) {
      if (c == '"' || c == '\\') text_ += '\\';
      text_ += c;
    }
    text_ += '"';
  }
  void boolean(const char* name, bool value) {
    key(name);
    text_ += value ? "true" : "false";
  }
  void hist(const char* name, const Histogram& times) {
    key(name);
    char text[256];
    std::snprintf(text, sizeof text, R"({"n":%llu,"p50":%.1f,"p90":%.1f,"p99":%.1f,"p99_9":%.1f,"max":%.1f})",
                  static_cast<unsigned long long>(times.count()), times.percentile(50), times.percentile(90),
                  times.percentile(99), times.percentile(99.9), times.max());
    text_ += text;
  }
  void print() const {
    std::puts((text_ + "}").c_str());
    std::fflush(stdout);
  }

 private:
  void key(const char* name) {
    if (text_.size() > 1) text_ += ',';
    text_ += '"';
    text_ += name;
    text_ += "\":";
  }

  std::string text_ = "{";
};

}  // namespace load
