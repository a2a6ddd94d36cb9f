// SPDX-License-Identifier: MIT

#pragma once

// The script that the benchmarks' rooms run: that of apps/chat_room.

#include <entmoot/base/check.hpp>
#include <entmoot/base/embedded.hpp>
#include <entmoot/js/script.hpp>
#include <entmoot/runtime/program.hpp>

#include <memory>
#include <span>
#include <string>

std::span<const entmoot::EmbeddedFile> bench_script();  // cmake/embed.cmake

namespace bench {

/// A message of typical size.
inline constexpr auto message_args = R"(["Treebeard","Do not be hasty, that is my motto. Now we will have a drink."])";

inline std::shared_ptr<const entmoot::js::ModuleGraph> chat_script() {
  const auto& file = bench_script().front();
  auto script = entmoot::js::compile_script(std::string(file.name), file.bytes);
  ENTMOOT_CHECK(script.has_value(), "the chat's script must compile");
  return *script;
}

inline entmoot::Program load(std::string name, std::string_view source) {
  auto program = entmoot::Program::load(std::move(name), source);
  ENTMOOT_CHECK(program.has_value(), "the benchmark's script must load");
  return *program;
}

inline entmoot::Program chat_program() {
  const auto& file = bench_script().front();
  return load(std::string(file.name), file.bytes);
}

}  // namespace bench
