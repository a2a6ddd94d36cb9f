// SPDX-License-Identifier: MIT

#include "settings_text.hpp"

#include "settings.hpp"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <string_view>

namespace entmoot_app {

namespace {

struct Section {
  std::string_view group;  // empty: the settings outside any group
  std::string_view title;
  std::string_view introduction;
};

constexpr std::array<Section, 10> sections = {{
    {"", "The server", ""},
    {"socket", "socket", "Client connections and their limits. Heartbeats and leaves are never rate-limited."},
    {"http", "http", "HTTP requests, for files and to rooms."},
    {"public", "public", "Files of public/."},
    {"tokens", "tokens",
     "Authentication of clients. With `secret` or `jwt`, the server verifies a client's token when it connects and "
     "passes its data to the room as `client.assigns.token`; without them, clients are not authenticated."},
    {"node", "node", "The rooms of the server, of all routes together."},
    {"drain", "drain", "How the server stops (docs/operating.md)."},
    {"metrics", "metrics",
     "A port of its own for Prometheus and for health checks, off by default: its figures are not for the public."},
    {"dashboard", "dashboard", "The page at `/entmoot`, for operators (docs/operating.md)."},
    {"limits", "limits, rooms",
     "Limits of one room. `limits` applies to the rooms of all routes, `rooms: {\"chat:*\": {…}}` to those of one "
     "route; limits that it does not set are taken from `limits`."},
}};

std::string_view group_of(std::string_view name) {
  const auto dot = name.find('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(0, dot);
}

/// Escapes pipes, which end a cell.
std::string cell(std::string_view text) {
  std::string out;
  for (const char letter : text) {
    if (letter == '|') out += '\\';
    out += letter;
  }
  return out;
}

template <class Owner>
std::string row(const Setting<Owner>& setting, std::string_view name) {
  std::string shown = setting.shown(Owner{});
  // A text that begins with a letter and is not a literal describes the default in English.
  const bool is_code = shown == "true" || shown == "false" || std::isalpha(static_cast<unsigned char>(shown[0])) == 0;
  if (is_code) shown = '`' + shown + '`';
  return fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", name, cell(shown), cell(setting.purpose),
                     cell(setting.range.empty() ? setting.accepts : setting.range), cell(setting.at_limit),
                     setting.takes_effect == TakesEffect::on_reload ? "on reload" : "after a restart");
}

std::string comment(std::string_view indent, std::string_view purpose, std::string_view shown) {
  return fmt::format("{}/** {} Default: {}. */\n", indent, purpose, shown);
}

/// The members of an interface; names with a dot become members of a nested object.
template <class Owner>
std::string members(const SettingTable<Owner>& table, const std::string& prefix, const std::string& indent) {
  std::string out;
  std::string_view open;  // the nested object that is being written
  for (const auto& setting : table.all()) {
    if (!setting.name.starts_with(prefix)) continue;
    const auto rest = std::string_view(setting.name).substr(prefix.size());
    const auto group = group_of(rest);
    if (!group.empty()) {
      if (group == open) continue;
      open = group;
      out += fmt::format("{}{}?: {{\n{}{}}};\n", indent, group,
                         members(table, prefix + std::string(group) + '.', indent + "  "), indent);
    } else {
      out += comment(indent, setting.purpose, setting.shown(Owner{})) +
             fmt::format("{}{}?: {};\n", indent, rest, setting.type);
    }
  }
  return out;
}

}  // namespace

std::string settings_markdown() {
  constexpr std::string_view head =
      "| setting | default | purpose | values | at the limit | takes effect |\n|---|---|---|---|---|---|\n";
  std::string out;
  for (const auto& [group, title, introduction] : sections) {
    out += fmt::format("\n### {}\n\n", title);
    if (!introduction.empty()) out += fmt::format("{}\n\n", introduction);
    out += head;
    if (group == "limits") {
      for (const auto& setting : limit_settings().all()) out += row(setting, "limits." + setting.name);
    } else {
      for (const auto& setting : app_settings().all()) {
        if (group_of(setting.name) == group) out += row(setting, setting.name);
      }
    }
  }
  return out + '\n';
}

std::string settings_types() {
  return "// SPDX-License-Identifier: MIT\n"
         "//\n"
         "// The type of entmoot.config.ts: `export default { … } satisfies EntmootConfig`. Generated from the table "
         "of "
         "settings.\n\n"
         "/** \"64 KB\", \"16 MB\", or a number of bytes. */\n"
         "type EntmootSize = number | `${number} ${\"B\" | \"KB\" | \"MB\" | \"GB\"}` | `${number}${\"B\" | \"KB\" | "
         "\"MB\" | "
         "\"GB\"}`;\n"
         "/** \"500ms\", \"10s\", \"5m\", \"1h\", \"14d\", or a number of milliseconds. */\n"
         "type EntmootTime = number | `${number}${\"ms\" | \"s\" | \"m\" | \"h\" | \"d\"}`;\n\n"
         "/** The server's environment variables: all of them in entmoot.config.ts, those of the setting `env` in "
         "rooms. "
         "*/\n"
         "declare const process: { readonly env: { readonly [name: string]: string | undefined } };\n\n"
         "/** A key of a login service. `kid` is its identifier in the tokens; `alg` must match the key's algorithm. "
         "*/\n"
         "type EntmootJwtKey =\n"
         "  | { kid?: string; alg?: \"RS256\" | \"ES256\" | \"EdDSA\" | \"HS256\"; key: string | object }\n"
         "  | { kid?: string; alg?: \"HS256\"; secret: string }\n"
         "  | { jwks: { keys: object[] } };\n\n"
         "/** Limits of one room. */\n"
         "interface EntmootLimits {\n" +
         members(limit_settings(), "", "  ") +
         "}\n\n"
         "interface EntmootConfig {\n" +
         members(app_settings(), "", "  ") +
         "  /** Limits of the rooms of all routes. */\n"
         "  limits?: EntmootLimits;\n"
         "  /** Limits of the rooms of one route, by its pattern: `{ \"chat:*\": { heap: \"32 MB\" } }`. */\n"
         "  rooms?: Record<string, EntmootLimits>;\n"
         "}\n";
}

}  // namespace entmoot_app
