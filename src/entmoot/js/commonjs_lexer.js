// SPDX-License-Identifier: MIT
//
// The JavaScript side of commonjs_lexer.cpp, bundled with what it imports by scripts/bundle_page.mjs.

// The package's main entry is WebAssembly, which the engine does not support; this is the same lexer in JavaScript.
import { parse } from "./node_modules/cjs-module-lexer/lexer.js";

globalThis.commonJs = {
  lex(source) {
    try {
      return JSON.stringify(parse(source));
    } catch (error) {
      // Other syntax errors are left to the engine, whose messages are better.
      return error.code === "ERR_LEXER_ESM_SYNTAX" ? '{"module":true}' : "{}";
    }
  },
};
