// SPDX-License-Identifier: MIT

#include <entmoot/js/commonjs_lexer.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/base/embedded.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/js/scratch_engine.hpp>

#include <boost/json/object.hpp>

#include <iterator>
#include <span>

std::span<const entmoot::EmbeddedFile> commonjs_lexer_bytecode();  // cmake/embed.cmake

namespace entmoot::js {

namespace {

JSValue new_string(JSContext* ctx, std::string_view text) { return JS_NewStringLen(ctx, text.data(), text.size()); }

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

CommonJsLexer::CommonJsLexer() = default;
CommonJsLexer::~CommonJsLexer() = default;

ScratchEngine& CommonJsLexer::engine() {
  if (!engine_) {
    auto made = std::make_unique<ScratchEngine>();
    const std::string_view bytecode = commonjs_lexer_bytecode().front().bytes;
    auto loaded = made->run(bytecode);
    ENTMOOT_CHECK(loaded.has_value(), "the bytecode of commonjs_lexer.js that is embedded in this program runs");
    JS_FreeValue(made->context(), *loaded);
    engine_ = std::move(made);
  }
  return *engine_;
}

Result<CommonJsLexer::Found> CommonJsLexer::lex(std::string_view source) {
  ScratchEngine& tools = engine();
  JSValue args[] = {new_string(tools.context(), source)};
  auto found = tools.call("commonJs", "lex", std::size(args), args);
  if (!found) return found.error();
  const auto json = parse_json(tools.text(*found));
  if (!json) return json.error();
  const auto& object = json->as_object();
  return Found{object.contains("module"), names(object, "exports"), names(object, "reexports")};
}

}  // namespace entmoot::js
