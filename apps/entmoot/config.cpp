// SPDX-License-Identifier: MIT

#include "config.hpp"

#include "settings.hpp"
#include "source_places.hpp"

#include <entmoot/base/nearest_name.hpp>
#include <entmoot/base/utf8.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include <arpa/inet.h>

namespace entmoot_app {

using namespace entmoot;

namespace {

using Path = std::vector<std::string>;

struct Problem {
  Path path;
  std::string text;
};

constexpr std::string_view limits_key = "limits";
constexpr std::string_view rooms_key = "rooms";

// A longer value is cut in an error.
constexpr std::size_t shown_bytes_max = 40;
std::string_view cut(std::string_view text) { return utf8_prefix(text, shown_bytes_max); }

/// The name in JavaScript: `rooms["chat:*"].heap`.
std::string show(const Path& path) {
  std::string name;
  for (const std::string& key : path) {
    const bool plain =
        key.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string::npos;
    if (!plain) {
      append_json_string(name += '[', key);
      name += ']';
    } else {
      if (!name.empty()) name += '.';
      name += key;
    }
  }
  return '`' + name + '`';
}

/// A value that the file does not contain comes from elsewhere, usually from the environment: it may be a secret.
class Masked {
 public:
  Masked(const Json& written, const ConfigFile& file) {
    if (!file.source.empty()) collect(written, file.source);
    for (const Override& each : file.overrides) {
      if (each.path.front() == "tokens") collect(each.value, {});
    }
  }

  [[nodiscard]] std::string operator()(std::string text) const {
    for (const std::string& value : values_) {
      constexpr std::string_view mark = "***";
      for (auto at = text.find(value); at != std::string::npos; at = text.find(value, at + mark.size())) {
        text.replace(at, value.size(), mark);
      }
    }
    return text;
  }

 private:
  // Shorter ones are part of too many texts.
  static constexpr std::size_t bytes_min = 4;

  void collect(const Json& value, std::string_view source) {
    if (const auto* object = value.if_object()) {
      for (const auto& member : *object) collect(member.value(), source);
    } else if (const auto* list = value.if_array()) {
      for (const Json& entry : *list) collect(entry, source);
    } else if (const auto* text = value.if_string(); text && text->size() >= bytes_min) {
      const std::string_view all = *text;
      if (source.find(all) != std::string_view::npos) return;
      values_.emplace_back(all);
      const std::string json = to_json(value);
      for (const std::string_view shown : {std::string_view(json).substr(1, json.size() - 2), cut(json).substr(1)}) {
        if (shown != all) values_.emplace_back(shown);
      }
    }
  }

  std::vector<std::string> values_;
};

std::string show(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  if (const auto* number = value.if_double()) return fmt::format("{}", *number);
  std::string text = to_json(value);
  if (text.size() <= shown_bytes_max) return text;
  return std::string(cut(text)) + "…";
}

Path operator/(Path path, std::string_view key) {
  path.emplace_back(key);
  return path;
}

/// The names directly below `prefix` ("", "socket.").
template <class Owner>
std::vector<std::string_view> names_below(const SettingTable<Owner>& table, std::string_view prefix) {
  std::vector<std::string_view> names;
  for (const auto& setting : table.all()) {
    if (!setting.name.starts_with(prefix)) continue;
    const auto rest = std::string_view(setting.name).substr(prefix.size());
    const auto name = rest.substr(0, rest.find('.'));
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

class ConfigReader {
 public:
  [[nodiscard]] Config read(const boost::json::object& written);
  [[nodiscard]] const std::vector<Problem>& problems() const noexcept { return problems_; }
  void complain(Path path, std::string text) { problems_.push_back({std::move(path), std::move(text)}); }

 private:
  void read_limits(const Json& written, RoomLimits& limits, const Path& path);
  void read_rooms(const Json& written, Config& config);
  void settle(Config& config);
  void settle_tokens(Tokens& tokens);
  template <class Owner>
  void read_group(const SettingTable<Owner>& table, const std::string& prefix, const boost::json::object& written,
                  Owner& owner, const Path& path);
  template <class Owner>
  void read_setting(const Setting<Owner>& setting, const Json& written, Owner& owner, const Path& path);
  void unknown(const Path& path, std::vector<std::string_view> names);

  std::vector<Problem> problems_;
};

Config ConfigReader::read(const boost::json::object& written) {
  Config config;
  read_group(app_settings(), "", written, config, {});
  // A route's limits start as a copy of those of all routes.
  if (const Json* limits = written.if_contains(limits_key)) read_limits(*limits, config.limits, {"limits"});
  if (const Json* rooms = written.if_contains(rooms_key)) read_rooms(*rooms, config);
  settle(config);
  if (written.contains("tokens")) settle_tokens(config.tokens);
  return config;
}

template <class Owner>
void ConfigReader::read_group(const SettingTable<Owner>& table, const std::string& prefix,
                              const boost::json::object& written, Owner& owner, const Path& path) {
  auto names = names_below(table, prefix);
  const bool has_rooms = std::is_same_v<Owner, Config> && prefix.empty();
  if (has_rooms) names.insert(names.end(), {limits_key, rooms_key});
  for (const auto& member : written) {
    const std::string_view key = member.key();
    if (has_rooms && (key == limits_key || key == rooms_key)) continue;
    const std::string name = prefix + std::string(key);
    if (const auto* setting = table.find(name)) {
      read_setting(*setting, member.value(), owner, path / key);
    } else if (std::ranges::find(names, key) == names.end()) {
      unknown(path / key, names);
    } else if (const auto* group = member.value().if_object()) {
      read_group(table, name + '.', *group, owner, path / key);
    } else {
      complain(path / key,
               fmt::format("{} must be an object of settings, not {}", show(path / key), show(member.value())));
    }
  }
}

template <class Owner>
void ConfigReader::read_setting(const Setting<Owner>& setting, const Json& written, Owner& owner, const Path& path) {
  const auto read = setting.read(written, owner);
  if (read) return;
  if (!read.error().has_reason()) {
    complain(path, fmt::format("{} must be {}, not {}", show(path), setting.accepts, show(written)));
  } else {
    complain(path, fmt::format("{} {}", show(path), read.error().reason));
  }
}

void ConfigReader::unknown(const Path& path, std::vector<std::string_view> names) {
  std::string text = show(path) + " is not a setting; ";
  const auto near = nearest_name(path.back(), names);
  if (!near.empty()) {
    text += fmt::format("did you mean `{}`?", near);
  } else if (const auto& settings = limit_settings(); path.size() == 1 && settings.find(path.back())) {
    text += fmt::format("did you mean `limits.{}`?", path.back());
  } else {
    std::ranges::sort(names);
    text += fmt::format("{} `{}`", path.size() == 1 ? "the settings are" : "the settings in this place are",
                        fmt::join(names, "`, `"));
  }
  complain(path, std::move(text));
}

void ConfigReader::read_limits(const Json& written, RoomLimits& limits, const Path& path) {
  const auto* group = written.if_object();
  if (!group) {
    return complain(path, fmt::format("{} must be an object of limits, not {}", show(path), show(written)));
  }
  read_group(limit_settings(), "", *group, limits, path);
  auto& heap = limits.budget.heap;
  if (group->contains("heap") && !group->contains("heapWarn")) heap.soft = heap.hard - heap.hard / 8;
  if (group->contains("heapWarn") && heap.soft > heap.hard) {
    complain(path / "heapWarn", fmt::format("{} is {}, which is above `heap`, {}", show(path / "heapWarn"),
                                            show_size(heap.soft), show_size(heap.hard)));
  }
}

void ConfigReader::read_rooms(const Json& written, Config& config) {
  const Path path = {std::string(rooms_key)};
  const auto* routes = written.if_object();
  if (!routes) {
    return complain(path,
                    fmt::format("`rooms` must be an object of limits by route, such as {{\"chat:*\": {{heap: \"32 "
                                "MB\"}}}}, not {}",
                                show(written)));
  }
  for (const auto& member : *routes) {
    const std::string_view pattern = member.key();
    if (pattern.empty() || pattern.substr(0, pattern.size() - 1).find('*') != std::string_view::npos) {
      complain(path / pattern,
               fmt::format("{} is not a route: it must be a topic, or a prefix of topics with one `*` at the end",
                           show(path / pattern)));
      continue;
    }
    auto& limits = config.rooms.emplace(pattern, config.limits).first->second;
    read_limits(member.value(), limits, path / pattern);
  }
}

void ConfigReader::settle(Config& config) {
  auto& socket = config.socket;
  const std::size_t message_bytes = socket.websocket.limits.message_bytes_max;
  // A client that sends a longer message by mistake gets an error; a longer one than this is an attack.
  socket.websocket.limits.passed_over_bytes_max = 4 * std::max<std::size_t>(message_bytes, 16 * MiB);
  socket.longpolling.oversize_is_answered = true;
  // A message that one limit allows passes the other.
  socket.limits.bytes.burst = std::max(socket.limits.bytes.burst, static_cast<double>(message_bytes));
  socket.longpolling.message_bytes_max = message_bytes;
  socket.longpolling.queued_bytes_max = socket.websocket.outbox.bytes_max;
  socket.longpolling.queued_frames_max = socket.websocket.outbox.frames_max;
  socket.websocket.compress = config.compress;
  // A message that is accepted over a WebSocket is accepted over long-polling too.
  socket.longpolling.body_bytes_max = std::max(socket.longpolling.body_bytes_max, socket.longpolling.message_bytes_max);
  if (auto address = listen_address(config.listener.address)) {
    config.listener.address = *std::move(address);
  } else {
    complain({"address"}, "`address` " + address.error().reason);
  }
  if (!socket.path.starts_with('/')) {
    complain({"socket", "path"}, "`socket.path` must begin with \"/\", such as \"/socket\"");
  }
}

void ConfigReader::settle_tokens(Tokens& tokens) {
  const auto of_tokens = [](const Problem& problem) { return problem.path.front() == "tokens"; };
  if (std::ranges::any_of(problems_, of_tokens)) return;
  // An unset environment variable must not disable authentication.
  if (tokens.secret.empty() && tokens.jwt_keys.empty()) {
    return complain({"tokens"},
                    "`tokens` has neither `secret` nor `jwt`; remove `tokens` to let clients in without a token");
  }
  if (const auto settled = tokens.settle(); !settled) complain({"tokens"}, settled.error().reason);
}

/// The source of the override that has set `path`; null: the file has.
const std::string* override_of(const std::vector<Override>& overrides, const Path& path) {
  const auto is_it = [&](const Override& each) { return each.path == path; };
  const auto found = std::find_if(overrides.rbegin(), overrides.rend(), is_it);
  return found == overrides.rend() ? nullptr : &found->source;
}

}  // namespace

Result<Config> config_from(const ConfigFile& file) {
  auto parsed = file.default_export.parse();
  if (!parsed) return fail(ErrorCode::invalid, fmt::format("{}: {}", file.name, parsed.error().reason));
  const auto* written = parsed->if_object();
  if (!written) {
    return fail(ErrorCode::invalid,
                fmt::format("{}: the default export must be an object of settings, not {}", file.name, show(*parsed)));
  }
  const Masked masked(*parsed, file);
  apply(file.overrides, *parsed);
  ConfigReader reader;
  Config config = reader.read(parsed->get_object());
  if (reader.problems().empty()) return config;

  const SourcePlaces places(file.source);
  std::vector<std::pair<Place, std::string>> lines;
  std::string reason;
  const auto add = [&](std::string_view line) {
    if (!reason.empty()) reason += '\n';
    reason += line;
  };
  for (const auto& problem : reader.problems()) {
    if (const auto* source = override_of(file.overrides, problem.path)) {
      add(fmt::format("{}: {}", *source, masked(problem.text)));
    } else {
      lines.emplace_back(places.find(problem.path), masked(problem.text));
    }
  }
  std::ranges::stable_sort(lines, {}, [](const auto& line) { return std::pair(line.first.line, line.first.column); });
  for (const auto& [place, text] : lines) add(fmt::format("{}:{}:{}: {}", file.name, place.line, place.column, text));
  return fail(ErrorCode::invalid, std::move(reason));
}

Result<std::string> listen_address(const std::string& written) {
  if (written == "localhost") return std::string("127.0.0.1");
  in6_addr place{};
  const bool valid =
      inet_pton(AF_INET, written.c_str(), &place) == 1 || inet_pton(AF_INET6, written.c_str(), &place) == 1;
  if (valid) return written;
  return fail(
      ErrorCode::invalid,
      fmt::format("must be an IPv4 or IPv6 address of this machine or \"localhost\", not \"{}\": \"0.0.0.0\" accepts "
                  "connections from other machines",
                  written));
}

std::vector<std::string> warnings_of(const Config& config) {
  std::vector<std::string> warnings;
  const auto& address = config.listener.address;
  const bool is_public = !address.starts_with("127.") && address != "::1";
  if (is_public && !config.proxy && (config.tokens.given())) {
    warnings.push_back(
        fmt::format("`address` is {} and clients send tokens, but this server does not use TLS: tokens can be read on "
                    "the network. Put a proxy that terminates TLS in front of it and set `proxy`.",
                    address));
  }
  if (!is_public && config.proxy && config.origins.check == OriginPolicy::Check::conn) {
    warnings.push_back(
        "`origins` is [\":conn\"] behind a `proxy`: pages loaded over https do not match this server's scheme and are "
        "rejected. List their origin instead.");
  }
  return warnings;
}

}  // namespace entmoot_app
