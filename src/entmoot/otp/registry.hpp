// SPDX-License-Identifier: MIT

#pragma once

// Unique names for actors (Elixir's Registry with `keys: :unique`).
//
// A key's entry lives on shards.home_of(key), in a table that only that shard's thread uses. Two registrations of one
// key cannot race: they are two steps of one thread, and uniqueness needs no lock. The actor lives on the key's home
// shard as well, so that the result of lookup() can be pushed to directly.
//
// An entry is removed when its actor ends. Between the exit and the task that removes the entry, lookup() ignores it
// and register_name() replaces it, as Elixir's Registry does for a process that is no longer alive.
//
// The registry is made before the shards start and destroyed after their loops have ended. Its size is bounded by the
// number of actors (DynamicSupervisor's max_children).

#include <entmoot/base/result.hpp>
#include <entmoot/base/string_map.hpp>
#include <entmoot/core/per_shard.hpp>
#include <entmoot/core/shards.hpp>
#include <entmoot/otp/actor.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace entmoot {

/// {:error, {:already_started, pid}}
struct AlreadyStarted {
  ActorRef existing;
  [[nodiscard]] Error error() const { return fail(ErrorCode::already_exists, "already_started"); }
};
[[noreturn]] void throw_exception_from_error(const AlreadyStarted& error, const boost::source_location& location);

class Registry {
 public:
  explicit Registry(Shards& shards);

  // --- the key's home shard only

  /// Registers `actor` under `key` until it ends or is unregistered.
  [[nodiscard]] boost::system::result<void, AlreadyStarted> register_name(std::string_view key, Actor& actor);
  /// No effect if the name is not registered.
  void unregister_name(std::string_view key);
  /// The living actor with that name; an empty ref if there is none.
  [[nodiscard]] ActorRef lookup(std::string_view key) const;
  /// The number of names on this shard.
  [[nodiscard]] std::size_t count() const { return names_.local().size(); }

  // --- any thread

  /// Sends to the actor that has the name when the message arrives (`{:via, Registry, …}`). If there is none, the
  /// caller is answered "noproc". Messages from one thread keep their order.
  void send(std::string_view key, Envelope envelope);

 private:
  using Names = StringMap<ActorRef>;
  [[nodiscard]] Names& names_of(std::string_view key) const;

  Shards& shards_;
  PerShard<Names> names_;
};

}  // namespace entmoot
