// SPDX-License-Identifier: MIT

#include <entmoot/rooms/room_rehearsal.hpp>

#include <entmoot/base/embedded.hpp>

#include <span>

std::span<const entmoot::EmbeddedFile> entmoot_room_rehearsal();  // cmake/embed.cmake

namespace entmoot {

js::Rehearsal room_rehearsal() {
  using Kind = js::Entry::Kind;
  const auto join = [](std::string_view number) {
    return js::Rehearsal::Step{Kind::invoke, "entmoot:join",
                               "[" + std::string(number) + R"(,"{\"vsn\":\"2.0.0\"}","{}",{"name":"ann"}])"};
  };
  const auto message = [](std::string_view event, std::string_view payload) {
    return js::Rehearsal::Step{Kind::message, std::string(event), std::string(payload), 1};
  };
  const auto say = message("send_message", R"({"sender":"ann","text":"good morning, everybody"})");
  const auto move = message("move", R"({"dx":1,"dy":0.5})");
  return {
      .program = entmoot_room_rehearsal().front(),
      .start = {join("1"), join("2")},
      .often = {say, say, move},
      .sometimes = {message("edit", R"({"id":1,"text":"good <morning>"})"),
                    message("count", "{}"),
                    message("later", "{}"),
                    {Kind::invoke, "entmoot:leave", R"([2,"left"])"},
                    message("nothing", "{}")},
      .answers = {{"entmoot:room",
                   JsonText::trusted(
                       R"({"topic":"room:1","id":"1","history":{"entries":0,"bytes":0,"age":0,"replay":0}})")}},
  };
}

}  // namespace entmoot
