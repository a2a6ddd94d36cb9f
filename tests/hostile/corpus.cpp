// SPDX-License-Identifier: MIT

#include "corpus.hpp"

#include <entmoot/base/json.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace entmoot::hostile {

namespace {

void read_expectation(Script& script, std::string_view text) {
  const auto rest_after = [&](std::string_view word) {
    return text.starts_with(word) ? std::string(text.substr(word.size())) : std::string();
  };
  const auto unquoted = [&](const std::string& json) {
    const auto value = JsonText::trusted(json).parse();
    REQUIRE_MESSAGE((value.has_value() && value->is_string()), script.name << ": " << json << " is no string");
    return std::string(value->as_string());
  };
  if (text == "lives") {
    script.ends = Script::Ends::lives;
  } else if (const auto reason = rest_after("dropped "); !reason.empty()) {
    script.ends = Script::Ends::dropped;
    script.what = unquoted(reason);
  } else if (const auto error = rest_after("failed "); !error.empty()) {
    script.ends = Script::Ends::failed;
    script.what = unquoted(error);
  } else if (const auto answer = rest_after("bounded: "); !answer.empty()) {
    script.ends = Script::Ends::bounded;
    script.what = answer;
  } else {
    FAIL(script.name << ": \"expect: " << text << "\" is not dropped, failed, lives or bounded");
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
                  script.name << " does not say what it tries and what must happen");
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
