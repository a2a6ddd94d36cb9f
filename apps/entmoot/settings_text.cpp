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
  std::string_view group;  // empty: what is in no group
  std::string_view title;
  std::string_view says;
};

constexpr std::array<Section, 6> sections = {{
    {"", "The server", ""},
    {"socket", "socket",
     "Where clients connect, and how much one of them may do. Heartbeats and leaves are always taken."},
    {"http", "http", "Requests, for files and to rooms."},
    {"tokens", "tokens",
     "Who a client is. With `secret` or `jwt` its token is verified when it connects and shown to the room as "
     "`client.assigns.token`; without them clients are who they say they are."},
    {"node", "node", "The rooms of the server, all routes together."},
    {"limits", "limits, rooms",
     "What one room may use. `limits` is for the rooms of all routes, `rooms: {\"chat:*\": {…}}` for those of one; "
     "what is "
     "not set there is as in `limits`."},
}};

std::string_view group_of(std::string_view name) {
  const auto dot = name.find('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(0, dot);
}

/// A pipe would end the cell.
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
  // What begins with a letter and is no word of the language is a sentence.
  const bool is_code = shown == "true" || shown == "false" || std::isalpha(static_cast<unsigned char>(shown[0])) == 0;
  if (is_code) shown = '`' + shown + '`';
  return fmt::format("| `{}` | {} | {} | {} | {} |\n", name, cell(shown), cell(setting.says),
                     cell(setting.range.empty() ? setting.accepts : setting.range), cell(setting.at_limit));
}

std::string comment(std::string_view indent, std::string_view says, std::string_view shown) {
  return fmt::format("{}/** {} Default: {}. */\n", indent, says, shown);
}

/// Members of an interface, of which those with a dot become members of a nested object.
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
      out += comment(indent, setting.says, setting.shown(Owner{})) +
             fmt::format("{}{}?: {};\n", indent, rest, setting.type);
    }
  }
  return out;
}

}  // namespace

std::string settings_markdown() {
  constexpr std::string_view head = "| setting | default | what for | may be | at the limit |\n|---|---|---|---|---|\n";
  std::string out;
  for (const auto& [group, title, says] : sections) {
    out += fmt::format("\n### {}\n\n", title);
    if (!says.empty()) out += fmt::format("{}\n\n", says);
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
         "// What entmoot.config.ts may say: `export default { … } satisfies EntmootConfig`. Written from the table of "
         "settings.\n\n"
         "/** \"64 KB\", \"16 MB\", or a number of bytes. */\n"
         "type EntmootSize = number | `${number} ${\"B\" | \"KB\" | \"MB\" | \"GB\"}` | `${number}${\"B\" | \"KB\" | "
         "\"MB\" | "
         "\"GB\"}`;\n"
         "/** \"500ms\", \"10s\", \"5m\", \"1h\", \"14d\", or a number of milliseconds. */\n"
         "type EntmootTime = number | `${number}${\"ms\" | \"s\" | \"m\" | \"h\" | \"d\"}`;\n\n"
         "/** The environment of the server; for entmoot.config.ts only, rooms do not see it. */\n"
         "declare const process: { readonly env: { readonly [name: string]: string | undefined } };\n\n"
         "/** A key of a login service. `kid` is its name in the tokens, `alg` only checks that the key is of that "
         "kind. */\n"
         "type EntmootJwtKey =\n"
         "  | { kid?: string; alg?: \"RS256\" | \"ES256\" | \"EdDSA\" | \"HS256\"; key: string | object }\n"
         "  | { kid?: string; alg?: \"HS256\"; secret: string }\n"
         "  | { jwks: { keys: object[] } };\n\n"
         "/** What one room may use. */\n"
         "interface EntmootLimits {\n" +
         members(limit_settings(), "", "  ") +
         "}\n\n"
         "interface EntmootConfig {\n" +
         members(app_settings(), "", "  ") +
         "  /** What the rooms of all routes may use. */\n"
         "  limits?: EntmootLimits;\n"
         "  /** The same for the rooms of one route, by its pattern: `{ \"chat:*\": { heap: \"32 MB\" } }`. */\n"
         "  rooms?: Record<string, EntmootLimits>;\n"
         "}\n";
}

}  // namespace entmoot_app
