// SPDX-License-Identifier: MIT

#include "data_folder.hpp"

#include "../replay/continuations.hpp"
#include "control.hpp"

#include <entmoot/js/hash_key.hpp>
#include <entmoot/rooms/room_routes.hpp>

#include <fmt/format.h>
#include <boost/json/object.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <sys/prctl.h>
#include <unistd.h>

namespace entmoot_app {

using namespace entmoot;

std::filesystem::path data_folder_of(const App& app) { return app.folder / app.config.data; }

bool has_durable_rooms(const App& app) {
  return std::ranges::any_of(app.routes().routes,
                             [](const auto& route) { return route->limits.durability != Durability::none; });
}

namespace {

constexpr const char* key_variable = "ENTMOOT_HASH_KEY";
constexpr std::string_view key_in_store = "hash key";

std::optional<std::uint64_t> key_from(std::string_view text) noexcept {
  std::uint64_t key = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), key, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return key;
}

}  // namespace

Result<std::uint64_t> hash_key_of(RoomStore& store) {
  const auto kept = store.meta(key_in_store);
  if (!kept) return kept.error();
  if (const std::optional<std::string>& text = *kept) {
    if (const auto key = key_from(*text)) return *key;
    return fail(ErrorCode::io, "the key of the data is damaged: restore a backup (`entmoot restore`)");
  }
  if (auto set = store.set_meta(key_in_store, fmt::format("{:x}", js::hash_key())); !set) return set.error();
  return js::hash_key();
}

Result<DataFolder> open_data(const App& app) {
  if (!has_durable_rooms(app)) return DataFolder{nullptr, js::hash_key()};
  auto store = RoomStore::open(data_folder_of(app));
  if (!store) return store.error();
  const auto key = hash_key_of(*store);
  if (!key) return key.error();
  if (*key == js::hash_key()) warn_of_stranded_rooms(app, *store);
  return DataFolder{std::make_shared<StoreWriter>(*std::move(store)), *key};
}

Result<RoomStore> open_existing(const std::filesystem::path& folder) {
  if (!std::filesystem::exists(folder / RoomStore::file_name)) {
    return fail(ErrorCode::not_found, fmt::format("there is no data of durable rooms in {}", folder.string()));
  }
  auto store = RoomStore::open(folder);
  if (store || store.error().code != ErrorCode::unavailable) return store;
  return fail(ErrorCode::unavailable,
              "the server has the data open: make a copy with `entmoot backup FOLDER`, and add --data FOLDER");
}

/// A folder of a copy; removed with what is in it.
struct DataToRead::Copy {
  explicit Copy(std::filesystem::path path) : folder(std::move(path)) {}
  ~Copy() {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;

  const std::filesystem::path folder;
};

DataToRead::DataToRead() = default;
DataToRead::DataToRead(DataToRead&&) noexcept = default;
DataToRead& DataToRead::operator=(DataToRead&& other) noexcept {
  store_ = std::move(other.store_);  // before the folder that it lies in
  copy_ = std::move(other.copy_);
  return *this;
}
DataToRead::~DataToRead() { store_.reset(); }

Result<DataToRead> DataToRead::open(const App& app) {
  DataToRead data;
  auto store = open_existing(data_folder_of(app));
  if (!store && store.error().code == ErrorCode::unavailable && ask_server(app.folder, {{"command", "ping"}})) {
    std::string name = (std::filesystem::temp_directory_path() / "entmoot-data-XXXXXX").string();
    if (!mkdtemp(name.data())) return fail(ErrorCode::io, fmt::format("cannot create a folder {}", name));
    data.copy_ = std::make_unique<Copy>(name);
    const auto copied = ask_server(app.folder, {{"command", "backup"}, {"folder", name}});
    if (!copied) return copied.error();
    store = open_existing(data.copy_->folder);
  }
  if (!store) return store.error();
  data.store_ = std::make_unique<RoomStore>(*std::move(store));
  return data;
}

Result<DataToRead> DataToRead::open_to_run(const App& app) {
  auto data = open(app);
  if (!data) return data;
  const auto key = hash_key_of(data->store());
  if (!key) return key.error();
  if (*key == js::hash_key()) return data;
  data = fail(ErrorCode::failed, "");  // closes it
  return begin_again(*key);
}

Result<StoredRoom> find_room(RoomStore& store, const std::string& topic) {
  auto room = store.find(topic);
  if (room || room.error().code != ErrorCode::not_found) return room;
  return fail(ErrorCode::not_found, fmt::format("the data has no room \"{}\"", topic));
}

void take_hash_key() noexcept {
  char* text = std::getenv(key_variable);
  if (!text) return;
  if (const auto key = key_from(text)) js::set_hash_key(*key);
  (void)prctl(PR_SET_NAME, "entmoot");        // the kernel has taken "exe" from the path
  std::fill_n(text, std::strlen(text), '0');  // /proc/PID/environ shows it
  unsetenv(key_variable);
}

Error begin_again(std::uint64_t hash_key) {
  if (setenv(key_variable, fmt::format("{:x}", hash_key).c_str(), 1) != 0) return fail(ErrorCode::io, "out of memory");
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string words((std::istreambuf_iterator<char>(file)), {});
  std::vector<char*> arguments;
  for (std::size_t at = 0; at < words.size(); at += std::strlen(&words[at]) + 1) arguments.push_back(&words[at]);
  arguments.push_back(nullptr);
  execv("/proc/self/exe", arguments.data());
  return fail(ErrorCode::io, fmt::format("cannot begin again with the key of the data: {}", std::strerror(errno)));
}

}  // namespace entmoot_app
