// SPDX-License-Identifier: MIT

#include "operator_access.hpp"

#include <entmoot/phoenix/query.hpp>

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <vector>

#include <unistd.h>

namespace entmoot_app {

using namespace entmoot;

namespace {

/// The words of a line.
std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (;;) {
    const auto begin = line.find_first_not_of(' ');
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    const auto end = std::min(line.find(' '), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

template <class T>
std::optional<T> number(std::string_view text, int base) {
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "0100007F:0FA0": an address, whose words are in the order of the machine, and a port.
bool is_loopback_at(std::string_view place, std::uint16_t port) {
  const auto colon = place.find(':');
  if (colon == std::string_view::npos || number<std::uint16_t>(place.substr(colon + 1), 16) != port) return false;
  const auto address = place.substr(0, colon);
  if (address.size() == 8) return address.ends_with("7F");
  return address == "00000000000000000000000001000000" ||
         (address.starts_with("0000000000000000FFFF0000") && address.ends_with("7F"));
}

/// In a time that does not depend on where the texts differ.
bool same_secret(std::string_view a, std::string_view b) {
  unsigned char differs = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size(); ++i) {
    differs |= static_cast<unsigned char>(a[i] ^ (b.empty() ? '\0' : b[i % b.size()]));
  }
  return differs == 0;
}

}  // namespace

std::optional<uid_t> loopback_user_in(std::string_view table, std::uint16_t port, std::uint16_t to_port) {
  constexpr std::size_t local = 1, remote = 2, state = 3, user = 7;
  while (!table.empty()) {
    const auto end = std::min(table.find('\n'), table.size());
    const auto words = words_of(table.substr(0, end));
    table.remove_prefix(std::min(end + 1, table.size()));
    if (words.size() <= user || words[state] != "01") continue;  // ESTABLISHED
    if (is_loopback_at(words[local], port) && is_loopback_at(words[remote], to_port)) {
      return number<uid_t>(words[user], 10);
    }
  }
  return std::nullopt;
}

std::optional<uid_t> loopback_user(std::uint16_t port, std::uint16_t to_port) {
  for (const char* path : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream file(path);
    const std::string table((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (const auto user = loopback_user_in(table, port, to_port)) return user;
  }
  return std::nullopt;
}

Result<std::string> operator_of(const Client& client, std::string_view token, std::uint16_t port) {
  const auto* given = find_string(client.params, "token");
  if (!token.empty() && given) {
    if (same_secret(*given, token)) return "with the token, from " + client.info.peer;
    return fail(ErrorCode::unauthorized, "wrong token");
  }
  if (!token.empty()) return fail(ErrorCode::unauthorized, "token required");
  if (!client.info.peer_is_loopback || !client.info.is_local) {
    return fail(ErrorCode::unauthorized, "the dashboard is open to this machine only; set `dashboard.token`");
  }
  const auto user = loopback_user(client.info.peer_port, port);
  if (!user || (*user != ::getuid() && *user != 0)) {
    return fail(ErrorCode::unauthorized,
                "the dashboard is open to programs of the server's own user only; set `dashboard.token`");
  }
  return fmt::format("of this machine, user {}", *user);
}

}  // namespace entmoot_app
