// SPDX-License-Identifier: MIT

#include "corpus.hpp"

#include <entmoot/base/json.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace entmoot::hostile {

namespace {

// "a" or "b"
std::vector<std::string> read_texts(const std::string& script, std::string_view list) {
  constexpr std::string_view between = " or ";
  std::vector<std::string> texts;
  for (;;) {
    const auto end = list.find(between);
    const auto value = JsonText::trusted(list.substr(0, end)).parse();
    REQUIRE_MESSAGE((value.has_value() && value->is_string()), script << ": " << std::string(list) << " is no string");
    texts.emplace_back(value->as_string());
    if (end == list.npos) return texts;
    list.remove_prefix(end + between.size());
  }
}

void read_expectation(Script& script, std::string_view text) {
  constexpr std::pair<std::string_view, Script::Ends> ends[] = {{"dropped ", Script::Ends::dropped},
                                                                {"failed ", Script::Ends::failed},
                                                                {"stopped ", Script::Ends::stopped},
                                                                {"bounded: ", Script::Ends::bounded},
                                                                {"lives", Script::Ends::lives}};
  const auto* const found = std::ranges::find_if(ends, [&](const auto& end) { return text.starts_with(end.first); });
  REQUIRE_MESSAGE(found != std::end(ends), script.name << ": what is \"expect: " << std::string(text) << "\"?");
  script.ends = found->second;
  text.remove_prefix(found->first.size());
  if (script.ends == Script::Ends::bounded) {
    script.what = {std::string(text)};
  } else if (script.ends != Script::Ends::lives) {
    script.what = read_texts(script.name, text);
  }
}

Script read(const std::filesystem::path& file) {
  std::ifstream stream(file);
  Script script{.name = file.stem(), .source = std::string(std::istreambuf_iterator<char>(stream), {})};
  std::string_view rest = script.source;
  bool expects = false;
  while (rest.starts_with("// ")) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(3, end - 3);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.starts_with("SPDX")) continue;
    if (line.starts_with("expect: ")) {
      read_expectation(script, line.substr(8));
      expects = true;
    } else if (line == "only: force") {
      script.only_force = true;
    } else if (line.starts_with("input: ")) {
      script.input = line.substr(7);
    } else if (script.tries.empty()) {
      script.tries = line;
    }
  }
  REQUIRE_MESSAGE((expects && !script.tries.empty()),
                  script.name << " lacks a description or an expectation in its header");
  script.source += "\nfunction ping() { return 'pong'; }\n";
  return script;
}

}  // namespace

bool fits(std::string_view pattern, std::string_view text) noexcept {
  constexpr std::string_view anything = "…";
  if (!pattern.ends_with(anything)) return pattern == text;
  return text.starts_with(pattern.substr(0, pattern.size() - anything.size()));
}

const std::vector<Script>& corpus() {
  static const std::vector<Script> scripts = [] {
    std::vector<Script> all;
    for (const auto& entry : std::filesystem::directory_iterator(ENTMOOT_HOSTILE_CORPUS)) all.push_back(read(entry));
    std::ranges::sort(all, {}, &Script::name);
    return all;
  }();
  return scripts;
}

}  // namespace entmoot::hostile
