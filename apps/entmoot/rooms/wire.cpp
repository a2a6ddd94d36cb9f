// SPDX-License-Identifier: MIT

#include "wire.hpp"

#include <entmoot/base/base64.hpp>

#include <boost/json/array.hpp>

namespace entmoot_app {

using namespace entmoot;

Result<Payload> payload_from(std::string_view text) {
  if (!text.starts_with('=')) return Payload(JsonText::trusted(text));
  auto bytes = base64_decode(text.substr(1));
  if (!bytes) return bytes.error();
  return Payload(Binary(*bytes));
}

void append_payload(std::string& args, const Payload& payload) {
  if (payload.is_binary()) {
    args.append("\"").append(base64_encode(payload.bytes())).append("\",true");
  } else {
    args.append(payload.bytes()).append(",false");
  }
}

JsonText event_args(std::string_view client, std::string_view event, const Payload& payload) {
  std::string args = "[";
  append_json_string(args, client);
  args += ',';
  append_json_string(args, event);
  args += ',';
  append_payload(args, payload);
  args += ']';
  return JsonText::trusted(args);
}

Channel::Reply reply_from(const Result<JsonText>& result) {
  const auto refusal = [](std::string_view reason) {
    return Channel::Reply{"error", JsonText::of({{"reason", std::string(reason)}})};
  };
  if (!result) return refusal(result.error().reason);
  if (result->view().starts_with('{')) return {"ok", *result};
  // js/room.js answers with objects and marked texts only. But what it takes for an object may say in its toJSON that
  // it is something else, a Date is a text, and so may write what looks like ours.
  const auto marked = result->parse();
  std::string_view text = marked && marked->is_string() ? std::string_view(marked->get_string()) : std::string_view();
  const std::string status = text.starts_with('!') ? "error" : "ok";
  if (text.starts_with('!')) text.remove_prefix(1);
  if (text.starts_with('=')) {
    auto payload = payload_from(text);
    return payload ? Channel::Reply{status, *std::move(payload)} : refusal(payload.error().reason);
  }
  const auto response = parse_json(text);
  if (status == "error" && response && response->is_object()) return {status, JsonText::of(*response)};
  return refusal("what is replied is an object, and its toJSON has made something else of it");
}

Result<std::vector<std::string>> elements_of(const JsonText& array) {
  const auto list = array.parse();
  if (!list) return list.error();
  std::vector<std::string> elements;
  for (const Json& element : list->as_array()) elements.push_back(to_json(element));
  return elements;
}

}  // namespace entmoot_app
