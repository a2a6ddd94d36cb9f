// SPDX-License-Identifier: MIT

#pragma once

// A room's JavaScript runtime without a template: the cost that every embedder of the engine pays for each runtime. It
// uses malloc, and loads the prelude and the script from bytecode that was compiled once.

#include <entmoot/js/engine.hpp>
#include <entmoot/js/script.hpp>

#include <cstddef>
#include <string>

namespace bench {

/// The prelude, compiled once.
[[nodiscard]] std::string compile_prelude();

class FreshRoom {
 public:
  FreshRoom();
  ~FreshRoom();
  FreshRoom(const FreshRoom&) = delete;
  FreshRoom& operator=(const FreshRoom&) = delete;

  /// Creates the globals of a room and loads the script without running it.
  void load(const std::string& prelude, const entmoot::js::ModuleGraph& script);
  /// The memory that the engine has allocated with malloc.
  [[nodiscard]] std::size_t heap_bytes() const;

 private:
  JSValue read(std::string_view bytecode);

  JSRuntime* rt_;
  JSContext* ctx_;
  JSValue entries_ = JS_UNDEFINED;
  JSValue program_ = JS_UNDEFINED;
};

}  // namespace bench
