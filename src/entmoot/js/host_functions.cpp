// SPDX-License-Identifier: MIT

#include <entmoot/js/host_functions.hpp>

#include <entmoot/core/slicer.hpp>
#include <entmoot/js/builtin_scripts.hpp>
#include <entmoot/js/text_codec.hpp>

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

// Runs `f(host)` between enter_host() and leave_host().
template <class F>
auto in_host(JSContext* ctx, F f) noexcept {
  Host& host = host_of(ctx);
  Slicer& slicer = host.slicer();
  slicer.enter_host();
  auto result = f(host);
  slicer.leave_host();
  return result;
}

JSValue result_text(JSContext* ctx) noexcept {
  const std::string_view text = host_of(ctx).result();
  return JS_NewStringLen(ctx, text.data(), text.size());
}

JSValue throw_result(JSContext* ctx) noexcept {
  const std::string_view text = host_of(ctx).result();
  return JS_ThrowPlainError(ctx, "%.*s", static_cast<int>(text.size()), text.data());
}

// A string, or the bytes of a Uint8Array in place: no script may run before they have been used.
struct Operand {
  Value value = {};
  const char* text = nullptr;  // for JS_FreeCString
};

bool operand_of(JSContext* ctx, JSValueConst from, Operand* out) noexcept {
  if (JS_IsString(from)) {
    const Text text = text_of(ctx, from);
    out->text = text.data;
    out->value = {Value::Kind::text, text.view()};
    return text.data != nullptr;
  }
  std::size_t size = 0;
  const std::uint8_t* bytes = JS_GetUint8Array(ctx, &size, from);
  if (!bytes && JS_HasException(ctx)) return false;
  out->value = {Value::Kind::bytes, {reinterpret_cast<const char*>(bytes), bytes ? size : 0}};
  return true;
}

JSValue answer(JSContext* ctx, JSValueConst, int, JSValueConst* args) noexcept {
  const std::uint64_t call = number_of(ctx, args[0]);
  const auto outcome = static_cast<Host::Outcome>(number_of(ctx, args[1]));
  const Text extra = text_of(ctx, args[3]);
  Operand result;
  const bool valid = extra.data && operand_of(ctx, args[2], &result);
  if (valid) in_host(ctx, [&](Host& host) { return host.answer(call, outcome, result.value, extra.view()), 0; });
  JS_FreeCString(ctx, result.text);
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

JSValue command(JSContext* ctx, JSValueConst, int argc, JSValueConst* args) noexcept {
  const Text name = text_of(ctx, args[0]);
  if (!name.data) return JS_EXCEPTION;
  Operand operands[Host::operands_max];
  Value values[Host::operands_max];
  const auto count = std::min(static_cast<std::size_t>(argc - 1), Host::operands_max);
  bool valid = true;
  // Strings first: converting one allocates, which may collect garbage and so run finalizers of the script.
  for (const bool strings : {true, false}) {
    for (std::size_t i = 0; i < count && valid; ++i) {
      if (JS_IsString(args[i + 1]) == strings) valid = operand_of(ctx, args[i + 1], &operands[i]);
      values[i] = operands[i].value;
    }
  }
  const bool accepted =
      valid && in_host(ctx, [&](Host& host) { return host.command(name.view(), std::span(values, count)); });
  for (const Operand& operand : operands) JS_FreeCString(ctx, operand.text);
  free_texts(ctx, name);
  if (!valid) return JS_EXCEPTION;
  return accepted ? JS_UNDEFINED : throw_result(ctx);
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

Host& host_of(JSContext* ctx) noexcept { return *static_cast<Host*>(JS_GetRuntimeOpaque(JS_GetRuntime(ctx))); }

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
      {"call", call, 3},
      {"callSync", call_sync, 2},
      {"startTimer", start_timer, 2},
      {"stopTimer", stop_timer, 1},
      {"log", log, 2},
      {"reportError", report_error, 3},
      {"random", random, 0},
      {"randomBytes", random_bytes, 1},
      {"uptime", uptime, 0},
      {"encode", encode, 1},
      {"decode", decode, 2},
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
