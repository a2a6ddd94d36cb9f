// SPDX-License-Identifier: MIT

#pragma once

// Whether durable rooms can continue in the code that an app has now: from the heap that was saved, by taking their
// recorded inputs again, or with what their old code has serialized. Each room is tried in a copy; the data stays as it
// is.

#include "../server/app.hpp"

#include <entmoot/base/clock.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/store/room_store.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace entmoot_app {

struct Continuations {
  struct Stranded {
    std::string topic;
    std::string why;
  };
  std::size_t tried = 0;
  bool are_all = true;                  ///< Of the store.
  std::vector<Stranded> stranded = {};  ///< Those of the tried ones that cannot continue.
};

/// Tries rooms in the order of their creation, until `patience` is over. Rooms that no route of the app serves are not
/// tried, and count as stranded.
[[nodiscard]] entmoot::Result<Continuations> try_rooms(const App& app, entmoot::RoomStore& store,
                                                       entmoot::Duration patience);

/// Logs the rooms that cannot continue, if the code is not the one that the store's rooms ran last. Before they run.
void warn_of_stranded_rooms(const App& app, entmoot::RoomStore& store);

}  // namespace entmoot_app
