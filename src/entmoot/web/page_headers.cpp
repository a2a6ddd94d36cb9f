// SPDX-License-Identifier: MIT

#include <entmoot/web/page_headers.hpp>

#include <entmoot/web/http_grammar.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace entmoot {

namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find(' ', at), text.size());
    if (end > at) words.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

/// Each directive as its words.
std::vector<std::vector<std::string>> directives_of(std::string_view policy) {
  std::vector<std::vector<std::string>> directives;
  for (std::size_t at = 0; at <= policy.size();) {
    const auto end = std::min(policy.find(';', at), policy.size());
    if (auto words = words_of(policy.substr(at, end - at)); !words.empty()) directives.push_back(std::move(words));
    at = end + 1;
  }
  return directives;
}

bool is_source(std::string_view text) noexcept {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != ';' && c != ','; });
}

}  // namespace

Result<std::string> relax_content_policy(std::string_view policy, std::string_view name,
                                         const std::vector<std::string>& sources) {
  const auto is_name_char = [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; };
  if (name.empty() || !std::ranges::all_of(name, is_name_char)) {
    return fail(ErrorCode::invalid, fmt::format("\"{}\" is not a directive such as \"img-src\"", name));
  }
  for (const std::string& source : sources) {
    if (is_source(source)) continue;
    return fail(ErrorCode::invalid,
                fmt::format("\"{}\" is not a source such as \"blob:\" or \"'wasm-unsafe-eval'\"", source));
  }
  auto directives = directives_of(policy);
  const auto named = [&](std::string_view wanted) {
    return std::ranges::find_if(directives, [&](const auto& words) { return words.front() == wanted; });
  };
  auto found = named(name);
  if (found == directives.end()) {
    std::vector<std::string> words = {std::string(name)};
    const auto fallback = named("default-src");
    if (name.ends_with("-src") && fallback != directives.end()) {
      words.insert(words.end(), fallback->begin() + 1, fallback->end());
    }
    directives.push_back(std::move(words));
    found = directives.end() - 1;
  }
  if (!sources.empty()) std::erase(*found, "'none'");
  for (const std::string& source : sources) {
    if (std::ranges::find(*found, source) == found->end()) found->push_back(source);
  }
  std::vector<std::string> texts;
  texts.reserve(directives.size());
  for (const auto& words : directives) texts.push_back(fmt::format("{}", fmt::join(words, " ")));
  return fmt::format("{}", fmt::join(texts, "; "));
}

bool matches_wildcard(std::string_view pattern, std::string_view text) noexcept {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  pattern.remove_prefix(star);
  text.remove_prefix(star);
  // Each piece between two stars is taken where it comes first; the last one has to be at the end.
  while (!pattern.empty()) {
    pattern.remove_prefix(std::min(pattern.find_first_not_of('*'), pattern.size()));
    const auto next = pattern.find('*');
    const auto piece = pattern.substr(0, next);
    if (next == std::string_view::npos) return text.ends_with(piece);
    const auto at = text.find(piece);
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + piece.size());
    pattern.remove_prefix(next);
  }
  return true;
}

void PageHeaders::apply(std::string_view path, std::vector<HttpHeader>& headers) const {
  for (const HeaderRule& rule : rules) {
    if (!matches_wildcard(rule.pattern, path)) continue;
    for (const HttpHeader& header : rule.headers) {
      std::erase_if(headers, [&](const HttpHeader& other) { return same_name(other.name, header.name); });
      if (!header.value.empty()) headers.push_back(header);
    }
  }
}

Result<void> check_page_header(const HttpHeader& header) {
  static constexpr std::string_view reserved[] = {
      "connection", "content-length", "transfer-encoding", "keep-alive",       "upgrade",      "date", "te",
      "trailer",    "etag",           "content-range",     "content-encoding", "accept-ranges"};
  if (!is_token(header.name))
    return fail(ErrorCode::invalid, fmt::format("\"{}\" is not the name of a header", header.name));
  if (std::ranges::any_of(reserved, [&](std::string_view own) { return same_name(own, header.name); })) {
    return fail(ErrorCode::invalid, fmt::format("\"{}\" is set by the server", header.name));
  }
  if (!std::ranges::all_of(header.value, is_value_char)) {
    return fail(ErrorCode::invalid, fmt::format("the value of \"{}\" has a control character", header.name));
  }
  return {};
}

}  // namespace entmoot
