// SPDX-License-Identifier: MIT

#pragma once

// The folder of the data of an app's durable rooms: where it is, and the store in it (store/room_store.hpp).

#include "app.hpp"

#include <entmoot/base/result.hpp>
#include <entmoot/store/store_writer.hpp>

#include <filesystem>
#include <memory>

namespace entmoot_app {

/// The setting `data`, relative to the app's folder.
[[nodiscard]] std::filesystem::path data_folder_of(const App& app);
[[nodiscard]] bool has_durable_rooms(const App& app);
/// Opens the store, which creates it if it does not exist. Null: no route of the app is durable. The error says what to
/// do.
[[nodiscard]] entmoot::Result<std::shared_ptr<entmoot::StoreWriter>> open_data(const App& app);

}  // namespace entmoot_app
