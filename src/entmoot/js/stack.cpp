// SPDX-License-Identifier: MIT

#include <entmoot/js/stack.hpp>

// The linker's names for the bounds of the section that cmake/engine.cmake gives the engine.
extern "C" {
extern const char __start_text_quickjs[];
extern const char __stop_text_quickjs[];
}

namespace entmoot::js {

CodeRange engine_code() noexcept { return {__start_text_quickjs, __stop_text_quickjs}; }

}  // namespace entmoot::js
