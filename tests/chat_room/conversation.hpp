// SPDX-License-Identifier: MIT

#pragma once

// The client's side of one room, whatever carries it: writes the frames that a client sends, reads those that it gets,
// and keeps what a person would have on the screen. It is strict: what a server must never send fails the test. Who has
// joined without a name must hear nothing of presences.

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

  /// With no name: as QuickBEAM's page does.
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
  /// What came back for a ref; nullptr: nothing yet.
  [[nodiscard]] const Answered* answer(unsigned ref) const;

  /// The history and what was said since, in the order of the screen.
  [[nodiscard]] const std::vector<std::string>& texts() const noexcept { return texts_; }
  /// The names of those who are here, sorted; of two clients with one name, twice.
  [[nodiscard]] std::vector<std::string> here() const;
  /// "ann" for ann has begun to type, "ann stops"; in the order in which it was heard.
  [[nodiscard]] const std::vector<std::string>& typing() const noexcept { return typing_; }
  /// How many presence_diff frames came.
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
