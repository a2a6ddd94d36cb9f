// SPDX-License-Identifier: MIT

#pragma once

// A TLS server's identity that is not trusted: a fresh key, and a certificate of its own for "localhost", in a file
// too.

#include <string>

struct ssl_ctx_st;

namespace entmoot {

class SelfSigned {
 public:
  SelfSigned();
  ~SelfSigned();
  SelfSigned(const SelfSigned&) = delete;
  SelfSigned& operator=(const SelfSigned&) = delete;

  [[nodiscard]] ssl_ctx_st* context() const noexcept { return context_; }
  [[nodiscard]] const std::string& file() const noexcept { return file_; }

 private:
  ssl_ctx_st* context_;
  std::string file_;
};

}  // namespace entmoot
