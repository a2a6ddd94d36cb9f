// SPDX-License-Identifier: MIT

#pragma once

// Who is in a room, joining or joined, and what the room's script can do to them (js/room.js, `host.emit`). The script
// knows its clients by id; where they are is known here, outside of its heap, so that they outlive it.
//
// What a script does is held until its turn has succeeded (core/effects.hpp). A client that is gone meanwhile is no
// error: the script is about to hear of it.
//
// Belongs to its room's shard.

#include "ground.hpp"
#include "mail.hpp"
#include "room_log.hpp"

#include <entmoot/base/result.hpp>
#include <entmoot/otp/reply_to.hpp>
#include <entmoot/phoenix/presence_state.hpp>
#include <entmoot/phoenix/socket_ref.hpp>
#include <entmoot/phoenix/subscriber_table.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot_app {

/// A client as its channel introduces it.
struct Guest {
  std::string id;
  entmoot::SocketRef channel;
  entmoot::SubscriberId subscriber = entmoot::SubscriberId::none;
  std::string address;
};

class Members {
 public:
  /// Of the room `topic`.
  Members(const Ground& ground, std::string topic, std::shared_ptr<RoomLog> log);
  /// Ends what they were present as, and nothing else.
  ~Members();
  Members(const Members&) = delete;
  Members& operator=(const Members&) = delete;

  void add(Guest guest);
  /// The answer to a guest's join, on its way to its channel.
  [[nodiscard]] entmoot::ReplyTo admitting(std::string id, entmoot::ReplyTo reply) const;
  /// False: it was not in the room.
  bool remove(std::string_view id);
  /// The room is no more: their channels end as if they had been linked to it, and they join again.
  void dismiss_everybody();
  /// Broadcasts of these events, and of no others, come back to the room, for each client: what is made in the room
  /// from now on. Who is let in goes by it from the first broadcast.
  void intercept(const std::vector<std::string>& events);
  /// What has come back of a broadcast goes to the client as it is.
  void pass_on(const Outgoing& message) const;
  [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }
  [[nodiscard]] bool empty() const noexcept { return members_.empty(); }

  // --- in a turn of the room

  /// `payload`: a JSON text, or '=' and base64 (wire.hpp). `except`: a client that does not get it, or nothing.
  [[nodiscard]] entmoot::Result<void> broadcast(std::string_view event, std::string_view payload,
                                                std::string_view except = {}) const;
  /// "push", "leave", "disconnect", "track", "untrack": to one client. "joined": its join is answered behind this.
  /// "presence": the room uses presence, as it does from the first "track" on; from then on who has joined is told who
  /// is here.
  [[nodiscard]] entmoot::Result<void> emit(std::string_view operation, std::string_view client, std::string_view name,
                                           std::string_view payload);

 private:
  struct Member {
    Guest guest;
    entmoot::PresenceOwner presence = entmoot::PresenceOwner::none;
    bool joined = false;
  };
  [[nodiscard]] entmoot::Result<void> track(std::string_view client, std::string_view key, std::string_view meta);
  void untrack(std::string_view client, const std::string& key);
  void has_joined(std::string_view client);
  void use_presence();
  void tell_presences(const Member& member) const;

  const Ground ground_;
  const std::string topic_;
  const std::shared_ptr<Members*> self_;  // what is held looks here whether they are still there
  std::map<std::string, Member, std::less<>> members_;
  const std::shared_ptr<RoomLog> log_;
  bool presence_is_used_ = false;         // in a turn that has succeeded
  std::vector<std::string> intercepted_;  // what they have been told
};

}  // namespace entmoot_app
