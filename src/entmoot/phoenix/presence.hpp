// SPDX-License-Identifier: MIT

#pragma once

// Presence: who is here, kept for every topic and told to everybody on it (Phoenix.Presence, Phoenix.Tracker).
//
//     JoinResult join(std::string_view, const Payload&) override {
//       after({}, [this]() -> InfoResult {  // when it has joined
//         push("presence_state", presence_.list(topic()));
//         presence_.track(*this, user_id_, meta_).value();
//         return NoReply{};
//       });
//       return Ok{};
//     }
//
// Whoever has joined gets one `presence_state` that the channel pushes, then a `presence_diff` for every change: the
// two messages that Presence in phoenix.js understands. A presence ends with its channel, whatever ends it.
//
// Threads. Every shard has a replica of the whole (phoenix/presence_state.hpp): it reads its own, changes its own, and
// posts what it changed to the others. Each shard tells its own clients what its own replica has learned.
//
// There is no gap between the state and the diffs:
//
//   (1) A channel is subscribed to its topic when it has joined, and pushes the state after that.
//   (2) A replica changes, and the diff is in the outbox of every client of this shard, in one step
//       (PubSub::local_broadcast). So the frames of a client stand in the order in which its replica changed.
//   (3) So what changed before the state was read is in it, and what changed later is in a diff behind it. Diffs before
//       the state are of no harm: the client keeps them until it has the state. Nor are diffs that the state contains:
//       a channel that intercepts presence_diff gets them a turn later.
//
// Who is no channel itself (a room) and has the state pushed keeps (1) by the push of phoenix/socket_ref that makes its
// payload on the client's shard.
//
// A key may be there several times, once for each channel that tracks it (a user with two tabs); `metas` lists them in
// no order that means something. Replicas on different shards agree in the end, not at every moment.
//
// Effects. Nothing here waits for the end of an actor's turn: who tracks in one has tracked even if the turn fails.
//
// Errors. What the application can do about it is an Error that says what: a meta that is no object, a limit.

#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/core/per_shard.hpp>
#include <entmoot/core/shards.hpp>
#include <entmoot/phoenix/channel.hpp>
#include <entmoot/phoenix/presence_state.hpp>
#include <entmoot/phoenix/pubsub.hpp>

#include <boost/json/object.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

/// With these the state of a full topic, which every client gets when it joins, stays below the 1 MiB that a client's
/// outbox holds (web/outbox.hpp). Who raises one should look at the other.
struct PresenceLimits {
  std::size_t per_owner = 10;    ///< Presences of one channel: a user, his cursor, some documents.
  std::size_t per_topic = 1000;  ///< As this shard knows them; tracked at the same time on several, a few more.
  std::size_t meta_bytes = 512;  ///< A name, a picture's address, what he is doing.
  std::size_t key_bytes = 128;   ///< A user id.
};

using PresenceMetas = std::map<std::string, std::vector<JsonText>>;
using PresenceFields = std::map<std::string, boost::json::object>;

struct PresenceOptions {
  /// Fields to stand beside `metas` under each key, in the state and in both halves of every diff (fetch/2): a user's
  /// name by his id, say. Called on every shard, also at the same time; may not wait, and may not track. If it throws,
  /// the fields are left out. It cannot replace `metas`, which the client's algorithm lives on.
  std::function<PresenceFields(std::string_view topic, const PresenceMetas& presences)> fetch;
  PresenceLimits limits;
};

class Presence {
 public:
  /// `shards` and `pubsub` outlive the Presence, and the Presence outlives the shards' last round and every channel.
  Presence(Shards& shards, PubSub& pubsub, PresenceOptions options = {});
  ~Presence();
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;

  // --- on the channel's shard, when it has joined

  /// From now on the channel is present on its topic as `key`, until it ends. An Error if it is already. The value is
  /// the presence's `phx_ref`, which is added to `meta` for the clients.
  Result<std::string> track(Channel& channel, std::string_view key, const JsonText& meta);
  /// Another meta, in one diff that leaves the old one and joins the new one; it gets a new `phx_ref`, and
  /// `phx_ref_prev` tells the old. An Error if the channel does not track the key.
  Result<std::string> update(Channel& channel, std::string_view key, const JsonText& meta);
  /// No error if the channel does not track it.
  void untrack(Channel& channel, std::string_view key);

  // --- the same for who is no channel (a room, a bot): on any shard, always the same one for the same owner

  /// A new one each time. Ends with untrack(owner) and nothing else.
  [[nodiscard]] PresenceOwner new_owner();
  Result<std::string> track(PresenceOwner owner, std::string_view topic, std::string_view key, const JsonText& meta);
  Result<std::string> update(PresenceOwner owner, std::string_view topic, std::string_view key, const JsonText& meta);
  [[nodiscard]] bool is_tracked(PresenceOwner owner, std::string_view topic, std::string_view key) const;
  void untrack(PresenceOwner owner, std::string_view topic, std::string_view key);
  /// From everything that it tracks.
  void untrack(PresenceOwner owner);

  // --- any shard

  /// `{"<key>":{"metas":[…]},…}`, to be pushed as `presence_state`.
  [[nodiscard]] JsonText list(std::string_view topic) const;
  /// `{"metas":[…]}`, if somebody is there under this key.
  [[nodiscard]] std::optional<JsonText> get_by_key(std::string_view topic, std::string_view key) const;

 private:
  struct Replica;

  [[nodiscard]] static PresenceOwner owner_of(const Channel& channel);
  [[nodiscard]] Result<void> within_limits(PresenceOwner owner, std::string_view topic, std::string_view key) const;
  [[nodiscard]] Result<std::string> checked(const JsonText& meta) const;
  void tell(PresenceState::Step step);
  void announce(const PresenceChanges& changes);
  [[nodiscard]] PresenceFields fetch(std::string_view topic, const PresenceMetas& presences) const;
  void append_object(std::string& out, std::string_view topic, const PresenceMetas& presences) const;

  // Constant after construction.
  Shards& shards_;
  PubSub& pubsub_;
  const PresenceOptions options_;
  // Each touched by its own shard's thread only.
  PerShard<Replica> replicas_;
};

}  // namespace entmoot
