// SPDX-License-Identifier: MIT

#pragma once

// The folder of the data of an app's durable rooms: where it is, and the store in it (store/room_store.hpp).

#include "app.hpp"

#include <entmoot/base/error.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/store/store_writer.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace entmoot_app {

/// The setting `data`, relative to the app's folder.
[[nodiscard]] std::filesystem::path data_folder_of(const App& app);
[[nodiscard]] bool has_durable_rooms(const App& app);

struct DataFolder {
  std::shared_ptr<entmoot::StoreWriter> store;  ///< Null: no route of the app is durable.
  std::uint64_t hash_key;                       ///< With which its rooms were saved (js/hash_key.hpp).
};
/// Opens the store, which creates it if it does not exist. The error says what to do.
[[nodiscard]] entmoot::Result<DataFolder> open_data(const App& app);

/// Opens a store that exists: of a server that is stopped, or a backup. The error says what to do.
[[nodiscard]] entmoot::Result<entmoot::RoomStore> open_existing(const std::filesystem::path& folder);

/// The data of an app, to be looked at: the store itself, or a copy that the running server has made, which is removed
/// at the end.
class DataToRead {
 public:
  [[nodiscard]] static entmoot::Result<DataToRead> open(const App& app);
  /// For a process that runs the rooms, after take_hash_key(). Begins again if the data has another key than the
  /// process.
  [[nodiscard]] static entmoot::Result<DataToRead> open_to_run(const App& app);
  ~DataToRead();
  DataToRead(DataToRead&&) noexcept;
  DataToRead& operator=(DataToRead&&) noexcept;

  [[nodiscard]] entmoot::RoomStore& store() noexcept { return *store_; }

 private:
  DataToRead();
  struct Copy;
  std::unique_ptr<Copy> copy_;  // null: the data itself
  std::unique_ptr<entmoot::RoomStore> store_;
};
[[nodiscard]] entmoot::Result<entmoot::StoredRoom> find_room(entmoot::RoomStore& store, const std::string& topic);

// The key of the engine's hashes belongs to the data, because saved heaps depend on it, and has to be set before a
// program is loaded; but where the data is, the app's configuration says, which is a program. So a process that finds
// another key in its data begins again, with that key in its environment.

/// The key of the data; that of this process, if it has none yet.
[[nodiscard]] entmoot::Result<std::uint64_t> hash_key_of(entmoot::RoomStore& store);
/// Called before the app is loaded. Sets the key that begin_again() has passed, and removes it from the environment.
void take_hash_key() noexcept;
/// Replaces this process by one with the same arguments and that key. Returns only if that fails.
[[nodiscard]] entmoot::Error begin_again(std::uint64_t hash_key);

}  // namespace entmoot_app
