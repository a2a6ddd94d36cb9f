/* SPDX-License-Identifier: MIT */

/* The places and names of the file that an author wrote, for code that a compiler has made of it.

   The engine compiles JavaScript that was TypeScript; what it notes about it (the line and column of each instruction,
   the names of functions and classes) is translated while it compiles. So stack traces, console positions and syntax
   errors speak of the author's file, and nothing has to be translated when they occur.

   A patch of the engine calls these functions. Without a table, which is the ordinary case, they change nothing. */

#pragma once

struct EntmootWrittenPlaces {
    void *opaque;
    /* Replaces a place in the code, both counted from 1, by that of the file. */
    void (*place)(void *opaque, int *line, int *column);
    /* The name in the file of what is called `name` in the code, declared at or after the place, or the last one before
       it. NULL: it has the same name. Valid until the next call. */
    const char *(*name_after)(void *opaque, const char *name, int line, int column);
    const char *(*name_before)(void *opaque, const char *name, int line, int column);
};
