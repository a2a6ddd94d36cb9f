// SPDX-License-Identifier: MIT

#pragma once

// The chat with threads, a port on loopback, and clients with sockets. Every wait is bounded (20 s for sockets and
// futures), so that a hang is a failure.

#include "conversation.hpp"
#include "scripts.hpp"

#include "../web/raw_client.hpp"

#include <chat_room/chat_room.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <string_view>

namespace chat_room {

inline constexpr auto wait_limit = std::chrono::seconds(20);

class LiveChat {
 public:
  explicit LiveChat(entmoot::Program program, unsigned shards = 3, entmoot::Budget budget = {});
  /// Stops the server and checks that nothing is left.
  ~LiveChat();

  ChatRoom& app() { return app_; }
  [[nodiscard]] std::uint16_t port() const { return app_.port(); }
  /// A room that lives on another shard than `shard`.
  [[nodiscard]] std::string room_away_from(unsigned shard, const std::string& prefix);

  using Answer = std::future<entmoot::Result<entmoot::JsonText>>;
  Answer ask(const std::function<void(entmoot::ReplyTo)>& ask);
  Answer say(std::string_view room, std::string_view text);
  static entmoot::Result<entmoot::JsonText> get(Answer answer);
  /// Waits until the room has ended.
  void kill(std::string_view room);
  /// Runs `work` on a shard's thread and waits for it.
  void on_shard(std::size_t index, const std::function<void()>& work);

  /// Waits until the server has noticed that all clients are gone.
  void until_nobody_is_connected();

  struct Count {
    std::size_t supervised = 0;  ///< Running.
    std::size_t named = 0;
    std::size_t heaps = 0;
    std::size_t stacks = 0;
  };
  Count count();

  void stop(entmoot::Duration at_most = entmoot::Duration::zero()) { app_.stop(at_most); }

 private:
  ChatRoom app_;
};

/// A client in one room, over a socket.
class LiveVisitor {
 public:
  LiveVisitor(LiveChat& chat, std::string_view room);

  /// Writes; does not wait. Returns the ref.
  unsigned joins(std::string_view name = {}) { return sends(conversation_.join(name)); }
  unsigned types(bool typing) { return sends(conversation_.type(typing)); }
  unsigned says(std::string_view text) { return sends(conversation_.say(text)); }
  /// Reads until the ref is answered.
  const Answered& answer(unsigned ref);
  const Answered& joined(std::string_view name = {}) { return answer(joins(name)); }
  const Answered& said(std::string_view text) { return answer(says(text)); }
  /// Reads until there are as many messages on the screen.
  const std::vector<std::string>& screen(std::size_t messages);
  /// Reads until the conversation is as wanted.
  void until(const std::function<bool(const Conversation&)>& wanted);
  /// Reads to the end of the connection: the code of the close frame; nothing if there was none.
  std::optional<unsigned> close_code();
  [[nodiscard]] const Conversation& conversation() const { return conversation_; }

 private:
  unsigned sends(const std::string& frame);
  void read_one();

  Conversation conversation_;
  entmoot::RawClient client_;
};

}  // namespace chat_room
