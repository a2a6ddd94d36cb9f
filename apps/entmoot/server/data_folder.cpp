// SPDX-License-Identifier: MIT

#include "data_folder.hpp"

#include <entmoot/rooms/room_routes.hpp>

#include <algorithm>
#include <utility>

namespace entmoot_app {

using namespace entmoot;

std::filesystem::path data_folder_of(const App& app) { return app.folder / app.config.data; }

bool has_durable_rooms(const App& app) {
  return std::ranges::any_of(app.routes().routes,
                             [](const auto& route) { return route->limits.durability != Durability::none; });
}

Result<std::shared_ptr<StoreWriter>> open_data(const App& app) {
  if (!has_durable_rooms(app)) return std::shared_ptr<StoreWriter>();
  auto store = RoomStore::open(data_folder_of(app));
  if (!store) return store.error();
  return std::make_shared<StoreWriter>(*std::move(store));
}

}  // namespace entmoot_app
