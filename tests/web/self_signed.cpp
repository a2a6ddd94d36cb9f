// SPDX-License-Identifier: MIT

#include "self_signed.hpp"

#include <doctest/doctest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>

#include <unistd.h>

namespace entmoot {

SelfSigned::SelfSigned() : context_(SSL_CTX_new(TLS_server_method())) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost");
  X509_add_ext(certificate, names, -1);
  X509_EXTENSION_free(names);
  REQUIRE(X509_sign(certificate, key, EVP_sha256()) > 0);

  file_ = std::filesystem::temp_directory_path() / ("entmoot-certificate-" + std::to_string(::getpid()) + ".pem");
  std::FILE* out = std::fopen(file_.c_str(), "w");
  REQUIRE(out);
  PEM_write_X509(out, certificate);
  std::fclose(out);
  REQUIRE(SSL_CTX_use_certificate(context_, certificate) == 1);
  REQUIRE(SSL_CTX_use_PrivateKey(context_, key) == 1);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

SelfSigned::~SelfSigned() {
  SSL_CTX_free(context_);
  std::filesystem::remove(file_);
}

}  // namespace entmoot
