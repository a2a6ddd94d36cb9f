// SPDX-License-Identifier: MIT

#include <entmoot/js/typescript_compiler.hpp>

#include <entmoot/base/json.hpp>
#include <entmoot/js/esbuild_service.hpp>
#include <entmoot/js/text_lines.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace entmoot::js {

namespace {

constexpr std::array compiled = {".ts", ".mts", ".cts", ".tsx", ".jsx"};

std::string_view loader_for(std::string_view name) {
  if (name.ends_with(".tsx")) return "tsx";
  if (name.ends_with(".jsx")) return "jsx";
  return name.ends_with("ts") ? "ts" : "js";
}

std::vector<std::string> flags_for(const TypeScriptSource& source) {
  std::vector<std::string> flags = {"--sourcefile=" + std::string(source.name),
                                    "--loader=" + std::string(loader_for(source.name)),
                                    "--tsconfig-raw={\"compilerOptions\":" + std::string(source.options) + "}",
                                    "--target=esnext",
                                    "--supported:decorators=false",
                                    "--sourcemap=external",
                                    std::string("--sources-content=") + (source.map_contains_source ? "true" : "false"),
                                    "--legal-comments=none",
                                    "--log-level=silent",
                                    "--log-limit=1"};
  // What TypeScript itself has no default for. A pragma that names a factory is one of the classic transform.
  if (source.options.find("\"jsx\":") == std::string_view::npos && source.text.find("@jsx ") == std::string_view::npos)
    flags.emplace_back("--jsx=automatic");
  if (source.form == TypeScriptSource::Form::commonjs) flags.emplace_back("--format=cjs");
  return flags;
}

std::string_view text_of(const boost::json::object& from, std::string_view key) {
  const Json* found = from.if_contains(key);
  return found && found->is_string() ? std::string_view(found->get_string()) : std::string_view();
}

int number_of(const boost::json::object& from, std::string_view key) {
  const Json* found = from.if_contains(key);
  return found && found->is_number() ? found->to_number<int>() : 0;
}

/// The part of a line around a column in bytes, and a mark below that column.
std::string excerpt(std::string_view line, std::size_t column) {
  constexpr std::size_t before = 100;
  constexpr std::size_t shown = 160;
  std::size_t begin = column > before ? column - before : 0;
  while (begin > 0 && begin < line.size() && (static_cast<unsigned char>(line[begin]) & 0xc0U) == 0x80) --begin;
  std::size_t end = std::min(line.size(), begin + shown);
  while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xc0U) == 0x80) ++end;
  std::string out = "\n    ";
  std::string mark = "\n    ";
  for (std::size_t at = begin; at < end; ++at) {
    out += line[at];
    if (at >= column || (static_cast<unsigned char>(line[at]) & 0xc0U) == 0x80) continue;
    mark += line[at] == '\t' ? '\t' : ' ';
  }
  return out + mark + '^';
}

Error located(const TypeScriptSource& source, const boost::json::object& message) {
  const Json* location = message.if_contains("location");
  std::string reason(source.name);
  std::string below;
  if (location && location->is_object()) {
    const auto& place = location->get_object();
    const int line = number_of(place, "line");
    const int column = number_of(place, "column");
    const auto shown = TextLines(source.text).in_utf16({line, column + 1});
    reason += ":" + std::to_string(shown.line) + ":" + std::to_string(shown.column);
    below = excerpt(text_of(place, "lineText"), static_cast<std::size_t>(std::max(column, 0)));
  }
  return fail(ErrorCode::invalid, reason + ": " + std::string(text_of(message, "text")) + below);
}

}  // namespace

bool is_compiled_language(std::string_view name) noexcept {
  return std::ranges::any_of(compiled, [&](std::string_view ending) { return name.ends_with(ending); });
}

TypeScriptCompiler::TypeScriptCompiler() = default;
TypeScriptCompiler::~TypeScriptCompiler() = default;

void TypeScriptCompiler::rest() noexcept { service_.reset(); }

Result<JavaScript> TypeScriptCompiler::compile(const TypeScriptSource& source) {
  if (!service_) service_ = std::make_unique<EsbuildService>();
  const auto flags = flags_for(source);
  const auto response = service_->transform(flags, source.text);
  if (!response) {
    rest();
    return fail(response.error().code, std::string(source.name) + ": cannot be compiled: " + response.error().reason);
  }
  const boost::json::object& fields = *response;
  if (const Json* errors = fields.if_contains("errors"); errors && errors->is_array() && !errors->get_array().empty())
    return located(source, errors->get_array().front().as_object());
  return JavaScript{std::string(text_of(fields, "code")), std::string(text_of(fields, "map"))};
}

}  // namespace entmoot::js
