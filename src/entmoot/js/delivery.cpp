// SPDX-License-Identifier: MIT

#include <entmoot/js/delivery.hpp>

#include <entmoot/js/host_functions.hpp>
#include <entmoot/js/roots.hpp>

#include <cstdint>
#include <iterator>
#include <string_view>

namespace entmoot::js {

namespace {

JSValue call_number(JSContext* ctx, const Entry& entry) noexcept {
  return JS_NewInt64(ctx, static_cast<std::int64_t>(entry.id));
}

JSValue payload_of(JSContext* ctx, const Entry& entry) noexcept {
  if (entry.has_bytes) {
    return JS_NewUint8ArrayCopy(ctx, reinterpret_cast<const std::uint8_t*>(entry.bytes.data()), entry.bytes.size());
  }
  return read_json(ctx, entry.json);
}

// The program's export. That of a classic script is a global function.
JSValue handler_of(JSContext* ctx, Heap& heap) noexcept {
  if (void* cell = reinterpret_cast<void*>(root(heap, Root::handler))) return entmoot_read_cell(cell);
  JSValue name = JS_NewString(ctx, message_handler);
  JSValue found = JS_Call(ctx, root_object(heap, Root::exported), JS_UNDEFINED, 1, &name);
  JS_FreeValue(ctx, name);
  return found;
}

// Answers with the JSON of an object, or with {} for nothing, if no code of the script is needed for that.
bool answer_directly(JSContext* ctx, std::uint64_t call, JSValueConst value) noexcept {
  char buffer[2048];
  EntmootText text = {buffer, 0, sizeof buffer, nullptr};
  std::string_view json = "{}";
  if (!JS_IsUndefined(value) && !JS_IsNull(value)) {
    json = {};
    const int written = entmoot_write_json(ctx, value, &text);
    if (written < 0) JS_FreeValue(ctx, JS_GetException(ctx));
    if (written > 0) json = {text.data, text.size};
  }
  const bool direct = json.starts_with('{');
  if (direct) {
    in_host(ctx, [&](Host& host) {
      return host.answer(call, Host::Outcome::ok, {.kind = Value::Kind::json, .content = json}, {}), 0;
    });
  }
  js_free(ctx, text.allocated);
  return direct;
}

bool fail_call(JSContext* ctx, Heap& heap, const Entry& entry, JSValue error) noexcept {
  JSValue args[] = {call_number(ctx, entry), error};
  return call_root(ctx, heap, Root::fail, std::size(args), args);
}

}  // namespace

bool deliver(JSContext* ctx, Heap& heap, Host& host, const Entry& entry) noexcept {
  JSValue receiver =
      entmoot_map_get(ctx, root_object(heap, Root::receivers), static_cast<std::int64_t>(entry.receiver));
  if (JS_IsUndefined(receiver)) {
    JS_ThrowPlainError(ctx, "this client is not in the room");
    return fail_call(ctx, heap, entry, JS_GetException(ctx));
  }
  JSValue args[] = {JS_NewStringLen(ctx, entry.text.data(), entry.text.size()), payload_of(ctx, entry), receiver};
  JSValue handler = handler_of(ctx, heap);
  JSValue value = JS_EXCEPTION;
  Delivery delivery = {.call = entry.id, .receiver = entry.receiver};
  if (JS_IsFunction(ctx, handler) && !JS_IsException(args[1])) {
    host.delivery = &delivery;
    value = JS_Call(ctx, handler, JS_UNDEFINED, std::size(args), args);
    host.delivery = nullptr;
  } else if (!JS_HasException(ctx)) {
    JS_ThrowPlainError(ctx, "the room has no %s for \"%.*s\"", message_handler, static_cast<int>(entry.text.size()),
                       entry.text.data());
  }
  JS_FreeValue(ctx, handler);
  for (JSValue& arg : args) JS_FreeValue(ctx, arg);

  if (JS_IsException(value)) return fail_call(ctx, heap, entry, JS_GetException(ctx));
  if (!delivery.deferred && answer_directly(ctx, entry.id, value)) {
    JS_FreeValue(ctx, value);
    return true;
  }
  JSValue given[] = {call_number(ctx, entry), value};
  return call_root(ctx, heap, Root::respond, std::size(given), given);
}

}  // namespace entmoot::js
