// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/message.hpp>

namespace entmoot {

std::optional<std::string> Ref::text() const {
  const std::string_view token = token_;
  if (!token.starts_with('"')) return std::nullopt;
  const auto quoted = token.substr(1, token.size() - 2);
  if (quoted.find('\\') == std::string_view::npos) return std::string(quoted);
  const auto parsed = parse_json(token);
  if (!parsed || !parsed->is_string()) return std::nullopt;
  return std::string(parsed->get_string());
}

}  // namespace entmoot
