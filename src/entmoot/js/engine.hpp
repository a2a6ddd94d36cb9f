// SPDX-License-Identifier: MIT

#pragma once

// QuickJS-ng. Nothing above the js floor includes this.

#include <quickjs.h>

#include <cstddef>
#include <cstdint>

extern "C" {
#include <entmoot/js/written_places.h>

/// js/engine_unit.c
void entmoot_use_written_places(const struct EntmootWrittenPlaces* places);
void entmoot_file_shapes(JSRuntime* rt);
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
/// The runtime's Date asks `now` while the runtime has an opaque value, otherwise the system.
void entmoot_set_wall_clock(JSRuntime* rt, double (*now)(JSContext* ctx));
/// The cell of a namespace's export, owned by the module; nullptr if there is none, or if it is a namespace itself.
void* entmoot_export_cell(JSContext* ctx, JSValueConst ns, const char* name);
JSValue entmoot_read_cell(void* cell);
/// The value of a Map for an integer; JS_UNDEFINED if there is none.
JSValue entmoot_map_get(JSContext* ctx, JSValueConst map, std::int64_t key);
/// An ArrayBuffer, a typed array or a DataView.
bool entmoot_is_bytes(JSValueConst value);
/// Its bytes, in place; nullptr and an exception if they are not there any more.
const std::uint8_t* entmoot_bytes_of(JSContext* ctx, JSValueConst value, std::size_t* size);
std::uint64_t entmoot_get_hash_key();
void entmoot_set_hash_key(std::uint64_t key);
void entmoot_forget_process(JSContext* ctx);
std::size_t entmoot_runtime_bytes();
bool entmoot_is_at_rest(JSRuntime* rt);
std::size_t entmoot_context_bytes();
void entmoot_detach(JSRuntime* rt, JSContext* ctx);

/// js/engine_layout.c
bool entmoot_has_arenas();
std::size_t entmoot_arena_bytes();
std::size_t entmoot_arena_header_bytes();
void entmoot_each_arena(JSRuntime* rt, void (*arena)(void* opaque, void* at),
                        void (*block)(void* opaque, void* at, std::size_t bytes), void* opaque);
void entmoot_each_free_block(JSRuntime* rt, void (*found)(void* opaque, void* at), void* opaque);
void entmoot_forget_arenas(JSRuntime* rt);
void entmoot_add_arena(JSRuntime* rt, void* arena, std::size_t bytes);
void entmoot_make_permanent(JSRuntime* rt);
void entmoot_clear_blocks(JSRuntime* rt);

/// js/engine_json.c
struct EntmootText {
  char* data;  // a buffer of the caller, or `allocated`
  std::size_t size;
  std::size_t capacity;
  char* allocated;  // for js_free
};
/// JSON.stringify(value) as UTF-8. 1: done. 0: only JSON.stringify can do it. -1: an exception is pending.
int entmoot_write_json(JSContext* ctx, JSValueConst value, EntmootText* out);
/// After JSON.stringify(value) has failed: where, for people; 0 if that is not known.
std::size_t entmoot_json_problem(JSContext* ctx, JSValueConst value, char* text, std::size_t capacity);
/// JSON.parse(text). JS_UNINITIALIZED: only JSON.parse can do it, or report what is wrong.
JSValue entmoot_read_json(JSContext* ctx, const char* text, std::size_t size);
}
