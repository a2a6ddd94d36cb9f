// SPDX-License-Identifier: MIT

#pragma once

// A copy of a durable room as it was after one of its inputs, in a server of its own: its timers do not go on, nobody
// is connected, and nothing that is evaluated in it has an effect on the app's data.
//
// One thread. Each call blocks until it is done.

#include "../server/app.hpp"

#include <entmoot/base/result.hpp>
#include <entmoot/node/node.hpp>
#include <entmoot/store/room_store.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace entmoot_app {

class PastRoom {
 public:
  /// Copies what `store` has of the room. `at`: the last input that it has taken, from 1; the room's first and last are
  /// known from RoomStore::find().
  [[nodiscard]] static entmoot::Result<std::unique_ptr<PastRoom>> open(const App& app, entmoot::RoomStore& store,
                                                                       const std::string& topic, std::int64_t at);
  ~PastRoom();
  PastRoom(const PastRoom&) = delete;
  PastRoom& operator=(const PastRoom&) = delete;

  /// A readable text of the result, or the error that was thrown.
  [[nodiscard]] entmoot::Result<std::string> evaluate(std::string_view expression);

 private:
  class StandingClock;

  PastRoom(const App& app, std::string topic, std::filesystem::path folder, std::shared_ptr<entmoot::StoreWriter> store,
           std::unique_ptr<StandingClock> clock);

  /// Why the room has ended.
  [[nodiscard]] entmoot::Error trouble();

  const std::string topic_;
  const std::filesystem::path folder_;  // of the copy; removed at the end
  const std::unique_ptr<StandingClock> clock_;
  std::unique_ptr<entmoot::Node> node_;
};

}  // namespace entmoot_app
