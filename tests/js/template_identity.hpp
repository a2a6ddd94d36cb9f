// SPDX-License-Identifier: MIT

#pragma once

#include <entmoot/js/builtin_script.hpp>
#include <entmoot/js/rehearsal.hpp>
#include <entmoot/js/script.hpp>
#include <entmoot/js/template_heap.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace entmoot::js {

/// The identity of a template, as hexadecimal digits: the same program builds the same template.
inline std::string identity_of_an_example() {
  static constexpr EmbeddedFile helper = {"helper.js",
                                          "(function (host, means) { host.help = (x) => ({ x, re: /a+/g }); })"};
  static constexpr auto source = R"(
    class Message { #text; constructor(text) { this.#text = text; } get text() { return this.#text; } }
    const said: Message[] = [];
    const wait = async (p: Promise<string>) => { said.push(new Message(await p)); };
    function* count() { for (let i = 0; ; i++) yield i * 1.5; }
    function say(text: string) { said.push(new Message(`${text} ${10n ** 20n} ${Math.sin(1)}`)); return said.length; }
  )";
  const auto script = compile_script("room.ts", source);
  if (!script) std::abort();
  TemplateOptions options{.scripts = {BuiltinScript::compile(helper)}};
  static constexpr EmbeddedFile program = {"program.js", R"(
    const said = new Map();
    export function say(text) { said.set({ text }, text.split(' ').map((word) => word.toUpperCase())); return said.size; }
  )"};
  options.heat = rehearse(options.scripts, {.program = program,
                                            .start = {},
                                            .often = {{Entry::Kind::invoke, "say", R"(["hello you"])", 0}},
                                            .sometimes = {{Entry::Kind::invoke, "say", R"(["once"])", 0}},
                                            .answers = {}});
  options.globals.emplace("settings", JsonText::of(parse_json(R"({"a":[1,2.5,"x"]})").value()));
  const auto heap = TemplateHeap::build(*script, options);
  if (!heap) std::abort();
  std::string text;
  char digits[3];
  for (const std::uint8_t byte : (*heap)->identity()) {
    std::snprintf(digits, sizeof digits, "%02x", byte);
    text += digits;
  }
  return text;
}

}  // namespace entmoot::js
