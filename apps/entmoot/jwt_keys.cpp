// SPDX-License-Identifier: MIT

#include "jwt_keys.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace entmoot_app {

using namespace entmoot;

namespace {

constexpr std::array<std::string_view, 5> entry_keys = {"kid", "alg", "key", "secret", "jwks"};

Result<JwtKey> key_from(const Json& written) {
  if (written.is_string()) return JwtKey::from_pem(written.get_string());
  return JwtKey::from_jwk(written);
}

/// The string `name` of `entry`, or an empty one.
Result<std::string> text_of(const boost::json::object& entry, std::string_view name) {
  const Json* value = entry.if_contains(name);
  if (!value) return std::string();
  if (!value->is_string()) return fail(ErrorCode::invalid, fmt::format("`{}` must be a string", name));
  return std::string(value->get_string());
}

}  // namespace

Result<std::vector<JwtKey>> jwt_keys_from(const Json& written) {
  const auto* entry = written.if_object();
  if (!entry) return fail(ErrorCode::invalid, "each entry must be an object with `key`, `secret` or `jwks`");
  for (const auto& member : *entry) {
    bool known = false;
    for (const auto name : entry_keys) known = known || name == std::string_view(member.key());
    if (!known) {
      return fail(ErrorCode::invalid,
                  fmt::format("unknown field `{}`; the fields are `kid`, `alg`, `key`, `secret`, `jwks`",
                              std::string_view(member.key())));
    }
  }
  const Json* key = entry->if_contains("key");
  const Json* secret = entry->if_contains("secret");
  const Json* jwks = entry->if_contains("jwks");
  if ((key != nullptr) + (secret != nullptr) + (jwks != nullptr) != 1) {
    return fail(ErrorCode::invalid, "each entry must have exactly one of `key`, `secret` and `jwks`");
  }
  if (jwks) {
    if (entry->size() > 1)
      return fail(ErrorCode::invalid,
                  "an entry with `jwks` can have no other field: its keys have their own `kid` and `alg`");
    auto keys = JwtKeys::from_jwks(to_json(*jwks));
    if (!keys) return keys.error();
    return keys->all();
  }
  const auto kid = text_of(*entry, "kid");
  const auto alg = text_of(*entry, "alg");
  if (!kid) return kid.error();
  if (!alg) return alg.error();
  if (secret && !secret->is_string()) return fail(ErrorCode::invalid, "`secret` must be a string");
  auto made = secret ? JwtKey::from_secret(secret->get_string()) : key_from(*key);
  if (!made) return made.error();
  if (!alg->empty() && *alg != name_of(made->algorithm())) {
    return fail(ErrorCode::invalid,
                fmt::format("`alg` is \"{}\", but the key is for {}", *alg, name_of(made->algorithm())));
  }
  return std::vector{kid->empty() ? *std::move(made) : made->named(*kid)};
}

}  // namespace entmoot_app
