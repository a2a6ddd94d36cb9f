// SPDX-License-Identifier: MIT

#pragma once

// The one answer that a client is waiting for, handed to whoever will give it: a room, a worker thread, a timer.
//
// Call it once, from any thread, with a Result<JsonText>; what is to be done with the result happens on the client's
// shard, inside the channel's turn. Dropping it unused answers with an error, so that a room which dies with requests
// in its mailbox, or whose turn fails, leaves nobody waiting. (In Phoenix a GenServer.call that exits does this.)
//
// An answer given inside an actor's turn is held until the turn has succeeded (core/effects.hpp); if it fails the held
// answer is dropped, and so becomes the error.
//
// An Answer may outlive the client, its channel and its socket, but not the Shards.

#include <entmoot/base/result.hpp>
#include <entmoot/base/unique_function.hpp>
#include <entmoot/phoenix/socket_ref.hpp>

#include <memory>
#include <optional>

namespace entmoot {

class Answer {
 public:
  /// Runs on the client's shard; destroyed unrun on any thread.
  using AtHome = UniqueFunction<void(const SocketRef&, Result<JsonText>)>;

  Answer(SocketRef to, AtHome at_home);
  Answer(Answer&& other) noexcept = default;
  Answer& operator=(Answer&& other) noexcept;
  ~Answer() { give_up(); }

  void operator()(Result<JsonText> result);

 private:
  struct Pending {
    SocketRef to;
    AtHome at_home;
  };
  void send(Result<JsonText> result);
  void give_up() noexcept;

  std::unique_ptr<Pending> pending_;  // null: given, or moved away
};

}  // namespace entmoot
