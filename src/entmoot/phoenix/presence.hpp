// SPDX-License-Identifier: MIT

#pragma once

// Presence: which clients are on each topic, announced to all subscribers of the topic (Phoenix.Presence,
// Phoenix.Tracker).
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
// After joining a client gets one `presence_state`, pushed by the channel, then a `presence_diff` for every change: the
// two messages that Presence in phoenix.js understands. A presence ends with its channel, whatever ends it.
//
// Threads. Every shard has a full replica (phoenix/presence_state.hpp): it reads and changes its own, and posts its
// changes to the others. Each shard announces to its own clients the changes in its own replica.
//
// There is no gap between the state and the diffs:
//
//   (1) A channel pushes the state after it has joined, and so after it was subscribed to its topic.
//   (2) A replica changes, and the diff is queued for every client of its shard, in one step (PubSub::local_broadcast).
//       So the frames of a client are in the order in which its replica changed.
//   (3) So a change before the state was read is in the state, and a later change is in a diff after it. Diffs before
//       the state do no harm: the client keeps them until it has the state. Nor do diffs that the state contains: a
//       channel that intercepts presence_diff gets them a turn later.
//
// To push the state from outside a channel (from a room), use the push of phoenix/socket_ref that makes its payload on
// the client's shard; this preserves (1).
//
// A key may be present several times, once for each channel that tracks it (a user with two tabs); `metas` lists them
// in unspecified order. Replicas on different shards are eventually consistent.
//
// Effects. Nothing is held until the end of an actor's turn: a presence tracked in a turn stays if the turn fails.
//
// Errors. Failures that the application can handle are an Error: a meta that is not an object, an exceeded limit.

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

/// With these defaults the state of a full topic, which every client gets when it joins, stays below the 1 MiB limit of
/// a client's outbox (web/outbox.hpp). Consider that limit before raising one of these.
struct PresenceLimits {
  std::size_t per_owner = 10;  ///< Presences of one channel: a user, their cursor, some documents.
  std::size_t per_topic =
      1000;  ///< In this shard's replica; concurrent tracking on several shards may exceed it slightly.
  std::size_t meta_bytes = 512;  ///< A name, an avatar's URL, a status.
  std::size_t key_bytes = 128;   ///< A user id.
};

using PresenceMetas = std::map<std::string, std::vector<JsonText>>;
using PresenceFields = std::map<std::string, boost::json::object>;

struct PresenceOptions {
  /// Fields to add beside `metas` under each key, in the state and in both halves of every diff (fetch/2), such as a
  /// user's name. Called on several shards concurrently; must not block or track. If it throws, the fields are omitted.
  /// It cannot replace `metas`, which the client's algorithm depends on.
  std::function<PresenceFields(std::string_view topic, const PresenceMetas& presences)> fetch;
  PresenceLimits limits;
};

class Presence {
 public:
  /// `shards` and `pubsub` outlive the Presence, which outlives the shards' last round and every channel.
  Presence(Shards& shards, PubSub& pubsub, PresenceOptions options = {});
  ~Presence();
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;

  // --- on the channel's shard, after it has joined

  /// Makes the channel present on its topic as `key` until it ends. An Error if it already tracks the key. Returns the
  /// presence's `phx_ref`, which is added to `meta` for the clients.
  Result<std::string> track(Channel& channel, std::string_view key, const JsonText& meta);
  /// Replaces the meta, in one diff with a leave of the old one and a join of the new one; it gets a new `phx_ref`, and
  /// `phx_ref_prev` names the old. An Error if the channel does not track the key.
  Result<std::string> update(Channel& channel, std::string_view key, const JsonText& meta);
  /// No error if the channel does not track it.
  void untrack(Channel& channel, std::string_view key);

  // --- the same for owners that are not channels (a room, a bot): on any shard, but one owner always on the same one

  /// Returns a new owner. Its presences end only through untrack().
  [[nodiscard]] PresenceOwner new_owner();
  Result<std::string> track(PresenceOwner owner, std::string_view topic, std::string_view key, const JsonText& meta);
  Result<std::string> update(PresenceOwner owner, std::string_view topic, std::string_view key, const JsonText& meta);
  [[nodiscard]] bool is_tracked(PresenceOwner owner, std::string_view topic, std::string_view key) const;
  void untrack(PresenceOwner owner, std::string_view topic, std::string_view key);
  /// Untracks everything the owner tracks.
  void untrack(PresenceOwner owner);

  // --- any shard

  /// `{"<key>":{"metas":[…]},…}`, the payload of `presence_state`.
  [[nodiscard]] JsonText list(std::string_view topic) const;
  /// `{"metas":[…]}`, if the key is present.
  [[nodiscard]] std::optional<JsonText> get_by_key(std::string_view topic, std::string_view key) const;

 private:
  struct Replica;

  [[nodiscard]] static PresenceOwner owner_of(const Channel& channel);
  [[nodiscard]] Result<void> within_limits(PresenceOwner owner, std::string_view topic, std::string_view key) const;
  [[nodiscard]] Result<std::string> checked(const JsonText& meta) const;
  void publish(PresenceState::Step step);
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
