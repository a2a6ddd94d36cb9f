// SPDX-License-Identifier: MIT

#include <entmoot/js/source_tools.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/base/embedded.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/js/scratch_engine.hpp>

#include <boost/json/object.hpp>

#include <iterator>
#include <span>

std::span<const entmoot::EmbeddedFile> source_tools_bytecode();  // cmake/embed.cmake

namespace entmoot::js {

namespace {

JSValue new_string(JSContext* ctx, std::string_view text) { return JS_NewStringLen(ctx, text.data(), text.size()); }

// The format of sucrase's errors is "Error transforming chat.ts: Unexpected token (3:7)".
Error located(std::string_view name, const Error& error) {
  std::string what = error.reason;
  const std::string prefix = "Error transforming " + std::string(name) + ": ";
  if (const auto at = what.find(prefix); at != std::string::npos) what.erase(0, at + prefix.size());
  std::string place;
  if (const auto open = what.rfind(" ("); what.ends_with(')') && open != std::string::npos) {
    place = ":" + what.substr(open + 2, what.size() - open - 3);
    what.erase(open);
  }
  return fail(ErrorCode::invalid, std::string(name) + place + ": " + what, error.detail);
}

std::vector<std::string> names(const boost::json::object& from, std::string_view key) {
  std::vector<std::string> out;
  const auto* list = from.if_contains(key);
  if (!list || !list->is_array()) return out;
  for (const auto& name : list->get_array()) {
    if (name.is_string()) out.emplace_back(name.get_string());
  }
  return out;
}

}  // namespace

SourceTools::SourceTools() = default;
SourceTools::~SourceTools() = default;

ScratchEngine& SourceTools::engine() {
  if (!engine_) {
    auto made = std::make_unique<ScratchEngine>();
    const std::string_view bytecode = source_tools_bytecode().front().bytes;
    auto loaded = made->run(bytecode);
    ENTMOOT_CHECK(loaded.has_value(), "the bytecode of source_tools.js that is embedded in this program runs");
    JS_FreeValue(made->context(), *loaded);
    engine_ = std::move(made);
  }
  return *engine_;
}

Result<std::string> SourceTools::strip_types(std::string_view name, std::string_view source, Form form) {
  ScratchEngine& tools = engine();
  JSContext* ctx = tools.context();
  JSValue args[] = {new_string(ctx, source), new_string(ctx, name), JS_NewBool(ctx, form == Form::module)};
  auto code = tools.call("sourceTools", "strip", std::size(args), args);
  if (!code) return located(name, code.error());
  return tools.text(*code);
}

Result<SourceTools::CommonJs> SourceTools::lex(std::string_view source) {
  ScratchEngine& tools = engine();
  JSValue args[] = {new_string(tools.context(), source)};
  auto found = tools.call("sourceTools", "lex", std::size(args), args);
  if (!found) return found.error();
  const auto json = parse_json(tools.text(*found));
  if (!json) return json.error();
  const auto& object = json->as_object();
  return CommonJs{object.contains("module"), names(object, "exports"), names(object, "reexports")};
}

}  // namespace entmoot::js
