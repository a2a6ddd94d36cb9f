// SPDX-License-Identifier: MIT

#include <entmoot/core/shards.hpp>

#include <entmoot/base/check.hpp>

#include <algorithm>
#include <cstdint>
#include <string>

#include <pthread.h>

namespace entmoot {

Shards::Shards(unsigned count, const Clock& clock) {
  if (count == 0) count = std::max(1u, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < count; ++i) shards_.push_back(std::make_unique<Shard>(i, clock));
}

Shards::~Shards() {
  stop_and_join();
  // Close all before any is destroyed: the destructor of a dropped task may post a reply to another shard.
  for (const auto& shard : shards_) shard->close();
}

Shard& Shards::home_of(std::string_view key) const noexcept {
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  hash ^= hash >> 32;  // the low bits of FNV are its weak ones
  return *shards_[hash % shards_.size()];
}

void Shards::start() {
  ENTMOOT_CHECK(threads_.empty(), "start() is called once");
  for (const auto& shard : shards_) {
    threads_.emplace_back([&shard = *shard] {
      pthread_setname_np(pthread_self(), ("shard-" + std::to_string(shard.index())).c_str());
      shard.run();
    });
  }
}

void Shards::stop_and_join() {
  for (const auto& shard : shards_) shard->stop();
  threads_.clear();
}

const Clock& Shards::steady() noexcept {
  static const SteadyClock clock;
  return clock;
}

}  // namespace entmoot
