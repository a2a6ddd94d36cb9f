/* SPDX-License-Identifier: MIT */

/* The engine's blocks, for code that moves them (heap_layout.hpp). Small blocks lie in arenas, which are blocks of the
   heap; all others are blocks of the heap themselves. */

bool entmoot_has_arenas(void)
{
    return !JS_ARENA_LARGE_BLOCKS_ONLY;
}

size_t entmoot_arena_bytes(void)
{
    return JS_ARENA_SIZE;
}

size_t entmoot_arena_header_bytes(void)
{
    return sizeof(JSArena);
}

/* Calls `found` for each arena: its address, and that of each block in it with its size, free ones included. */
void entmoot_each_arena(JSRuntime *rt, void (*arena)(void *opaque, void *at),
                        void (*block)(void *opaque, void *at, size_t bytes), void *opaque)
{
    struct list_head *el;
    list_for_each(el, &rt->arena_state.arena_list) {
        JSArena *ar = list_entry(el, JSArena, link);
        uint32_t at = sizeof(JSArena);
        arena(opaque, ar);
        while (at < ar->end) {
            JSMallocBlockHeader *b = (JSMallocBlockHeader *)((uint8_t *)ar + at);
            size_t bytes = arena_block_sizes[b->block_size_idx];
            block(opaque, b, bytes);
            at += bytes;
        }
    }
}

/* Calls `found` for each block in an arena that is free. */
void entmoot_each_free_block(JSRuntime *rt, void (*found)(void *opaque, void *at), void *opaque)
{
    JSArenaState *s = &rt->arena_state;
    int i;
    for (i = 0; i < JS_ARENA_BLOCK_SIZE_COUNT; i++) {
        struct list_head *el;
        void *recent;
        list_for_each(el, &s->free_list[i])
            found(opaque, container_of((uint8_t *)el, JSMallocBlockHeader, user_data));
        for (recent = s->recent[i]; recent; recent = *(void **)recent)
            found(opaque, container_of((uint8_t *)recent, JSMallocBlockHeader, user_data));
    }
}

/* In a runtime whose blocks have been moved: forgets the arenas that they were in. */
void entmoot_forget_arenas(JSRuntime *rt)
{
    js_arena_init(rt);
}

/* Makes an arena of `bytes` bytes at `at`: a header, and blocks that are all in use. Blocks are cut from the one that was
   added last until it is full. */
void entmoot_add_arena(JSRuntime *rt, void *arena, size_t bytes)
{
    JSArena *ar = arena;
    uint32_t at = sizeof(JSArena);
    ar->end = bytes;
    ar->n_used_blocks = 0;
    while (at < bytes) {
        JSMallocBlockHeader *b = (JSMallocBlockHeader *)((uint8_t *)ar + at);
        b->u.block_idx = at / JS_ARENA_ALIGN;
        ar->n_used_blocks++;
        at += arena_block_sizes[b->block_size_idx];
    }
    list_add_tail(&ar->link, &rt->arena_state.arena_list);
    rt->arena_state.current = ar;
}

/* The objects that exist now are not collected: see patches/07-permanent-objects.patch. */
void entmoot_make_permanent(JSRuntime *rt)
{
    struct list_head *el, *next;
    list_for_each_safe(el, next, &rt->gc_obj_list) {
        list_del(el);
        list_add_tail(el, &rt->permanent_obj_list);
    }
}

/* From now on, until its blocks are moved, the runtime's blocks are filled with zeros before they are used again. */
void entmoot_clear_blocks(JSRuntime *rt)
{
    rt->arena_state.recent_max = 0;
    rt->arena_state.clears = true;
}
