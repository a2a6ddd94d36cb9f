// SPDX-License-Identifier: MIT

#pragma once

// A room that lives goes over to other code, with its state and its clients. One object for each time, from the request
// to its outcome:
//
//   Asking      the room is in the old edition, whose actor has been asked for what is to be kept
//   Restoring   the room is in the new edition, whose actor takes that up; the old one is aside (rooms/editions), whole
//   Over        `went_over`, `stayed` in the old edition, or `lost`: no actor is left
//
// All the while messages to the room are held here, bounded, and taken in order by whichever edition goes on.
//
//   what happens               Asking                                  Restoring
//   the step succeeds          → Restoring                             went_over
//   it fails, or takes long    stayed                                  stayed; lost if the old actor has ended too
//   the old actor ends         the room ends, the reload with it       nothing: the new one has its state
//   the new actor ends         -                                       as if the step had failed
//   the room is killed         the reload ends with it                 the same, with both actors
//   another reload             is kept, the last of them: it begins when this one is over, or a lost room starts in it
//
// Which broadcasts are intercepted goes over with the room. While Restoring, whatever either edition intercepts is: it
// comes back to the room, is held like a message, and is handed to handleOut or passed on, as the edition says that
// goes on. So nothing that the new code has to filter gets out because it was early. With the outcome the channels are
// told the list of the edition that goes on, before any held message is taken (Members::intercept).
//
// A mailbox that is full is no failure: new messages are held, so it drains, and the old actor is asked again. Who was
// about to join under the old edition is none of this: rooms/room refuses it when the answer comes.
//
// Lives on the room's shard; owned by the Room, which lets go of it when it is told that it is over, or before.

#include "mail.hpp"
#include "route.hpp"

#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/base/unique_function.hpp>
#include <entmoot/otp/mailbox.hpp>

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace entmoot_app {

class Editions;
class Members;

class Reload {
 public:
  enum class Outcome { went_over, stayed, lost };
  struct Over {
    Outcome outcome;
    std::string why = {};  ///< It did not go over.
  };

  /// The current edition has an actor. `when_over` is called once, in a task of its own, and may destroy this.
  Reload(Editions& editions, Members& members, std::shared_ptr<const Route> next,
         entmoot::UniqueFunction<void(const Over&)> when_over);
  ~Reload();
  Reload(const Reload&) = delete;
  Reload& operator=(const Reload&) = delete;

  /// A message for whichever edition goes on. Of as many as a mailbox takes; what is too much is answered "overloaded".
  void hold(Mail mail);
  /// Where to go when this one is over.
  void follow_with(std::shared_ptr<const Route> next) { following_ = next == next_ ? nullptr : std::move(next); }

  // --- for the room that lets go of it

  [[nodiscard]] std::deque<Mail> take_held() { return std::exchange(held_, {}); }
  /// Null: nobody has asked for another one meanwhile.
  [[nodiscard]] const std::shared_ptr<const Route>& following() const noexcept { return following_; }
  /// The last code that was asked for.
  [[nodiscard]] const std::shared_ptr<const Route>& newest() const noexcept { return following_ ? following_ : next_; }

 private:
  struct Asking {
    int attempts;
  };
  struct Restoring {};

  void ask();
  void told(const entmoot::Result<entmoot::JsonText>& snapshot);
  void restored(const entmoot::Result<entmoot::JsonText>& result);
  void stay(std::string why);

  using Step = void (Reload::*)(const entmoot::Result<entmoot::JsonText>&);
  /// To an actor. With what it answers goes the next step, if the reload is still there then.
  [[nodiscard]] entmoot::Envelope message(std::string function, entmoot::JsonText args, Step next);

  Editions& editions_;
  Members& members_;
  const std::shared_ptr<const Route> next_;
  entmoot::UniqueFunction<void(const Over&)> when_over_;
  const std::shared_ptr<Reload*> self_;  // what comes later looks here whether it is still there
  std::variant<Asking, Restoring, Over> state_;
  std::deque<Mail> held_;
  std::shared_ptr<const Route> following_;
};

}  // namespace entmoot_app
