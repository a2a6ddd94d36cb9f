// SPDX-License-Identifier: MIT

#pragma once

// What the JSON serializers share: a text frame cut into its parts, and one put together.
//
// A payload is sliced out of the text and not parsed into anything, so the whole text is validated here: grammar,
// escapes, lone surrogates, numbers beyond a double, nesting, UTF-8, text after the end. What passes is something that
// every later parser takes. An integer may have any number of digits and keeps them all.
//
// Any thread. Slices point into a buffer of the calling thread and are good until the next call.

#include <entmoot/phoenix/frame.hpp>
#include <entmoot/phoenix/message.hpp>

#include <span>
#include <string>
#include <string_view>

namespace entmoot {

/// How deep a frame's parts may nest; what reads them later (base/json.hpp) stops at the same depth.
inline constexpr int json_depth_max = 64;

/// One value of the frame.
struct JsonSlice {
  std::string_view raw = {};   ///< As it stands, white space inside included. Empty: there is none.
  std::string_view text = {};  ///< If it is a string: what it says.
  bool is_string = false;

  /// As parts of a message: a string in its one spelling, whatever else without insignificant white space.
  [[nodiscard]] Ref ref() const;
  [[nodiscard]] Label label() const;
  [[nodiscard]] JsonText json() const;

 private:
  [[nodiscard]] std::string compact() const;
};

/// The first elements of an array, as many as are asked for. False if `frame` is no array, has fewer, or is not valid
/// to its end.
[[nodiscard]] bool slice_array(std::string_view frame, std::span<JsonSlice> elements);

/// The members of an object by their names; of several with one name the first counts. `members` is as long as `names`.
/// False if `frame` is no object, is empty, or is not valid to its end.
[[nodiscard]] bool slice_object(std::string_view frame, std::span<const std::string_view> names,
                                std::span<JsonSlice> members);

/// The way back: `label` as JSON, and a frame in one allocation.
void append_label(std::string& out, const Label& label);
[[nodiscard]] Frame text_frame(std::string_view head, std::string_view payload, std::string_view tail);

}  // namespace entmoot
