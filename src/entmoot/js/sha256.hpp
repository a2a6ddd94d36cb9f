// SPDX-License-Identifier: MIT

#pragma once

// SHA-256 over several pieces, by OpenSSL: of templates (js/template_heap.hpp) and of saved heaps
// (js/heap_snapshot.hpp). One thread.

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

struct evp_md_ctx_st;

namespace entmoot::js {

class Sha256 {
 public:
  using Digest = std::array<std::uint8_t, 32>;

  Sha256();
  /// Adds the bytes as they are: pieces of variable length do not say where they end.
  void add(std::string_view bytes);
  void add_number(std::uint64_t number);
  /// Once, in the end.
  [[nodiscard]] Digest finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace entmoot::js
