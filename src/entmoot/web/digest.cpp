// SPDX-License-Identifier: MIT

#include <entmoot/web/digest.hpp>

#include <entmoot/base/check.hpp>

#include <openssl/evp.h>

#include <array>

namespace entmoot {

namespace {

/// Looked up once: OpenSSL 3 would search its providers at each use.
const EVP_MD* fetched(const char* name) {
  EVP_MD* kind = EVP_MD_fetch(nullptr, name, nullptr);
  ENTMOOT_CHECK(kind != nullptr, "OpenSSL provides SHA-1 and SHA-256");
  return kind;
}

std::string_view digest(const EVP_MD* kind, std::string_view bytes, std::array<unsigned char, EVP_MAX_MD_SIZE>& out) {
  unsigned size = 0;
  const int done = EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, kind, nullptr);
  ENTMOOT_CHECK(done == 1, "EVP_Digest failed");
  return {reinterpret_cast<const char*>(out.data()), size};
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  static constexpr char hex[] = "0123456789abcdef";
  static const EVP_MD* const sha256 = fetched("SHA256");
  std::array<unsigned char, EVP_MAX_MD_SIZE> space;
  std::string text;
  for (const char c : digest(sha256, bytes, space)) {
    const auto byte = static_cast<unsigned char>(c);
    text += {hex[byte >> 4], hex[byte & 15]};
  }
  return text;
}

std::string sha1_base64(std::string_view bytes) {
  static const EVP_MD* const sha1 = fetched("SHA1");
  std::array<unsigned char, EVP_MAX_MD_SIZE> space;
  const auto hash = digest(sha1, bytes, space);
  std::array<unsigned char, 64> text;
  const int size = EVP_EncodeBlock(text.data(), space.data(), static_cast<int>(hash.size()));
  return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(size)};
}

}  // namespace entmoot
