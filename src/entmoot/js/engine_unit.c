/* SPDX-License-Identifier: MIT */

/* The engine, and functions of ours that have to see inside it.

   Shapes are found by a hash of their prototype's address. In a heap that was copied elsewhere (template_heap.hpp) every
   such hash is stale, and two builds of one heap at two addresses file their shapes in different order. So they are filed
   anew: when a template is taken, by what their prototype's address is relative to the heap, so that two builds agree word
   for word; in a copy, by where it lies now, so that the engine finds them and makes no duplicates. */

#include "keyed_hash.h"

/* quickjs.c with keyed hashes (cmake/engine.cmake). */
#include "quickjs_keyed.c"

/* Hashes as js_new_shape2() and add_shape_property() would have come to them. */
static uint32_t shape_hash_of(const JSShape *sh, uintptr_t base)
{
    uintptr_t proto = sh->proto ? (uintptr_t)sh->proto - base : 0;
    uint32_t h = shape_initial_hash((JSObject *)proto);
    const JSShapeProperty *prop = get_shape_prop((JSShape *)sh);
    int i;
    for (i = 0; i < sh->prop_count; i++)
        h = shape_hash(shape_hash(h, prop[i].atom), prop[i].flags);
    return h;
}

/* `base` is subtracted from addresses; `in_order` first brings the shapes into the order of their own addresses. */
void entmoot_file_shapes(JSRuntime *rt, uintptr_t base, bool in_order)
{
    JSShape *all = NULL;
    int i;
    for (i = 0; i < rt->shape_hash_size; i++) {
        JSShape *sh = rt->shape_hash[i];
        rt->shape_hash[i] = NULL;
        while (sh) {
            JSShape *next = sh->shape_hash_next;
            JSShape **at = &all;
            while (in_order && *at && *at < sh)
                at = &(*at)->shape_hash_next;
            sh->shape_hash_next = *at;
            *at = sh;
            sh = next;
        }
    }
    rt->shape_hash_count = 0;
    while (all) {
        JSShape *next = all->shape_hash_next;
        all->hash = shape_hash_of(all, base);
        js_shape_hash_link(rt, all);
        all = next;
    }
}

/* How many events the engine lets pass until it polls again; 1 makes the next one poll. */
int *entmoot_poll_countdown(JSContext *ctx)
{
    return &ctx->interrupt_counter;
}
