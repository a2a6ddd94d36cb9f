/* SPDX-License-Identifier: MIT */

/* Keyed hashes for values that a client can choose: the keys of its JSON, strings and numbers that a script puts into a
   Map.

   The engine's own hashes are fixed, so an attacker can compute a hundred thousand keys of one bucket in advance, and
   each lookup of one of them walks past the others. These hashes have a key, drawn when the process starts: before the
   first string is hashed, and the same for all heaps, because a room's heap is a copy of a template's tables. A process
   that loads heaps of another one has its key (js/hash_key.hpp).

   Strings: in a polynomial hash, two blocks with equal value are interchangeable for any factor, so each step folds the
   upper half into the lower one. Integers: multiplication by a random odd number, of which the upper bits are taken, is
   universal; the engine already takes the upper bits. */

#pragma once

#include <stdint.h>
#include <sys/random.h>
#include <time.h>

static uint64_t entmoot_hash_key = 0x9e3779b97f4a7c15;
static const uint64_t entmoot_hash_key_bits = 0x100000001; /* odd, and its upper half too */

__attribute__((constructor)) static void entmoot_draw_hash_key(void)
{
    uint64_t drawn = 0;
    if (getrandom(&drawn, sizeof drawn, GRND_NONBLOCK) != sizeof drawn)
        drawn = entmoot_hash_key * (uint64_t)(uintptr_t)&drawn ^ (uint64_t)clock();
    entmoot_hash_key = drawn | entmoot_hash_key_bits;
}

static inline uint32_t entmoot_hash_step(uint32_t h, uint32_t c)
{
    h = (h ^ c) * (uint32_t)entmoot_hash_key;
    return h ^ (h >> 15);
}

static inline uint64_t entmoot_hash_atom(uint32_t atom)
{
    return atom * entmoot_hash_key;
}

static inline uint32_t entmoot_hash_number(uint32_t low, uint32_t high)
{
    return (uint32_t)((((uint64_t)high << 32 | low) * entmoot_hash_key) >> 32) * (uint32_t)(entmoot_hash_key >> 32) >> 7 ^ entmoot_hash_step(low, high);
}
