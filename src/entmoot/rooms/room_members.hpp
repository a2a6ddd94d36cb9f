// SPDX-License-Identifier: MIT

#pragma once

// The clients of a room, joining or joined, and the commands on them. The script knows its clients by number; their
// addresses are kept here, outside its heap, so that they outlive it.
//
// Commands are held until their turn has succeeded (core/effects.hpp). A command on a client that has left meanwhile is
// not an error: the script is about to be notified.
//
// Belongs to its room's shard.

#include <entmoot/base/limited_log.hpp>
#include <entmoot/base/memory_account.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/base/weak_this.hpp>
#include <entmoot/otp/reply_to.hpp>
#include <entmoot/phoenix/presence_state.hpp>
#include <entmoot/phoenix/socket_ref.hpp>
#include <entmoot/phoenix/subscriber_table.hpp>
#include <entmoot/rooms/client_number.hpp>
#include <entmoot/rooms/recent_broadcasts.hpp>
#include <entmoot/rooms/room_command.hpp>
#include <entmoot/rooms/room_context.hpp>
#include <entmoot/rooms/room_message.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

class RoomJournal;

/// A client, as described by its channel.
struct JoiningClient {
  ClientNumber number = no_client;
  SocketRef channel;
  SubscriberId subscriber = SubscriberId::none;
  std::string address;
  std::optional<RecoverFrom> recover = {};  ///< It wants to know offsets, and what it has missed.
};

class RoomMembers {
 public:
  /// The members of the room `topic`. `log` and `account` are the room's.
  RoomMembers(const RoomContext& context, std::string topic, std::shared_ptr<LimitedLog> log,
              std::shared_ptr<MemoryAccount> account);
  /// Untracks the members' presences.
  ~RoomMembers();
  RoomMembers(const RoomMembers&) = delete;
  RoomMembers& operator=(const RoomMembers&) = delete;

  /// Clients can recover what they have missed. `journal` is the room's.
  void recover_from(const RoomJournal& journal) noexcept { journal_ = &journal; }
  void add(JoiningClient client);
  /// Wraps the reply to a client's join: the channel gets the list of intercepted events before it.
  [[nodiscard]] ReplyTo admitting(ClientNumber number, ReplyTo reply) const;
  /// False: it was not in the room.
  bool remove(ClientNumber number);
  /// The room's actor has ended: ends the clients' channels as if linked to it, so that the clients rejoin.
  void crash_channels();
  /// From now on broadcasts of these events, and of no others, return to the room once for each client. A client that
  /// is admitted later follows the list from its first broadcast.
  void intercept(const std::vector<std::string>& events);
  /// Sends an intercepted broadcast to its client unchanged.
  void pass_on(const InterceptedBroadcast& message) const;
  [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }
  [[nodiscard]] std::vector<ClientNumber> numbers() const;
  struct MemberInfo {
    ClientNumber number = no_client;
    std::string address;
    bool joined = false;                      ///< Its join was answered with ok.
    std::vector<std::string> presences = {};  ///< The keys under which it is tracked.
  };
  /// At most so many of them.
  [[nodiscard]] std::vector<MemberInfo> describe(std::size_t most) const;
  [[nodiscard]] bool empty() const noexcept { return members_.empty(); }
  [[nodiscard]] const std::shared_ptr<MemoryAccount>& account() const noexcept { return account_; }

  // --- in a turn of the room

  /// `counter` is that of the room's actor; null: it counts none.
  void execute(command::Broadcast broadcast, BroadcastCounter* counter) const;
  void execute(command::Push push) const;
  void execute(const command::Leave& leave) const;
  void execute(const command::Disconnect& disconnect) const;
  /// Tracks the client, or updates its meta if it is tracked under this key already. Error: the room's account is full.
  [[nodiscard]] Result<void> execute(command::Track track) const;
  void execute(command::Untrack untrack) const;
  void execute(command::Joined joined) const;
  void execute(command::UsePresence) const;

 private:
  struct Member {
    JoiningClient client;
    PresenceOwner presence = PresenceOwner::none;
    MemoryCharge held;                                            ///< Its own.
    std::map<std::string, MemoryCharge, std::less<>> metas = {};  ///< Of its presences, by key.
    bool joined = false;
    bool has_presence_state = false;
  };
  void recover(const Member& member, Answer answer, ReplyTo reply) const;
  [[nodiscard]] Member* find(ClientNumber number);
  [[nodiscard]] const Member* find(ClientNumber number) const;
  /// Runs `step(RoomMembers&, Member&)` when the turn has succeeded, if the client is still a member.
  template <class Step>
  void later(ClientNumber client, Step step) const;
  void track(Member& member, const std::string& key, const JsonText& meta);
  void use_presence();
  void push_presence_states(ClientNumber after);
  void push_presence_state(Member& member) const;

  const RoomContext& context_;
  const std::string topic_;
  std::map<ClientNumber, Member> members_;
  const std::shared_ptr<LimitedLog> log_;
  const std::shared_ptr<MemoryAccount> account_;
  const RoomJournal* journal_ = nullptr;  // null: the room is not durable
  bool presence_is_used_ = false;         // in a turn that has succeeded
  std::vector<std::string> intercepted_;  // the list last sent to the channels
  WeakThis<RoomMembers> self_{this};
};

}  // namespace entmoot
