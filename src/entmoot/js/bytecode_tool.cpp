// SPDX-License-Identifier: MIT
//
// entmoot_bytecode <script.js> <bytecode>: runs during the build, so that the server does not parse the script at each
// start. The bytecode is valid for the engine of this build only.

#include <entmoot/js/scratch_engine.hpp>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: entmoot_bytecode <script.js> <bytecode>\n";
    return 2;
  }
  std::ifstream in(argv[1], std::ios::binary);
  const std::string source{std::istreambuf_iterator<char>(in), {}};
  // The frames of a name that begins like this are the server's own (js/prelude.js).
  const std::string name = "entmoot:" + std::filesystem::path(argv[1]).stem().string();
  const entmoot::js::ScratchEngine engine;
  const auto compiled = engine.evaluate(source, name.c_str(), JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_COMPILE_ONLY);
  const auto bytes = compiled ? engine.bytecode(*compiled) : compiled.error();
  if (!bytes) {
    std::cerr << argv[1] << ": " << bytes.error().reason << "\n";
    return 1;
  }
  std::ofstream(argv[2], std::ios::binary) << *bytes;
  return 0;
}
