/* SPDX-License-Identifier: MIT */

/* JSON between values of the engine and texts outside of it, without strings of the engine in between: what a message
   to a room and its answer consist of. Part of the engine's translation unit (engine_unit.c).

   Both directions process the values that nearly every message consists of, and give up, without a trace, when they
   meet anything else; the caller then uses JSON.parse or JSON.stringify of the engine. Giving up is possible anywhere,
   because no code of the script runs here: an object with a getter or a toJSON is such a case. The results are equal to
   the engine's (tests/js/json_test.cpp compares them).

   Like all code of the engine this can be interrupted at any instruction and may never continue. So it keeps memory
   nowhere but on the stack and in the heap of the room. */

/* --- writing: JSON.stringify(value) without replacer and space */

enum {
    ENTMOOT_JSON_GIVE_UP = 0,
    ENTMOOT_JSON_DONE = 1,
    ENTMOOT_JSON_FAILED = -1, /* an exception is pending: out of memory */
};

/* Deeper values, and with them cycles, are left to the engine. */
#define ENTMOOT_JSON_DEPTH_MAX 32

typedef struct EntmootText {
    char *data;      /* the buffer of the caller, or `allocated` */
    size_t size;
    size_t capacity;
    char *allocated; /* freed by the caller with js_free() */
} EntmootText;

typedef struct JsonWriter {
    JSContext *ctx;
    EntmootText *out;
    JSShape *plain; /* a shape without toJSON, also in its prototypes */
} JsonWriter;

static no_inline bool json_grow(JsonWriter *w, size_t more)
{
    EntmootText *out = w->out;
    size_t capacity = out->capacity * 2;
    char *data;
    if (capacity < out->size + more)
        capacity = out->size + more;
    data = js_realloc(w->ctx, out->allocated, capacity);
    if (!data)
        return false;
    if (!out->allocated)
        memcpy(data, out->data, out->size);
    out->data = out->allocated = data;
    out->capacity = capacity;
    return true;
}

static inline bool json_reserve(JsonWriter *w, size_t more)
{
    return likely(w->out->capacity - w->out->size >= more) || json_grow(w, more);
}

static inline bool json_put(JsonWriter *w, const char *text, size_t size)
{
    if (!json_reserve(w, size))
        return false;
    memcpy(w->out->data + w->out->size, text, size);
    w->out->size += size;
    return true;
}

static inline bool json_putc(JsonWriter *w, char c)
{
    if (!json_reserve(w, 1))
        return false;
    w->out->data[w->out->size++] = c;
    return true;
}

static char *json_escape(char *to, uint32_t c)
{
    static const char digits[] = "0123456789abcdef";
    *to++ = '\\';
    switch (c) {
    case '\b': *to++ = 'b'; break;
    case '\f': *to++ = 'f'; break;
    case '\n': *to++ = 'n'; break;
    case '\r': *to++ = 'r'; break;
    case '\t': *to++ = 't'; break;
    case '"':
    case '\\': *to++ = (char)c; break;
    default:
        *to++ = 'u';
        *to++ = digits[c >> 12 & 15];
        *to++ = digits[c >> 8 & 15];
        *to++ = digits[c >> 4 & 15];
        *to++ = digits[c & 15];
    }
    return to;
}

/* Whether one of eight bytes is not ASCII, or is escaped in JSON. */
static inline bool json_needs_work(uint64_t eight)
{
    const uint64_t ones = ~(uint64_t)0 / 255, tops = ones * 128;
    uint64_t quote = eight ^ ones * '"', slash = eight ^ ones * '\\';
    return ((eight | (eight - ones * 32) | (quote - ones) | (slash - ones)) & tops) != 0;
}

/* The number of leading characters that stand for themselves, eight at a time. */
static size_t json_plain_prefix(const uint8_t *from, size_t length)
{
    size_t at = 0;
    for (; length - at >= 8; at += 8) {
        uint64_t eight;
        memcpy(&eight, from + at, 8);
        if (json_needs_work(eight))
            break;
    }
    while (at < length && from[at] >= 32 && from[at] < 128 && from[at] != '"' && from[at] != '\\')
        at++;
    return at;
}

/* Latin-1: up to 6 bytes a character. */
static bool json_write_string8(JsonWriter *w, const uint8_t *from, size_t length)
{
    while (length) {
        size_t some = length < 256 ? length : 256, at = 0;
        char *to;
        if (!json_reserve(w, some * 6))
            return false;
        to = w->out->data + w->out->size;
        /* copied eight at a time as long as they stand for themselves */
        while (some - at >= 8) {
            uint64_t eight;
            memcpy(&eight, from + at, 8);
            if (json_needs_work(eight))
                break;
            memcpy(to, &eight, 8);
            to += 8;
            at += 8;
        }
        for (; at < some; at++) {
            uint8_t c = from[at];
            if (c >= 128) {
                *to++ = (char)(0xc0 | c >> 6);
                *to++ = (char)(0x80 | (c & 63));
            } else if (c < 32 || c == '"' || c == '\\') {
                to = json_escape(to, c);
            } else {
                *to++ = (char)c;
            }
        }
        w->out->size = (size_t)(to - w->out->data);
        from += some;
        length -= some;
    }
    return true;
}

/* UTF-16: up to 6 bytes a unit. An unpaired surrogate is escaped (well-formed JSON.stringify). */
static bool json_write_string16(JsonWriter *w, const uint16_t *from, size_t length)
{
    size_t at = 0;
    while (at < length) {
        size_t end = length - at < 256 ? length : at + 256;
        char *to;
        if (!json_reserve(w, (end - at) * 6 + 4))
            return false;
        to = w->out->data + w->out->size;
        while (at < end) {
            uint32_t c = from[at++];
            if (c < 128) {
                if (c < 32 || c == '"' || c == '\\')
                    to = json_escape(to, c);
                else
                    *to++ = (char)c;
            } else if (c < 0x800) {
                *to++ = (char)(0xc0 | c >> 6);
                *to++ = (char)(0x80 | (c & 63));
            } else if (is_hi_surrogate(c) && at < length && is_lo_surrogate(from[at])) {
                c = from_surrogate(c, from[at++]);
                *to++ = (char)(0xf0 | c >> 18);
                *to++ = (char)(0x80 | (c >> 12 & 63));
                *to++ = (char)(0x80 | (c >> 6 & 63));
                *to++ = (char)(0x80 | (c & 63));
            } else if (is_surrogate(c)) {
                to = json_escape(to, c);
            } else {
                *to++ = (char)(0xe0 | c >> 12);
                *to++ = (char)(0x80 | (c >> 6 & 63));
                *to++ = (char)(0x80 | (c & 63));
            }
        }
        w->out->size = (size_t)(to - w->out->data);
    }
    return true;
}

static bool json_write_string(JsonWriter *w, JSString *p)
{
    return json_putc(w, '"') &&
        (p->is_wide_char ? json_write_string16(w, str16(p), p->len) : json_write_string8(w, str8(p), p->len)) &&
        json_putc(w, '"');
}

static bool json_write_integer(JsonWriter *w, int64_t n)
{
    char buf[24];
    return json_put(w, buf, i64toa(buf, n));
}

static bool json_write_float(JsonWriter *w, double d)
{
    char buf[128];
    JSDTOATempMem dtoa_mem;
    if (!isfinite(d))
        return json_put(w, "null", 4);
    if (d == trunc(d) && fabs(d) < 1e15)
        return json_write_integer(w, (int64_t)d);
    return json_put(w, buf, js_dtoa(buf, d, 10, 0, JS_DTOA_FORMAT_FREE, &dtoa_mem));
}

/* Whether stringify might call a toJSON, or code of the script that looks for it. */
static bool json_may_have_to_json(JsonWriter *w, JSObject *p)
{
    JSShape *shape = p->shape;
    if (shape == w->plain)
        return false;
    for (; p; p = p->shape->proto) {
        if ((p->is_exotic && !p->fast_array) || find_own_property1(p, JS_ATOM_toJSON))
            return true;
    }
    w->plain = shape;
    return false;
}

static int json_write_value(JsonWriter *w, JSValueConst value, int depth);

static int json_write_object(JsonWriter *w, JSObject *p, int depth)
{
    JSShape *shape = p->shape;
    JSShapeProperty *prop = get_shape_prop(shape);
    bool first = true;
    int i;
    if (!json_putc(w, '{'))
        return ENTMOOT_JSON_FAILED;
    for (i = 0; i < shape->prop_count; i++, prop++) {
        JSAtomStruct *name;
        JSValue value;
        size_t before = w->out->size;
        int written;
        if (prop->atom == JS_ATOM_NULL || !(prop->flags & JS_PROP_ENUMERABLE))
            continue;
        if ((prop->flags & JS_PROP_TMASK) != JS_PROP_NORMAL || __JS_AtomIsTaggedInt(prop->atom))
            return ENTMOOT_JSON_GIVE_UP; /* integers come first, in order */
        name = w->ctx->rt->atom_array[prop->atom];
        if (name->atom_type != JS_ATOM_TYPE_STRING)
            continue;
        if (name->is_wide_char || (name->len && is_digit(str8(name)[0])))
            return ENTMOOT_JSON_GIVE_UP; /* perhaps a large integer */
        value = p->prop[i].u.value;
        if ((!first && !json_putc(w, ',')) || !json_write_string(w, name) || !json_putc(w, ':'))
            return ENTMOOT_JSON_FAILED;
        switch (JS_VALUE_GET_NORM_TAG(value)) {
        case JS_TAG_UNDEFINED:
        case JS_TAG_SYMBOL:
            w->out->size = before; /* such a property is left out */
            continue;
        }
        written = json_write_value(w, value, depth + 1);
        if (written != ENTMOOT_JSON_DONE)
            return written;
        first = false;
    }
    return json_putc(w, '}') ? ENTMOOT_JSON_DONE : ENTMOOT_JSON_FAILED;
}

static int json_write_array(JsonWriter *w, JSObject *p, int depth)
{
    uint32_t i;
    if (!p->fast_array || json_may_have_to_json(w, p))
        return ENTMOOT_JSON_GIVE_UP;
    /* A longer array has holes, which may be found in its prototype. */
    if (JS_VALUE_GET_TAG(p->prop[0].u.value) != JS_TAG_INT ||
        (uint32_t)JS_VALUE_GET_INT(p->prop[0].u.value) != p->u.array.count)
        return ENTMOOT_JSON_GIVE_UP;
    if (!json_putc(w, '['))
        return ENTMOOT_JSON_FAILED;
    for (i = 0; i < p->u.array.count; i++) {
        JSValue value = p->u.array.u.values[i];
        int written;
        if (i && !json_putc(w, ','))
            return ENTMOOT_JSON_FAILED;
        switch (JS_VALUE_GET_NORM_TAG(value)) {
        case JS_TAG_UNDEFINED:
        case JS_TAG_SYMBOL:
            value = JS_NULL;
        }
        written = json_write_value(w, value, depth + 1);
        if (written != ENTMOOT_JSON_DONE)
            return written;
    }
    return json_putc(w, ']') ? ENTMOOT_JSON_DONE : ENTMOOT_JSON_FAILED;
}

static int json_write_value(JsonWriter *w, JSValueConst value, int depth)
{
    bool written;
    switch (JS_VALUE_GET_NORM_TAG(value)) {
    case JS_TAG_INT:
        written = json_write_integer(w, JS_VALUE_GET_INT(value));
        break;
    case JS_TAG_BOOL:
        written = JS_VALUE_GET_BOOL(value) ? json_put(w, "true", 4) : json_put(w, "false", 5);
        break;
    case JS_TAG_NULL:
        written = json_put(w, "null", 4);
        break;
    case JS_TAG_FLOAT64:
        written = json_write_float(w, JS_VALUE_GET_FLOAT64(value));
        break;
    case JS_TAG_STRING:
        written = json_write_string(w, JS_VALUE_GET_STRING(value));
        break;
    case JS_TAG_OBJECT: {
        JSObject *p = JS_VALUE_GET_OBJ(value);
        if (depth > ENTMOOT_JSON_DEPTH_MAX || js_check_stack_overflow(w->ctx->rt, 1024))
            return ENTMOOT_JSON_GIVE_UP;
        if (p->class_id == JS_CLASS_ARRAY)
            return json_write_array(w, p, depth);
        if (p->class_id != JS_CLASS_OBJECT || p->is_exotic || json_may_have_to_json(w, p))
            return ENTMOOT_JSON_GIVE_UP;
        return json_write_object(w, p, depth);
    }
    default: /* ropes, big integers, functions */
        return ENTMOOT_JSON_GIVE_UP;
    }
    return written ? ENTMOOT_JSON_DONE : ENTMOOT_JSON_FAILED;
}

/* Writes `value` to `out`, whose buffer the caller has set. After GIVE_UP its content is meaningless. */
int entmoot_write_json(JSContext *ctx, JSValueConst value, EntmootText *out)
{
    JsonWriter w = {ctx, out, NULL};
    out->size = 0;
    return json_write_value(&w, value, 0);
}

/* JSON.stringify(value) for the engine itself (patches/03). JS_UNINITIALIZED: it gave up. */
static JSValue entmoot_stringify(JSContext *ctx, JSValueConst value)
{
    char buffer[512];
    EntmootText text = {buffer, 0, sizeof(buffer), NULL};
    JSValue json = JS_UNINITIALIZED;
    int written = entmoot_write_json(ctx, value, &text);
    if (written == ENTMOOT_JSON_DONE)
        json = JS_NewStringLen(ctx, text.data, text.size);
    else if (written == ENTMOOT_JSON_FAILED)
        json = JS_EXCEPTION;
    js_free(ctx, text.allocated);
    return json;
}

/* --- what JSON.stringify has failed at */

#define ENTMOOT_PROBLEM_DEPTH_MAX 64
#define ENTMOOT_PROBLEM_VALUES_MAX 100000

typedef struct JsonProblem {
    JSContext *ctx;
    JSObject *above[ENTMOOT_PROBLEM_DEPTH_MAX];
    size_t ends[ENTMOOT_PROBLEM_DEPTH_MAX]; /* of the paths of `above` */
    int values;
    char path[256];
    size_t size;
    const char *what;
    size_t back; /* of a cycle: the end of the path that it leads back to */
} JsonProblem;

static bool json_find_problem(JsonProblem *f, JSValueConst value, int depth);

/* Looks at a member whose name has been appended to the path. */
static bool json_find_below(JsonProblem *f, JSValueConst value, int depth, size_t before)
{
    if (json_find_problem(f, value, depth + 1))
        return true;
    f->size = before;
    return false;
}

static void json_append_name(JsonProblem *f, JSAtom atom)
{
    char name[64];
    JS_AtomGetStrRT(f->ctx->rt, name, sizeof(name), atom);
    f->size += (size_t)snprintf(f->path + f->size, sizeof(f->path) - f->size, "%s%s", f->size ? "." : "", name);
    if (f->size >= sizeof(f->path))
        f->size = sizeof(f->path) - 1;
}

static void json_append_index(JsonProblem *f, uint32_t index)
{
    f->size += (size_t)snprintf(f->path + f->size, sizeof(f->path) - f->size, "[%u]", index);
    if (f->size >= sizeof(f->path))
        f->size = sizeof(f->path) - 1;
}

/* Values that stringify would have to call code of the script for are passed over. */
static bool json_find_problem(JsonProblem *f, JSValueConst value, int depth)
{
    JSObject *p;
    uint32_t i;
    if (++f->values > ENTMOOT_PROBLEM_VALUES_MAX)
        return false;
    switch (JS_VALUE_GET_NORM_TAG(value)) {
    case JS_TAG_BIG_INT:
    case JS_TAG_SHORT_BIG_INT:
        f->what = "a BigInt";
        return true;
    case JS_TAG_OBJECT:
        break;
    default:
        return false;
    }
    p = JS_VALUE_GET_OBJ(value);
    for (i = 0; i < (uint32_t)depth; i++) {
        if (f->above[i] == p) {
            f->what = "a cycle";
            f->back = f->ends[i];
            return true;
        }
    }
    if (depth == ENTMOOT_PROBLEM_DEPTH_MAX || js_check_stack_overflow(f->ctx->rt, 1024))
        return false;
    f->above[depth] = p;
    f->ends[depth] = f->size;
    if (p->class_id == JS_CLASS_ARRAY && p->fast_array) {
        for (i = 0; i < p->u.array.count; i++) {
            size_t before = f->size;
            json_append_index(f, i);
            if (json_find_below(f, p->u.array.u.values[i], depth, before))
                return true;
        }
    } else if (!p->is_exotic && !JS_IsFunction(f->ctx, value)) {
        JSShapeProperty *prop = get_shape_prop(p->shape);
        for (i = 0; i < (uint32_t)p->shape->prop_count; i++, prop++) {
            size_t before = f->size;
            if (prop->atom == JS_ATOM_NULL || !(prop->flags & JS_PROP_ENUMERABLE) ||
                (prop->flags & JS_PROP_TMASK) != JS_PROP_NORMAL)
                continue;
            json_append_name(f, prop->atom);
            if (json_find_below(f, p->prop[i].u.value, depth, before))
                return true;
        }
    }
    return false;
}

/* After JSON.stringify(value) has thrown: writes what is at fault and where. Returns the size, 0 if it is not known. No
   code of the script runs. */
size_t entmoot_json_problem(JSContext *ctx, JSValueConst value, char *text, size_t capacity)
{
    JsonProblem f = {.ctx = ctx};
    int size;
    if (!json_find_problem(&f, value, 0))
        return 0;
    if (f.what[2] == 'B')
        size = snprintf(text, capacity, "JSON has no BigInt%s%.*s: send it as a string or a number", f.size ? ", but one is at " : "",
                        (int)f.size, f.path);
    else if (f.back)
        size = snprintf(text, capacity, "JSON has no cycles, but %.*s leads back to %.*s", (int)f.size, f.path, (int)f.back, f.path);
    else
        size = snprintf(text, capacity, "JSON has no cycles, but %.*s leads back to the whole value", (int)f.size, f.path);
    return size < 0 ? 0 : (size_t)size < capacity ? (size_t)size : capacity - 1;
}

/* --- reading: JSON.parse(text) without reviver */

/* Objects with more properties are made property by property. */
#define ENTMOOT_JSON_PROPERTIES_MAX 16

typedef struct JsonReader {
    JSContext *ctx;
    const uint8_t *at;
    const uint8_t *end;
    int depth;
} JsonReader;

/* Not a value of JSON: the text is left to the engine, or has ended in an exception. */
#define ENTMOOT_JSON_NO_VALUE JS_UNINITIALIZED

static inline void json_skip_blanks(JsonReader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\t' || *r->at == '\r'))
        r->at++;
}

/* The text of a string of ASCII without escapes, after its first quote; NULL: any other string. */
static const char *json_read_plain(JsonReader *r, size_t *size)
{
    const uint8_t *from = r->at;
    size_t plain = json_plain_prefix(from, (size_t)(r->end - from));
    if (from + plain >= r->end || from[plain] != '"')
        return NULL;
    r->at = from + plain + 1;
    *size = plain;
    return (const char *)from;
}

/* After the first quote. */
static JSValue json_read_string(JsonReader *r)
{
    size_t size;
    const char *text = json_read_plain(r, &size);
    const uint8_t *quote = r->at;
    JSParseState state;
    if (text)
        return size ? js_new_string8_len(r->ctx, text, (int)size) : js_empty_string(r->ctx->rt);
    /* The engine's function reads up to a quote, or to a zero behind the text. */
    while (quote < r->end && *quote != '"')
        quote += *quote == '\\' ? 2 : 1;
    if (quote >= r->end)
        return ENTMOOT_JSON_NO_VALUE;
    js_parse_init(r->ctx, &state, (const char *)r->at, (size_t)(r->end - r->at), "<input>", 1);
    if (json_parse_string(&state, &r->at)) {
        JS_FreeValue(r->ctx, JS_GetException(r->ctx));
        return ENTMOOT_JSON_NO_VALUE;
    }
    return state.token.u.str.str;
}

static JSValue json_read_number(JsonReader *r)
{
    const uint8_t *p = r->at, *start = p;
    int64_t n = 0;
    if (*p == '-')
        p++;
    if (p >= r->end || !is_digit(*p) || (*p == '0' && p + 1 < r->end && is_digit(p[1])))
        return ENTMOOT_JSON_NO_VALUE;
    while (p < r->end && is_digit(*p) && p - start < 18)
        n = n * 10 + (*p++ - '0');
    if (p >= r->end)
        return ENTMOOT_JSON_NO_VALUE; /* strtod() must not read past the end */
    if (!is_digit(*p) && *p != '.' && *p != 'e' && *p != 'E') {
        r->at = p;
        if (*start == '-')
            return n ? js_int64(-n) : js_float64(-0.0);
        return js_int64(n);
    }
    while (p < r->end && (is_digit(*p) || *p == '.' || *p == 'e' || *p == 'E' || *p == '+' || *p == '-'))
        p++;
    if (p >= r->end)
        return ENTMOOT_JSON_NO_VALUE;
    {
        JSParseState state;
        js_parse_init(r->ctx, &state, (const char *)start, (size_t)(r->end - start), "<input>", 1);
        if (json_parse_number(&state, &r->at)) {
            JS_FreeValue(r->ctx, JS_GetException(r->ctx));
            return ENTMOOT_JSON_NO_VALUE;
        }
        return state.token.u.num.val;
    }
}

/* The name is probably that of property `index` of the shape that is kept in `place`. */
static JSAtom json_read_key(JsonReader *r, uint32_t place, int index)
{
    JSShape *likely_shape = r->ctx->rt->json_shapes[place];
    size_t size;
    const char *text = json_read_plain(r, &size);
    JSValue string;
    if (text) {
        if (likely_shape && index < likely_shape->prop_count) {
            JSAtom atom = get_shape_prop(likely_shape)[index].atom;
            if (!__JS_AtomIsTaggedInt(atom) && atom != JS_ATOM_NULL) {
                JSAtomStruct *name = r->ctx->rt->atom_array[atom];
                if (name->len == size && !name->is_wide_char && name->atom_type == JS_ATOM_TYPE_STRING &&
                    !memcmp(str8(name), text, size))
                    return JS_DupAtom(r->ctx, atom);
            }
        }
        return JS_NewAtomLen(r->ctx, text, size);
    }
    string = json_read_string(r);
    if (JS_VALUE_GET_TAG(string) != JS_TAG_STRING)
        return JS_ATOM_NULL;
    return JS_NewAtomStr(r->ctx, JS_VALUE_GET_STRING(string));
}

static bool json_shape_has(JSShape *sh, JSObject *proto, const JSAtom *names, int count)
{
    JSShapeProperty *prop = get_shape_prop(sh);
    int i;
    if (sh->proto != proto || sh->prop_count != count)
        return false;
    for (i = 0; i < count; i++) {
        if (prop[i].atom != names[i] || prop[i].flags != JS_PROP_C_W_E)
            return false;
    }
    return true;
}

/* The shape that an object with these properties has, if there is one already. Takes one step for all properties, where
   adding them one by one would take a search for each. */
static JSShape *json_find_shape(JSContext *ctx, const JSAtom *names, int count)
{
    JSObject *proto = JS_VALUE_GET_OBJ(ctx->class_proto[JS_CLASS_OBJECT]);
    uint32_t h;
    JSShape *sh;
    int i;
    for (i = 0; i < ENTMOOT_JSON_SHAPES; i++) {
        int at = (int)(ctx->rt->json_shape_last + i) % ENTMOOT_JSON_SHAPES;
        sh = ctx->rt->json_shapes[at];
        if (sh && json_shape_has(sh, proto, names, count)) {
            ctx->rt->json_shape_last = at;
            return sh;
        }
    }
    h = shape_initial_hash(ctx->rt, proto);
    for (i = 0; i < count; i++)
        h = shape_hash(shape_hash(h, names[i]), JS_PROP_C_W_E);
    for (sh = ctx->rt->shape_hash[get_shape_hash(h, ctx->rt->shape_hash_bits)]; sh; sh = sh->shape_hash_next) {
        if (sh->hash == h && json_shape_has(sh, proto, names, count))
            return sh;
    }
    return NULL;
}

/* Messages of one kind follow each other, and each object is gone when the next one comes: its shape is kept. */
static void json_keep_shape(JSContext *ctx, JSShape *sh)
{
    uint32_t at = ctx->rt->json_shape_last = (ctx->rt->json_shape_last + 1) % ENTMOOT_JSON_SHAPES;
    JSShape **kept = &ctx->rt->json_shapes[at];
    JSShape *last = *kept;
    *kept = js_dup_shape(sh);
    if (last)
        js_free_shape(ctx->rt, last);
}

static void entmoot_forget_shapes(JSRuntime *rt)
{
    int i;
    for (i = 0; i < ENTMOOT_JSON_SHAPES; i++) {
        if (rt->json_shapes[i])
            js_free_shape(rt, rt->json_shapes[i]);
        rt->json_shapes[i] = NULL;
    }
}

/* Consumes the values, not the names. */
static JSValue json_make_object(JSContext *ctx, const JSAtom *names, JSProperty *values, int count)
{
    JSShape *sh = json_find_shape(ctx, names, count);
    JSValue object;
    int i;
    if (sh)
        return JS_NewObjectFromShape(ctx, js_dup_shape(sh), JS_CLASS_OBJECT, values);
    object = JS_NewObject(ctx);
    for (i = 0; i < count; i++) {
        if (JS_IsException(object))
            JS_FreeValue(ctx, values[i].u.value);
        else if (JS_DefinePropertyValue(ctx, object, names[i], values[i].u.value, JS_PROP_C_W_E) < 0) {
            JS_FreeValue(ctx, object);
            object = JS_EXCEPTION;
        }
    }
    if (JS_IsObject(object) && JS_VALUE_GET_OBJ(object)->shape->is_hashed)
        json_keep_shape(ctx, JS_VALUE_GET_OBJ(object)->shape);
    return object;
}

static JSValue json_read_value(JsonReader *r);

/* After the brace. */
static JSValue json_read_object(JsonReader *r)
{
    JSContext *ctx = r->ctx;
    JSAtom names[ENTMOOT_JSON_PROPERTIES_MAX];
    JSProperty values[ENTMOOT_JSON_PROPERTIES_MAX];
    JSValue object = ENTMOOT_JSON_NO_VALUE; /* made when there are many properties */
    uint32_t place = ctx->rt->json_shape_last;
    int count = 0, i;
    json_skip_blanks(r);
    if (r->at < r->end && *r->at == '}') {
        r->at++;
        return JS_NewObject(ctx);
    }
    for (;;) {
        JSAtom name;
        JSValue value;
        if (r->at >= r->end || *r->at++ != '"')
            break;
        name = json_read_key(r, place, count);
        if (name == JS_ATOM_NULL)
            break;
        json_skip_blanks(r);
        value = ENTMOOT_JSON_NO_VALUE;
        if (r->at < r->end && *r->at == ':') {
            r->at++;
            value = json_read_value(r);
        }
        if (JS_IsUninitialized(value)) {
            JS_FreeAtom(ctx, name);
            break;
        }
        /* The last value of a name counts, in the place of the first. */
        for (i = 0; i < count && names[i] != name; i++)
            ;
        if (i < count) {
            JS_FreeAtom(ctx, name);
            JS_FreeValue(ctx, values[i].u.value);
            values[i].u.value = value;
        } else {
            if (count == ENTMOOT_JSON_PROPERTIES_MAX && JS_IsUninitialized(object)) {
                object = json_make_object(ctx, names, values, count);
                while (count)
                    JS_FreeAtom(ctx, names[--count]);
                if (JS_IsException(object)) {
                    JS_FreeAtom(ctx, name);
                    JS_FreeValue(ctx, value);
                    return object;
                }
            }
            if (!JS_IsUninitialized(object)) {
                int defined = JS_DefinePropertyValue(ctx, object, name, value, JS_PROP_C_W_E);
                JS_FreeAtom(ctx, name);
                if (defined < 0) {
                    JS_FreeValue(ctx, object);
                    return JS_EXCEPTION;
                }
            } else {
                names[count] = name;
                values[count++].u.value = value;
            }
        }
        json_skip_blanks(r);
        if (r->at >= r->end)
            break;
        if (*r->at == ',') {
            r->at++;
            json_skip_blanks(r);
            continue;
        }
        if (*r->at++ != '}')
            break;
        if (JS_IsUninitialized(object)) {
            object = json_make_object(ctx, names, values, count);
            while (count)
                JS_FreeAtom(ctx, names[--count]);
        }
        return object;
    }
    for (i = 0; i < count; i++) {
        JS_FreeAtom(ctx, names[i]);
        JS_FreeValue(ctx, values[i].u.value);
    }
    JS_FreeValue(ctx, object);
    return ENTMOOT_JSON_NO_VALUE;
}

/* After the bracket. */
static JSValue json_read_array(JsonReader *r)
{
    JSContext *ctx = r->ctx;
    JSValue array = JS_NewArray(ctx);
    if (JS_IsException(array))
        return array;
    json_skip_blanks(r);
    if (r->at < r->end && *r->at == ']') {
        r->at++;
        return array;
    }
    for (;;) {
        JSValue value = json_read_value(r);
        if (JS_IsUninitialized(value))
            break;
        if (add_fast_array_element(ctx, JS_VALUE_GET_OBJ(array), value, 0) < 0) {
            JS_FreeValue(ctx, array);
            return JS_EXCEPTION;
        }
        json_skip_blanks(r);
        if (r->at >= r->end)
            break;
        if (*r->at == ',') {
            r->at++;
            continue;
        }
        if (*r->at++ != ']')
            break;
        return array;
    }
    JS_FreeValue(ctx, array);
    return ENTMOOT_JSON_NO_VALUE;
}

static bool json_take(JsonReader *r, const char *word, size_t size)
{
    if ((size_t)(r->end - r->at) < size || memcmp(r->at, word, size))
        return false;
    r->at += size;
    return true;
}

static JSValue json_read_value(JsonReader *r)
{
    JSValue value = ENTMOOT_JSON_NO_VALUE;
    json_skip_blanks(r);
    if (r->at >= r->end || r->depth >= ENTMOOT_JSON_DEPTH_MAX || js_check_stack_overflow(r->ctx->rt, 4096))
        return value;
    r->depth++;
    switch (*r->at) {
    case '{':
        r->at++;
        value = json_read_object(r);
        break;
    case '[':
        r->at++;
        value = json_read_array(r);
        break;
    case '"':
        r->at++;
        value = json_read_string(r);
        break;
    case 't':
        if (json_take(r, "true", 4))
            value = JS_TRUE;
        break;
    case 'f':
        if (json_take(r, "false", 5))
            value = JS_FALSE;
        break;
    case 'n':
        if (json_take(r, "null", 4))
            value = JS_NULL;
        break;
    default:
        value = json_read_number(r);
    }
    r->depth--;
    if (!JS_IsException(value))
        return value;
    JS_FreeValue(r->ctx, JS_GetException(r->ctx));
    return ENTMOOT_JSON_NO_VALUE;
}

/* Returns JS_UNINITIALIZED if it gives up; no exception is pending then. `text` need not end with zero. */
JSValue entmoot_read_json(JSContext *ctx, const char *text, size_t size)
{
    JsonReader r = {ctx, (const uint8_t *)text, (const uint8_t *)text + size, 0};
    JSValue value = json_read_value(&r);
    json_skip_blanks(&r);
    if (r.at == r.end || JS_IsUninitialized(value))
        return value;
    JS_FreeValue(ctx, value);
    return JS_UNINITIALIZED;
}
