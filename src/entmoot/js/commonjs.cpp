// SPDX-License-Identifier: MIT

#include <entmoot/js/commonjs.hpp>

#include <entmoot/base/json.hpp>

#include <algorithm>
#include <cctype>

namespace entmoot::js {

namespace {

constexpr std::string_view head = "(function (module, exports, require, __filename, __dirname, process) {";

bool is_identifier(std::string_view name) {
  return !name.empty() && !std::isdigit(static_cast<unsigned char>(name.front())) &&
         std::ranges::all_of(name,
                             [](unsigned char c) { return c >= 0x80 || std::isalnum(c) || c == '_' || c == '$'; });
}

}  // namespace

std::string commonjs_body(std::string_view source) {
  std::string out(head);
  if (source.starts_with("#!")) out += "//";
  out += source;
  out += "\n})";
  return out;
}

std::string json_body(std::string_view text) {
  std::string out(head);
  out += "module.exports = JSON.parse(";
  append_json_string(out, text);
  out += ")})";
  return out;
}

std::string text_body(std::string_view text) {
  std::string out(head);
  out += "module.exports = ";
  append_json_string(out, text);
  out += "})";
  return out;
}

std::string commonjs_facade(std::string_view module, const FacadeNames& names) {
  std::string values = "const $ = import.meta.load(), $$ = Object($)";
  std::string checks;
  std::string exported = "export { $ as default";
  std::size_t count = 0;
  const auto add = [&](const std::string& name) {
    if (name == "default" || !is_identifier(name)) return false;
    const std::string local = "$" + std::to_string(count++);
    values += ", " + local + " = $$." + name;
    exported += ", " + local + " as " + name;
    return true;
  };
  for (const auto& name : names.shown) add(name);
  for (const auto& name : names.trusted) {
    if (names.shown.contains(name) || !add(name)) continue;
    std::string message;
    append_json_string(message, std::string(module) + " has no export named \"" + name + "\"");
    checks.append("if (!('").append(name).append("' in $$)) throw new SyntaxError(").append(message).append("); ");
  }
  return values + "; " + checks + exported + " };";
}

}  // namespace entmoot::js
