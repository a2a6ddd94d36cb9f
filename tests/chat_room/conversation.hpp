// SPDX-License-Identifier: MIT

#pragma once

// The client's side of one room, independent of the transport: writes a client's frames, reads those it receives, and
// keeps what a page would show. Frames that a server must never send fail the test; a client that joined without a name
// must receive no presence events.

#include <entmoot/base/json.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace chat_room {

struct Answered {
  std::string status;
  entmoot::Json response;

  [[nodiscard]] std::string reason() const;
};

class Conversation {
 public:
  explicit Conversation(std::string_view room) : topic_("room:" + std::string(room)) {}

  /// Without a name, as QuickBEAM's page does.
  [[nodiscard]] std::string join(std::string_view name = {});
  [[nodiscard]] std::string leave();
  [[nodiscard]] std::string say(std::string_view text);
  [[nodiscard]] std::string rename(std::string_view name);
  [[nodiscard]] std::string type(bool typing);
  /// Anything else.
  [[nodiscard]] std::string push(std::string_view event, std::string_view payload) { return frame(event, payload); }
  /// The ref of the last frame that was written.
  [[nodiscard]] unsigned last_ref() const noexcept { return last_ref_; }

  void take(std::string_view frame);
  /// The reply to a ref; nullptr if there is none yet.
  [[nodiscard]] const Answered* answer(unsigned ref) const;

  /// The history and later messages, in the order of the page.
  [[nodiscard]] const std::vector<std::string>& texts() const noexcept { return texts_; }
  /// The names of those who are here, sorted; of two clients with one name, twice.
  [[nodiscard]] std::vector<std::string> here() const;
  /// "ann" if ann has started typing, "ann stops" if she has stopped; in the order of arrival.
  [[nodiscard]] const std::vector<std::string>& typing() const noexcept { return typing_; }
  /// The number of presence_diff frames received.
  [[nodiscard]] std::size_t diffs() const noexcept { return diffs_; }

  /// Frames phx_error and phx_close: the channel ended.
  [[nodiscard]] std::size_t ends() const noexcept { return ends_; }

 private:
  std::string frame(std::string_view event, std::string_view payload);
  void take_company(std::string_view event, const boost::json::object& payload);
  void take_reply(const std::string& ref, const boost::json::object& payload);

  const std::string topic_;
  unsigned last_ref_ = 0;
  unsigned join_ref_ = 0;
  bool joined_ = false;
  bool named_ = false;
  bool has_state_ = false;
  std::map<unsigned, Answered> answers_;
  std::vector<std::string> texts_;
  std::map<std::string, std::string> here_;  // phx_ref → name
  std::vector<std::string> typing_;
  std::size_t diffs_ = 0;
  std::size_t ends_ = 0;
};

}  // namespace chat_room
