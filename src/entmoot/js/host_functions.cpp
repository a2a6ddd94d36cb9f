// SPDX-License-Identifier: MIT

#include <entmoot/js/host_functions.hpp>

#include <entmoot/core/slicer.hpp>
#include <entmoot/js/builtin_scripts.hpp>
#include <entmoot/js/text_codec.hpp>
#include <entmoot/js/zlib_codec.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <span>

namespace entmoot::js {

namespace {

// A C string of the engine. Trivially destructible: if the room is dropped, the string is freed with the heap.
struct Text {
  const char* data = nullptr;
  std::size_t size = 0;
  [[nodiscard]] std::string_view view() const noexcept { return {data, size}; }
};

// The engine encodes an unpaired surrogate (a text that was cut in the middle of an emoji) like any code point, which
// is not valid UTF-8: a receiver may close the connection. U+FFFD has as many bytes and replaces it, in the engine's
// copy of the string (only ASCII strings are returned without a copy).
void make_well_formed(char* at, char* end) noexcept {
  while ((at = static_cast<char*>(std::memchr(at, 0xed, static_cast<std::size_t>(end - at))))) {
    if (end - at >= 3 && static_cast<unsigned char>(at[1]) >= 0xa0) std::memcpy(at, "\xef\xbf\xbd", 3);
    ++at;
  }
}

Text text_of(JSContext* ctx, JSValueConst value) noexcept {
  Text text;
  text.data = JS_ToCStringLen(ctx, &text.size, value);
  if (text.data) make_well_formed(const_cast<char*>(text.data), const_cast<char*>(text.data) + text.size);
  return text;
}

// Texts that could not be made are allowed.
template <class... Texts>
void free_texts(JSContext* ctx, const Texts&... texts) noexcept {
  (JS_FreeCString(ctx, texts.data), ...);
}

std::uint64_t number_of(JSContext* ctx, JSValueConst value) noexcept {
  std::int64_t number = 0;
  JS_ToInt64(ctx, &number, value);
  return static_cast<std::uint64_t>(number);
}

JSValue result_text(JSContext* ctx) noexcept {
  const std::string_view text = host_of(ctx).result();
  return JS_NewStringLen(ctx, text.data(), text.size());
}

JSValue throw_result(JSContext* ctx) noexcept {
  const std::string_view text = host_of(ctx).result();
  return JS_ThrowPlainError(ctx, "%.*s", static_cast<int>(text.size()), text.data());
}

// JSON.stringify(value) has thrown: makes its message say which part of the value is at fault.
void name_place(JSContext* ctx, JSValueConst value, JSValueConst error) noexcept {
  char problem[700];
  const std::size_t size = JS_IsError(error) ? entmoot_json_problem(ctx, value, problem, sizeof problem) : 0;
  if (size == 0) return;
  JSValue message = JS_NewStringLen(ctx, problem, size);
  if (JS_IsException(message) ||
      JS_DefinePropertyValueStr(ctx, error, "message", message, JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE) < 0) {
    JS_FreeValue(ctx, JS_GetException(ctx));
  }
}

// A text is converted, bytes are used in place: no script may run before they have been used.
struct Operand {
  Value value = {};
  const char* text = nullptr;  // for JS_FreeCString
  char* json = nullptr;        // for js_free
  char buffer[512];            // of most JSON texts
};

void free_operand(JSContext* ctx, const Operand& operand) noexcept {
  JS_FreeCString(ctx, operand.text);
  js_free(ctx, operand.json);
}

bool json_of(JSContext* ctx, JSValueConst from, Operand* out) noexcept {
  EntmootText text = {out->buffer, 0, sizeof out->buffer, nullptr};
  const int written = entmoot_write_json(ctx, from, &text);
  out->json = text.allocated;
  if (written < 0) return false;
  if (written > 0) {
    out->value = {.kind = Value::Kind::json, .content = {text.data, text.size}};
    return true;
  }
  JSValue json = JS_JSONStringify(ctx, from, JS_UNDEFINED, JS_UNDEFINED);
  if (JS_IsException(json)) {
    JSValue error = JS_GetException(ctx);
    name_place(ctx, from, error);
    JS_Throw(ctx, error);
    return false;
  }
  out->value = {.kind = Value::Kind::json, .content = "null"};  // of a value without JSON
  if (!JS_IsUndefined(json)) {
    const Text converted = text_of(ctx, json);
    out->text = converted.data;
    out->value.content = converted.view();
  }
  JS_FreeValue(ctx, json);
  return JS_IsUndefined(json) || out->text != nullptr;
}

Value::Kind kind_of(JSValueConst from) noexcept {
  if (JS_IsString(from)) return Value::Kind::text;
  if (JS_IsNumber(from)) return Value::Kind::number;
  return entmoot_is_bytes(from) ? Value::Kind::bytes : Value::Kind::json;
}

bool operand_of(JSContext* ctx, JSValueConst from, Operand* out) noexcept {
  switch (out->value.kind = kind_of(from)) {
    case Value::Kind::text: {
      const Text text = text_of(ctx, from);
      out->text = text.data;
      out->value.content = text.view();
      return text.data != nullptr;
    }
    case Value::Kind::number: return JS_ToFloat64(ctx, &out->value.number, from) == 0;
    case Value::Kind::bytes: {
      std::size_t size = 0;
      const std::uint8_t* bytes = entmoot_bytes_of(ctx, from, &size);
      if (!bytes) return false;
      out->value.content = {reinterpret_cast<const char*>(bytes), size};
      return true;
    }
    case Value::Kind::json: break;
  }
  if (!JS_IsUndefined(from)) return json_of(ctx, from, out);
  out->value.content = "{}";
  return true;
}

JSValue answer(JSContext* ctx, JSValueConst, int, JSValueConst* args) noexcept {
  const std::uint64_t call = number_of(ctx, args[0]);
  const auto outcome = static_cast<Host::Outcome>(number_of(ctx, args[1]));
  const Text extra = text_of(ctx, args[3]);
  Operand result;
  const Value::Kind kind = kind_of(args[2]);
  if (kind != Value::Kind::text && kind != Value::Kind::bytes) {
    free_texts(ctx, extra);
    return JS_ThrowTypeError(ctx, "expected a JSON text or bytes");
  }
  const bool valid = extra.data && operand_of(ctx, args[2], &result);
  if (valid) in_host(ctx, [&](Host& host) { return host.answer(call, outcome, result.value, extra.view()), 0; });
  free_operand(ctx, result);
  free_texts(ctx, extra);
  return valid ? JS_UNDEFINED : JS_EXCEPTION;
}

JSValue post(JSContext* ctx, JSValueConst, int, JSValueConst* args) noexcept {
  const Text channel = text_of(ctx, args[0]);
  const Text json = text_of(ctx, args[1]);
  const bool valid = channel.data && json.data;
  const bool accepted = valid && in_host(ctx, [&](Host& host) { return host.post(channel.view(), json.view()); });
  free_texts(ctx, channel, json);
  if (!valid) return JS_EXCEPTION;
  return accepted ? JS_UNDEFINED : throw_result(ctx);
}

// Sends a command with operands of the script.
JSValue send_command(JSContext* ctx, JSValueConst name_value, std::span<const JSValueConst> from) noexcept {
  const Text name = text_of(ctx, name_value);
  if (!name.data) return JS_EXCEPTION;
  Operand operands[Host::operands_max];
  Value values[Host::operands_max];
  const auto count = std::min(from.size(), Host::operands_max);
  bool valid = true;
  // Bytes last: converting the others may run code of the script, and allocates, which may run its finalizers.
  for (const bool bytes : {false, true}) {
    for (std::size_t i = 0; i < count && valid; ++i) {
      if ((kind_of(from[i]) == Value::Kind::bytes) == bytes) valid = operand_of(ctx, from[i], &operands[i]);
      values[i] = operands[i].value;
    }
  }
  const bool accepted =
      valid && in_host(ctx, [&](Host& host) { return host.command(name.view(), std::span(values, count)); });
  for (const Operand& operand : operands) free_operand(ctx, operand);
  free_texts(ctx, name);
  if (!valid) return JS_EXCEPTION;
  return accepted ? JS_UNDEFINED : throw_result(ctx);
}

JSValue command(JSContext* ctx, JSValueConst, int argc, JSValueConst* args) noexcept {
  return send_command(ctx, args[0], {args + 1, static_cast<std::size_t>(argc - 1)});
}

// The function of emitter(): data is the command's name and `select`.
JSValue emit(JSContext* ctx, JSValueConst, int argc, JSValueConst* args, int, JSValueConst* data) noexcept {
  JSValue selected = JS_NewInt32(ctx, 0);
  if (argc > 2 && !JS_IsUndefined(args[2])) selected = JS_Call(ctx, data[1], JS_UNDEFINED, 1, args + 2);
  if (JS_IsException(selected)) return selected;
  JSValue event = JS_IsString(args[0]) ? JS_DupValue(ctx, args[0]) : JS_ToString(ctx, args[0]);
  JSValue sent = JS_EXCEPTION;
  if (!JS_IsException(event)) {
    const JSValueConst operands[] = {selected, event, args[1]};
    sent = send_command(ctx, data[0], operands);
  }
  JS_FreeValue(ctx, event);
  JS_FreeValue(ctx, selected);
  return sent;
}

// emitter(name, select): a function (event, payload, options) that sends the command `name` with `select(options)` (0
// without options), the event as a string, and the payload. Without a frame of the script, because rooms broadcast with
// it.
JSValue emitter(JSContext* ctx, JSValueConst, int, JSValueConst* args) noexcept {
  JSValue function = JS_NewCFunctionData(ctx, emit, 2, 0, 2, args);
  if (JS_IsException(function)) return function;
  if (JS_DefinePropertyValueStr(ctx, function, "name", JS_DupValue(ctx, args[0]), JS_PROP_CONFIGURABLE) < 0) {
    JS_FreeValue(ctx, function);
    return JS_EXCEPTION;
  }
  return function;
}

// The call of the message for this receiver whose handler is running, which the script then answers itself; undefined
// if there is none.
JSValue defer(JSContext* ctx, JSValueConst, int, JSValueConst* args) noexcept {
  Delivery* delivery = host_of(ctx).delivery;
  if (!delivery || delivery->receiver != number_of(ctx, args[0])) return JS_UNDEFINED;
  delivery->deferred = true;
  return JS_NewInt64(ctx, static_cast<std::int64_t>(delivery->call));
}

JSValue call(JSContext* ctx, JSValueConst, int, JSValueConst* args) noexcept {
  const std::uint64_t id = number_of(ctx, args[0]);
  const Text name = text_of(ctx, args[1]);
  const Text arguments = text_of(ctx, args[2]);
  const bool valid = name.data && arguments.data;
  const bool accepted = valid && in_host(ctx, [&](Host& host) { return host.call(id, name.view(), arguments.view()); });
  free_texts(ctx, name, arguments);
  if (!valid) return JS_EXCEPTION;
  return accepted ? JS_UNDEFINED : throw_result(ctx);
}

JSValue call_sync(JSContext* ctx, JSValueConst, int, JSValueConst* args) noexcept {
  const Text name = text_of(ctx, args[0]);
  const Text arguments = text_of(ctx, args[1]);
  const bool valid = name.data && arguments.data;
  auto waited = Host::Waited::error;
  if (valid) waited = in_host(ctx, [&](Host& host) { return host.call_sync(name.view(), arguments.view()); });
  free_texts(ctx, name, arguments);
  if (!valid) return JS_EXCEPTION;
  while (waited == Host::Waited::not_yet) {
    host_of(ctx).slicer().yield();
    waited = in_host(ctx, [](Host& host) { return host.call_sync_result(); });
  }
  return waited == Host::Waited::value ? result_text(ctx) : throw_result(ctx);
}

JSValue start_timer(JSContext* ctx, JSValueConst, int, JSValueConst* args) noexcept {
  double milliseconds = 0;
  JS_ToFloat64(ctx, &milliseconds, args[0]);
  const bool repeat = JS_ToBool(ctx, args[1]) > 0;
  const auto id = in_host(ctx, [&](Host& host) { return host.start_timer(milliseconds, repeat); });
  return id ? JS_NewInt64(ctx, id) : throw_result(ctx);
}

JSValue stop_timer(JSContext* ctx, JSValueConst, int, JSValueConst* args) noexcept {
  const auto id = static_cast<std::uint32_t>(number_of(ctx, args[0]));
  in_host(ctx, [&](Host& host) { return host.stop_timer(id), 0; });
  return JS_UNDEFINED;
}

JSValue log(JSContext* ctx, JSValueConst, int, JSValueConst* args) noexcept {
  const auto level = static_cast<log::Level>(number_of(ctx, args[0]));
  const Text line = text_of(ctx, args[1]);
  if (!line.data) return JS_EXCEPTION;
  in_host(ctx, [&](Host& host) { return host.log(level, line.view()), 0; });
  JS_FreeCString(ctx, line.data);
  return JS_UNDEFINED;
}

JSValue report_error(JSContext* ctx, JSValueConst, int, JSValueConst* args) noexcept {
  const auto kind = static_cast<Host::Uncaught>(number_of(ctx, args[0]));
  const Text message = text_of(ctx, args[1]);
  const Text stack = text_of(ctx, args[2]);
  const bool valid = message.data && stack.data;
  if (valid) in_host(ctx, [&](Host& host) { return host.report_error(kind, message.view(), stack.view()), 0; });
  free_texts(ctx, message, stack);
  return valid ? JS_UNDEFINED : JS_EXCEPTION;
}

JSValue random(JSContext* ctx, JSValueConst, int, JSValueConst*) noexcept {
  return JS_NewFloat64(ctx, in_host(ctx, [](Host& host) { return host.random(); }));
}

bool holds_integers(int type) noexcept {
  return type >= 0 && type != JS_TYPED_ARRAY_FLOAT16 && type != JS_TYPED_ARRAY_FLOAT32 &&
         type != JS_TYPED_ARRAY_FLOAT64;
}

// The Web's limit for one call; it also bounds the time of the host section.
constexpr std::size_t random_bytes_max = 65536;

// Fills a typed array of integers. Returns false, and changes nothing, if it is longer than random_bytes_max.
JSValue random_bytes(JSContext* ctx, JSValueConst, int, JSValueConst* args) noexcept {
  if (!holds_integers(JS_GetTypedArrayType(args[0])))
    return JS_ThrowTypeError(ctx, "the argument must be a typed array of integers");
  std::size_t offset = 0, size = 0, buffer_size = 0;
  JSValue buffer = JS_GetTypedArrayBuffer(ctx, args[0], &offset, &size, nullptr);
  if (JS_IsException(buffer)) return JS_EXCEPTION;
  const bool immutable = JS_IsImmutableArrayBuffer(buffer) > 0;
  std::uint8_t* bytes = JS_GetArrayBuffer(ctx, &buffer_size, buffer);
  JS_FreeValue(ctx, buffer);  // the typed array still owns it
  if (!bytes) return JS_EXCEPTION;
  if (immutable) return JS_ThrowTypeError(ctx, "the typed array's buffer is immutable");
  if (size > random_bytes_max) return JS_FALSE;
  in_host(ctx, [&](Host& host) { return host.random_bytes({bytes + offset, size}), 0; });
  return JS_TRUE;
}

JSValue is_bytes(JSContext*, JSValueConst, int, JSValueConst* args) noexcept {
  return entmoot_is_bytes(args[0]) ? JS_TRUE : JS_FALSE;
}

// explain(value, error): `error`, thrown by JSON.stringify(value), with a message that says which part is at fault.
JSValue explain(JSContext* ctx, JSValueConst, int, JSValueConst* args) noexcept {
  name_place(ctx, args[0], args[1]);
  return JS_DupValue(ctx, args[1]);
}

JSValue uptime(JSContext* ctx, JSValueConst, int, JSValueConst*) noexcept {
  return JS_NewFloat64(ctx, in_host(ctx, [](Host& host) { return host.uptime(); }));
}

JSValue encode(JSContext* ctx, JSValueConst, int, JSValueConst* args) noexcept { return encode_utf8(ctx, args[0]); }

// Decodes a Uint8Array. No script runs while its bytes are read, so nothing can move or resize them.
JSValue decode(JSContext* ctx, JSValueConst, int, JSValueConst* args) noexcept {
  std::size_t size = 0;
  const std::uint8_t* bytes = JS_GetUint8Array(ctx, &size, args[0]);
  if (!bytes) return JS_EXCEPTION;
  return decode_utf8(ctx, bytes, size, JS_ToBool(ctx, args[1]) > 0);
}

// transform(format, bytes) by js/zlib_codec.hpp.
JSValue with_format(JSContext* ctx, JSValueConst* args,
                    JSValue (*transform)(JSContext*, std::string_view, const std::uint8_t*, std::size_t)) noexcept {
  char format[16] = {};
  const Text name = text_of(ctx, args[0]);
  if (!name.data) return JS_EXCEPTION;
  std::snprintf(format, sizeof format, "%s", name.data);
  JS_FreeCString(ctx, name.data);
  std::size_t size = 0;
  const std::uint8_t* bytes = JS_GetUint8Array(ctx, &size, args[1]);
  if (!bytes && JS_HasException(ctx)) return JS_EXCEPTION;
  return transform(ctx, format, bytes, size);
}
JSValue compress_bytes(JSContext* ctx, JSValueConst, int, JSValueConst* args) noexcept {
  return with_format(ctx, args, compress);
}
JSValue decompress_bytes(JSContext* ctx, JSValueConst, int, JSValueConst* args) noexcept {
  return with_format(ctx, args, decompress);
}

// Evaluates js/web/<name>.js, whose value is a function.
JSValue part(JSContext* ctx, JSValueConst, int, JSValueConst* args) noexcept {
  char file[64];
  const Text name = text_of(ctx, args[0]);
  if (!name.data) return JS_EXCEPTION;
  const int size = std::snprintf(file, sizeof file, "%s.js", name.data);
  JS_FreeCString(ctx, name.data);
  return evaluate_builtin_script(ctx, {file, static_cast<std::size_t>(size)});
}

}  // namespace

JSValue read_json(JSContext* ctx, std::string_view json) noexcept {
  JSValue value = entmoot_read_json(ctx, json.data(), json.size());
  if (!JS_IsUninitialized(value)) return value;
  // The engine's parser needs a zero behind the text.
  JSValue text = JS_NewStringLen(ctx, json.data(), json.size());
  const Text copy = text_of(ctx, text);
  value = copy.data ? JS_ParseJSON(ctx, copy.data, copy.size, "<message>") : JS_EXCEPTION;
  free_texts(ctx, copy);
  JS_FreeValue(ctx, text);
  return value;
}

Host& host_of(JSContext* ctx) noexcept { return *static_cast<Host*>(JS_GetRuntimeOpaque(JS_GetRuntime(ctx))); }

double wall_clock_of(JSContext* ctx) noexcept {
  return in_host(ctx, [](Host& host) { return host.wall_clock(); });
}

JSValue new_host_object(JSContext* ctx) {
  struct Function {
    const char* name;
    JSCFunction* function;
    int arguments;  // the engine pads with undefined up to here
  };
  static constexpr Function functions[] = {
      {"answer", answer, 4},
      {"post", post, 2},
      {"command", command, 1},
      {"defer", defer, 1},
      {"emitter", emitter, 2},
      {"call", call, 3},
      {"callSync", call_sync, 2},
      {"startTimer", start_timer, 2},
      {"stopTimer", stop_timer, 1},
      {"log", log, 2},
      {"reportError", report_error, 3},
      {"random", random, 0},
      {"randomBytes", random_bytes, 1},
      {"uptime", uptime, 0},
      {"isBytes", is_bytes, 1},
      {"explain", explain, 2},
      {"encode", encode, 1},
      {"decode", decode, 2},
      {"compress", compress_bytes, 2},
      {"decompress", decompress_bytes, 2},
      {"part", part, 1},
  };
  JSValue object = JS_NewObject(ctx);
  for (const Function& f : functions) {
    if (JS_SetPropertyStr(ctx, object, f.name, JS_NewCFunction(ctx, f.function, f.name, f.arguments)) < 0)
      return JS_EXCEPTION;
  }
  return object;
}

}  // namespace entmoot::js
