// SPDX-License-Identifier: MIT

#pragma once

// Unique names for actors (Elixir's Registry with `keys: :unique`).
//
// A key's entry lives on shards.home_of(key), in a table that only that shard's thread touches. So two registrations of
// one key cannot race: they are two steps of one thread, and uniqueness needs no lock. The actor itself lives on its
// key's home too, so that who has found it may push into its mailbox at once.
//
// An entry goes when its actor ends. Between the end and the task that removes the entry, lookup() does not see it and
// register_name() replaces it, as Registry does with a process that is no longer alive.
//
// The registry is made before the shards start and destroyed after their loops have ended. Its size is bounded by who
// starts actors (DynamicSupervisor's max_children).

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

  /// Names `actor` until it ends or is unregistered.
  [[nodiscard]] boost::system::result<void, AlreadyStarted> register_name(std::string_view key, Actor& actor);
  /// No error if the name is free.
  void unregister_name(std::string_view key);
  /// Who is alive under that name; an empty ref if nobody is.
  [[nodiscard]] ActorRef lookup(std::string_view key) const;
  /// Names of this shard.
  [[nodiscard]] std::size_t count() const { return names_.local().size(); }

  // --- any thread

  /// Sends to whoever has the name when the message is there (`{:via, Registry, …}`); if nobody has, its caller is
  /// answered "noproc". Order per sender is kept.
  void send(std::string_view key, Envelope envelope);

 private:
  using Names = StringMap<ActorRef>;
  [[nodiscard]] Names& names_of(std::string_view key) const;

  Shards& shards_;
  PerShard<Names> names_;
};

}  // namespace entmoot
