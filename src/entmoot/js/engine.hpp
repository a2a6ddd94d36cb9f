// SPDX-License-Identifier: MIT

#pragma once

// QuickJS-ng. Nothing above the js floor includes this.

#include <quickjs.h>

#include <cstdint>

extern "C" {
/// js/engine_unit.c
void entmoot_file_shapes(JSRuntime* rt, std::uintptr_t base, bool in_order);
/// nullptr: no module of this name was read.
JSModuleDef* entmoot_find_module(JSContext* ctx, const char* name);
int entmoot_link_module(JSContext* ctx, JSModuleDef* module);
/// "*" for a whole namespace.
void entmoot_each_import(JSContext* ctx, JSModuleDef* module,
                         void (*found)(void* opaque, const char* specifier, const char* name), void* opaque);
struct MissingExport {
  const char* importer;  // each for JS_FreeCString
  const char* specifier;
  const char* name;
};
bool entmoot_missing_export(JSContext* ctx, MissingExport* missing);
int* entmoot_poll_countdown(JSContext* ctx);
}
