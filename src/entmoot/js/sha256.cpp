// SPDX-License-Identifier: MIT

#include <entmoot/js/sha256.hpp>

#include <entmoot/base/check.hpp>

#include <openssl/evp.h>

namespace entmoot::js {

namespace {

/// Looked up once: OpenSSL 3 would search its providers at each use.
const EVP_MD* sha256() {
  static const EVP_MD* const kind = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  ENTMOOT_CHECK(kind != nullptr, "OpenSSL provides SHA-256");
  return kind;
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const noexcept { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  ENTMOOT_CHECK(context_ && EVP_DigestInit_ex(context_.get(), sha256(), nullptr) == 1, "SHA-256 begins");
}

void Sha256::add(std::string_view bytes) {
  ENTMOOT_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1, "SHA-256 takes bytes");
}

void Sha256::add_number(std::uint64_t number) { add({reinterpret_cast<const char*>(&number), sizeof number}); }

Sha256::Digest Sha256::finish() {
  Digest digest;
  ENTMOOT_CHECK(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1, "SHA-256 ends");
  return digest;
}

}  // namespace entmoot::js
