/* SPDX-License-Identifier: MIT */

/* The engine, and the code of this library that needs its internals. */

#include "keyed_hash.h"
#include "written_places.h"

/* Called by a patch; below. */
static void entmoot_written_place(int *line, int *column);
struct JSContext;
static uint32_t entmoot_written_name(struct JSContext *ctx, uint32_t atom, int line, int column, int is_before);

/* The patched engine (cmake/engine.cmake); the patches call the functions in keyed_hash.h, and those above. */
#include "quickjs.c"

static _Thread_local const struct EntmootWrittenPlaces *written_places;

/* For what this thread compiles from now on; NULL: the code is what the author wrote. */
void entmoot_use_written_places(const struct EntmootWrittenPlaces *places) { written_places = places; }

static void entmoot_written_place(int *line, int *column)
{
    if (written_places)
        written_places->place(written_places->opaque, line, column);
}

/* Consumes `atom`. */
static JSAtom entmoot_written_name(JSContext *ctx, JSAtom atom, int line, int column, int is_before)
{
    const char *name, *written;
    JSAtom renamed;
    if (!written_places || atom == JS_ATOM_NULL || !(name = JS_AtomToCString(ctx, atom)))
        return atom;
    written = (is_before ? written_places->name_before : written_places->name_after)(written_places->opaque, name, line,
                                                                                    column);
    JS_FreeCString(ctx, name);
    if (!written || (renamed = JS_NewAtom(ctx, written)) == JS_ATOM_NULL)
        return atom;
    JS_FreeAtom(ctx, atom);
    return renamed;
}

#include "engine_json.c"
#include "engine_layout.c"

/* The hash that js_new_shape2() and add_shape_property() compute. */
static uint32_t shape_hash_of(JSRuntime *rt, const JSShape *sh)
{
    uint32_t h = shape_initial_hash(rt, sh->proto);
    const JSShapeProperty *prop = get_shape_prop((JSShape *)sh);
    int i;
    for (i = 0; i < sh->prop_count; i++)
        h = shape_hash(shape_hash(h, prop[i].atom), prop[i].flags);
    return h;
}

/* Rebuilds the table of shapes of a runtime whose blocks have been moved relative to each other, so that the hash of a
   shape, which includes the place of its prototype, is right again. The result does not depend on addresses. */
void entmoot_file_shapes(JSRuntime *rt)
{
    JSShape *all = NULL;
    int i;
    for (i = 0; i < rt->shape_hash_size; i++) {
        JSShape *sh = rt->shape_hash[i];
        rt->shape_hash[i] = NULL;
        while (sh) {
            JSShape *next = sh->shape_hash_next;
            JSShape **at = &all;
            while (*at && *at < sh)
                at = &(*at)->shape_hash_next;
            sh->shape_hash_next = *at;
            *at = sh;
            sh = next;
        }
    }
    rt->shape_hash_count = 0;
    while (all) {
        JSShape *next = all->shape_hash_next;
        all->hash = shape_hash_of(rt, all);
        js_shape_hash_link(rt, all);
        all = next;
    }
}

/* Modules. The engine links a module when it is evaluated; a template is linked before (module_linker.hpp). */

JSModuleDef *entmoot_find_module(JSContext *ctx, const char *name)
{
    JSAtom atom = JS_NewAtom(ctx, name);
    JSModuleDef *m = js_find_loaded_module_by_name(ctx, atom);
    JS_FreeAtom(ctx, atom);
    return m;
}

int entmoot_link_module(JSContext *ctx, JSModuleDef *m)
{
    if (js_resolve_module(ctx, m) < 0 || js_create_module_function(ctx, m) < 0)
        return -1;
    return js_link_module(ctx, m);
}

/* Calls `found` for each name that a module imports or re-exports from another one. */
void entmoot_each_import(JSContext *ctx, JSModuleDef *m,
                         void (*found)(void *opaque, const char *specifier, const char *name), void *opaque)
{
    int i, imports = m->import_entries_count;
    for (i = 0; i < imports + m->export_entries_count; i++) {
        JSImportEntry *in = i < imports ? &m->import_entries[i] : NULL;
        JSExportEntry *out = in ? NULL : &m->export_entries[i - imports];
        if (out && out->export_type != JS_EXPORT_TYPE_INDIRECT)
            continue;
        JSAtom specifier = m->req_module_entries[in ? in->req_module_idx : out->u.req_module_idx].module_name;
        const char *from = JS_AtomToCString(ctx, specifier);
        const char *name = JS_AtomToCString(ctx, in ? in->import_name : out->local_name);
        if (from && name)
            found(opaque, from, name);
        JS_FreeCString(ctx, from);
        JS_FreeCString(ctx, name);
    }
}

struct MissingExport {
    const char *importer;
    const char *specifier;
    const char *name;
};

static bool is_missing(JSContext *ctx, JSModuleDef *m, int request, JSAtom name, struct MissingExport *missing)
{
    JSModuleDef *found;
    JSExportEntry *entry;
    if (name == JS_ATOM__star_ ||
        js_resolve_export(ctx, &found, &entry, m->req_module_entries[request].module, name) == JS_RESOLVE_RES_FOUND)
        return false;
    missing->importer = JS_AtomToCString(ctx, m->module_name);
    missing->specifier = JS_AtomToCString(ctx, m->req_module_entries[request].module_name);
    missing->name = JS_AtomToCString(ctx, name);
    return true;
}

/* After a link error: the first import or re-export of a name that is not exported. */
bool entmoot_missing_export(JSContext *ctx, struct MissingExport *missing)
{
    struct list_head *el;
    int i;
    list_for_each(el, &ctx->loaded_modules) {
        JSModuleDef *m = list_entry(el, JSModuleDef, link);
        for (i = 0; i < m->import_entries_count; i++) {
            JSImportEntry *in = &m->import_entries[i];
            if (is_missing(ctx, m, in->req_module_idx, in->import_name, missing))
                return true;
        }
        for (i = 0; i < m->export_entries_count; i++) {
            JSExportEntry *out = &m->export_entries[i];
            if (out->export_type == JS_EXPORT_TYPE_INDIRECT &&
                is_missing(ctx, m, out->u.req_module_idx, out->local_name, missing))
                return true;
        }
    }
    return false;
}

/* The value of a Map for an integer. */
JSValue entmoot_map_get(JSContext *ctx, JSValueConst map, int64_t key)
{
    JSMapState *s = JS_GetOpaque(map, JS_CLASS_MAP);
    JSMapRecord *record = s ? map_find_record(ctx, s, js_int64(key)) : NULL;
    return record ? js_dup(record->value) : JS_UNDEFINED;
}

static bool is_bytes(JSObject *p)
{
    return p->class_id == JS_CLASS_ARRAY_BUFFER ||
        (p->class_id >= JS_CLASS_UINT8C_ARRAY && p->class_id <= JS_CLASS_DATAVIEW);
}

/* An ArrayBuffer, or a view of one. */
bool entmoot_is_bytes(JSValueConst value)
{
    return JS_IsObject(value) && is_bytes(JS_VALUE_GET_OBJ(value));
}

/* The bytes of such an object, in place: no script may run before they have been used. NULL and an exception if its
   buffer is detached, or too short for the view. */
const uint8_t *entmoot_bytes_of(JSContext *ctx, JSValueConst value, size_t *size)
{
    JSObject *p = JS_VALUE_GET_OBJ(value);
    JSTypedArray *ta;
    if (p->class_id == JS_CLASS_ARRAY_BUFFER) {
        const uint8_t *data = JS_GetArrayBuffer(ctx, size, value);
        return data || JS_HasException(ctx) ? data : (const uint8_t *)"";
    }
    if (p->class_id == JS_CLASS_DATAVIEW ? dataview_is_oob(p) : typed_array_is_oob(p)) {
        JS_ThrowTypeErrorArrayBufferOOB(ctx);
        return NULL;
    }
    ta = p->u.typed_array;
    if (p->class_id != JS_CLASS_DATAVIEW)
        *size = (size_t)p->u.array.count << typed_array_size_log2(p->class_id);
    else if (ta->track_rab)
        *size = ta->buffer->u.array_buffer->byte_length - ta->offset;
    else
        *size = ta->length;
    return *size ? ta->buffer->u.array_buffer->data + ta->offset : (const uint8_t *)"";
}

/* The cell of an export, which lives as long as the module, or NULL. Reading it saves the search in the namespace. */
void *entmoot_export_cell(JSContext *ctx, JSValueConst namespace, const char *name)
{
    JSAtom atom = JS_NewAtom(ctx, name);
    JSProperty *pr;
    JSShapeProperty *prs = find_own_property(&pr, JS_VALUE_GET_OBJ(namespace), atom);
    JS_FreeAtom(ctx, atom);
    return prs && (prs->flags & JS_PROP_TMASK) == JS_PROP_VARREF ? pr->u.var_ref : NULL;
}

/* JS_UNDEFINED while the variable is not initialized. */
JSValue entmoot_read_cell(void *cell)
{
    JSValue value = *((JSVarRef *)cell)->pvalue;
    return JS_IsUninitialized(value) ? JS_UNDEFINED : js_dup(value);
}

/* The number of events until the engine polls; 1 makes it poll at the next event. */
int *entmoot_poll_countdown(JSContext *ctx)
{
    return &ctx->interrupt_counter;
}

void entmoot_set_wall_clock(JSRuntime *rt, double (*now)(JSContext *ctx))
{
    rt->wall_clock = now;
}

uint64_t entmoot_get_hash_key(void)
{
    return entmoot_hash_key;
}

void entmoot_set_hash_key(uint64_t key)
{
    entmoot_hash_key = key | entmoot_hash_key_bits;
}

/* At rest nothing of a runtime is on the stack; it is told where the stack is before it runs (JS_UpdateStackTop). The
   engine's own `performance`, whose time begins with the context, is deleted by web_apis.js. */
void entmoot_forget_process(JSContext *ctx)
{
    ctx->rt->stack_top = 0;
    ctx->rt->stack_limit = 0;
    ctx->time_origin = 0;
}

size_t entmoot_runtime_bytes(void)
{
    return sizeof(JSRuntime);
}

size_t entmoot_context_bytes(void)
{
    return sizeof(JSContext);
}

/* No script is running, and no microtask waits. */
bool entmoot_is_at_rest(JSRuntime *rt)
{
    return !rt->current_stack_frame && list_empty(&rt->job_list);
}

/* Forgets what js/runtime.cpp sets, and how many events are left until the next poll, which depends on when the room was
   preempted. Follows no pointers: both may be copies at another address. */
void entmoot_detach(JSRuntime *rt, JSContext *ctx)
{
    ctx->interrupt_counter = JS_INTERRUPT_COUNTER_INIT;
    rt->stack_top = 0;
    rt->stack_limit = 0;
    rt->user_opaque = NULL;
    rt->interrupt_handler = NULL;
    rt->interrupt_opaque = NULL;
}
