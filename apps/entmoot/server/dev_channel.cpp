// SPDX-License-Identifier: MIT

#include "dev_channel.hpp"

namespace entmoot_app {

using namespace entmoot;

void DevNews::problem(const std::string& text) {
  shards_.post_to_all([this, text] { problem_.local() = text; });
  pubsub_.broadcast(topic, "problem", JsonText::of({{"problem", text}}));
}

void DevNews::page_changed() { pubsub_.broadcast(topic, "page_changed", empty_object()); }

Channel::JoinResult DevChannel::join(std::string_view, const Payload&) {
  return Ok{JsonText::of({{"problem", news_.problem_here()}})};
}

}  // namespace entmoot_app
