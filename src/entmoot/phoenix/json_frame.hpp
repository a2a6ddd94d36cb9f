// SPDX-License-Identifier: MIT

#pragma once

// Shared by the JSON serializers: slices a text frame into its parts, and assembles one.
//
// A payload is sliced out of the text without being parsed, so the whole text is validated here: grammar, escapes,
// numbers beyond a double, nesting, UTF-8, text after the end. Every later parser accepts a text that passes. An
// integer may have any number of digits and keeps them all. A lone surrogate is legal as an escape (RFC 8259,
// section 8.2): it is half an emoji of a text that was cut, and JSON.stringify writes it; Phoenix closes the connection
// instead.
//
// Any thread. Slices point into a thread-local buffer and are valid until the next call.

#include <entmoot/phoenix/frame.hpp>
#include <entmoot/phoenix/message.hpp>

#include <span>
#include <string>
#include <string_view>

namespace entmoot {

/// One value of the frame.
struct JsonSlice {
  std::string_view raw = {};   ///< The source text, inner white space included. Empty: absent.
  std::string_view text = {};  ///< The unescaped contents, if it is a string (append_unescaped()).
  bool is_string = false;

  /// As a part of a message: a string in its canonical spelling, any other value without insignificant white space.
  [[nodiscard]] Ref ref() const;
  [[nodiscard]] Label label() const;
  [[nodiscard]] JsonText json() const;

 private:
  [[nodiscard]] bool is_compact() const noexcept;
  [[nodiscard]] std::string compact() const;
  [[nodiscard]] std::string minified() const;
};

/// Slices the first `elements.size()` elements of an array. False if `frame` is not an array, has fewer, or is not
/// valid to its end.
[[nodiscard]] bool slice_array(std::string_view frame, std::span<JsonSlice> elements);

/// Slices the members of an object by name; of duplicate names the first counts. `members` is as long as `names`. False
/// if `frame` is not an object, is empty, or is not valid to its end.
[[nodiscard]] bool slice_object(std::string_view frame, std::span<const std::string_view> names,
                                std::span<JsonSlice> members);

/// For encoding: appends `label` as JSON; makes a frame in one allocation.
void append_label(std::string& out, const Label& label);
[[nodiscard]] Frame text_frame(std::string_view head, std::string_view payload, std::string_view tail);

}  // namespace entmoot
