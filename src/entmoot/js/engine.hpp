// SPDX-License-Identifier: MIT

#pragma once

// QuickJS-ng. Nothing above the js floor includes this.

#include <quickjs.h>

#include <cstdint>

extern "C" {
/// js/engine_unit.c
void entmoot_file_shapes(JSRuntime* rt, std::uintptr_t base, bool in_order);
int* entmoot_poll_countdown(JSContext* ctx);
}
