// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/topic.hpp>

#include <stdexcept>

namespace entmoot {

TopicPattern::TopicPattern(std::string_view pattern) : text_(pattern), is_prefix_(pattern.ends_with('*')) {
  if (is_prefix_) text_.pop_back();
  if (text_.find('*') != std::string::npos) throw std::invalid_argument("a topic pattern may have '*' only at its end");
}

bool TopicPattern::matches(std::string_view topic) const noexcept {
  return is_prefix_ ? topic.starts_with(text_) : topic == text_;
}

std::string_view subtopic(std::string_view topic) noexcept {
  const auto colon = topic.find(':');
  return colon == std::string_view::npos ? std::string_view() : topic.substr(colon + 1);
}

}  // namespace entmoot
