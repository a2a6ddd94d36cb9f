// SPDX-License-Identifier: MIT

#include "environment.hpp"

#include "read_file.hpp"

#include <entmoot/base/utf8.hpp>

#include <fmt/format.h>
#include <boost/json/object.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include <unistd.h>

namespace entmoot_app {

using namespace entmoot;

namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_name(std::string_view text) {
  constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_.-0123456789";
  const bool begins_with_digit = !text.empty() && text.front() >= '0' && text.front() <= '9';
  return !text.empty() && !begins_with_digit && text.find_first_not_of(allowed) == std::string_view::npos;
}

/// The lines of a file, one variable after the other.
class DotenvReader {
 public:
  DotenvReader(std::string_view text, std::string_view file) : left_(text), file_(file) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (left_.starts_with(byte_order_mark)) left_.remove_prefix(byte_order_mark.size());
  }

  Result<Variables> read() {
    Variables variables;
    while (!left_.empty()) {
      line_ = next_line_;
      const std::string_view line = trimmed(left_.substr(0, left_.find('\n')));
      if (line.empty() || line.starts_with('#')) {
        (void)take_line();
        continue;
      }
      const auto equals = left_.find('=');
      if (equals == std::string_view::npos || equals > left_.find('\n')) return problem("expected NAME=value");
      std::string_view name = trimmed(left_.substr(0, equals));
      constexpr std::string_view exported = "export ";
      if (name.starts_with(exported)) name = trimmed(name.substr(exported.size()));
      if (!is_name(name)) return problem("the text before \"=\" is not the name of a variable");
      left_.remove_prefix(equals + 1);
      auto value = read_value();
      if (!value) return value.error();
      variables.insert_or_assign(std::string(name), *std::move(value));
    }
    return variables;
  }

 private:
  Error problem(std::string_view what) const {
    return fail(ErrorCode::invalid, fmt::format("{}:{}: {}", file_, line_, what));
  }

  std::string_view take_line() {
    const auto end = std::min(left_.find('\n'), left_.size());
    const std::string_view line = left_.substr(0, end);
    left_.remove_prefix(std::min(end + 1, left_.size()));
    ++next_line_;
    return line;
  }

  Result<std::string> read_value() {
    const auto begin = left_.find_first_not_of(blanks);
    const char quote = begin == std::string_view::npos ? '\n' : left_[begin];
    if (quote != '"' && quote != '\'' && quote != '`') {
      const std::string_view line = take_line();
      return std::string(trimmed(line.substr(0, line.find('#'))));
    }
    const auto end = left_.find(quote, begin + 1);
    if (end == std::string_view::npos) return problem("the value has no closing quote");
    std::string value(left_.substr(begin + 1, end - begin - 1));
    next_line_ += static_cast<std::size_t>(std::ranges::count(value, '\n'));
    left_.remove_prefix(end + 1);
    const std::string_view rest = trimmed(take_line());
    if (!rest.empty() && !rest.starts_with('#')) return problem("there is text after the closing quote");
    std::erase(value, '\r');
    if (quote == '"') {
      for (auto at = value.find("\\n"); at != std::string::npos; at = value.find("\\n", at + 1))
        value.replace(at, 2, "\n");
    }
    return value;
  }

  std::string_view left_;
  std::string_view file_;
  std::size_t line_ = 1;  // of the variable
  std::size_t next_line_ = 1;
};

}  // namespace

Result<Variables> read_dotenv(std::string_view text, std::string_view file) { return DotenvReader(text, file).read(); }

Environment Environment::of_process() {
  Environment made;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) made.variables_.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return made;
}

Result<void> Environment::add_dotenv(const std::filesystem::path& file) {
  std::error_code none;
  if (!std::filesystem::exists(file, none)) return {};
  const auto text = read_file(file);
  if (!text) return text.error();
  auto more = read_dotenv(*text, file.filename().string());
  if (!more) return more.error();
  variables_.merge(*more);
  return {};
}

JsonText process_of(const Variables& variables) {
  boost::json::object shown;
  for (const auto& [name, value] : variables) {
    if (is_utf8(name) && is_utf8(value)) shown[name] = value;
  }
  return JsonText::of({{"env", std::move(shown)}});
}

Variables Environment::only(const std::vector<std::string>& names) const {
  Variables some;
  for (const std::string& name : names) {
    if (state_of(name) == State::set) some.emplace(name, variables_.at(name));
  }
  return some;
}

Environment::State Environment::state_of(const std::string& name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end()) return State::missing;
  return is_utf8(found->second) ? State::set : State::not_utf8;
}

}  // namespace entmoot_app
