// SPDX-License-Identifier: MIT

#include <entmoot/web/permessage_deflate.hpp>

#include <entmoot/web/deflate.hpp>
#include <entmoot/web/http_request.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace entmoot {

namespace {

struct Parameter {
  std::string name;
  std::optional<std::string> value;
};
struct Offer {
  std::string extension;
  std::vector<Parameter> parameters;
};

bool is_token_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

/// The grammar of RFC 6455 §9.1: token *( ";" token [ "=" ( token | quoted token ) ] ), separated by commas.
class OfferParser {
 public:
  explicit OfferParser(std::string_view text) noexcept : rest_(text) {}

  /// Nothing if the text violates the grammar.
  std::optional<std::vector<Offer>> parse() {
    std::vector<Offer> offers;
    for (;;) {
      while (take(',')) continue;  // a list may have empty members (RFC 9110 §5.6.1)
      if (rest_.empty()) return offers;
      Offer offer{token(), {}};
      if (offer.extension.empty()) return std::nullopt;
      while (take(';')) {
        Parameter parameter{token(), std::nullopt};
        if (parameter.name.empty()) return std::nullopt;
        if (take('=')) {
          auto read = value();
          if (!read) return std::nullopt;
          parameter.value = std::move(read);
        }
        offer.parameters.push_back(std::move(parameter));
      }
      offers.push_back(std::move(offer));
      skip_space();
      if (!rest_.empty() && rest_.front() != ',') return std::nullopt;
    }
  }

 private:
  void skip_space() noexcept { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }
  bool take(char c) noexcept {
    skip_space();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string token() {
    skip_space();
    const auto length = static_cast<std::size_t>(std::ranges::find_if_not(rest_, is_token_char) - rest_.begin());
    std::string out(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return out;
  }
  std::optional<std::string> value() {
    if (!take('"')) {
      auto out = token();
      return out.empty() ? std::nullopt : std::optional(std::move(out));
    }
    std::string out;
    for (;;) {
      if (rest_.empty()) return std::nullopt;
      char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return out.empty() ? std::nullopt : std::optional(std::move(out));
      if (c == '\\') {
        if (rest_.empty()) return std::nullopt;
        c = rest_.front();
        rest_.remove_prefix(1);
      }
      if (!is_token_char(c)) return std::nullopt;  // the unquoted value has to be a token
      out += c;
    }
  }

  std::string_view rest_;
};

/// 8 to 15, in decimal, without a leading zero (§7.1.2).
std::optional<int> window_bits_of(std::string_view text) noexcept {
  if (text == "8" || text == "9") return text[0] - '0';
  if (text.size() == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5') return 10 + (text[1] - '0');
  return std::nullopt;
}

}  // namespace

std::optional<PerMessageDeflate> PerMessageDeflate::accept(std::string_view text) {
  const auto offers = OfferParser(text).parse();
  if (!offers) return std::nullopt;
  for (const Offer& offer : *offers) {
    if (!same_name(offer.extension, "permessage-deflate")) continue;
    PerMessageDeflate accepted;
    unsigned seen = 0;
    const auto acceptable = [&](const Parameter& parameter) {
      const auto is = [&](std::string_view name, unsigned bit) {
        if (!same_name(parameter.name, name) || (seen & bit) != 0) return false;
        seen |= bit;
        return true;
      };
      if (is("server_no_context_takeover", 1) || is("client_no_context_takeover", 2)) return !parameter.value;
      const int bits = parameter.value ? window_bits_of(*parameter.value).value_or(0) : 0;
      if (is("client_max_window_bits", 4)) return !parameter.value || bits != 0;
      if (!is("server_max_window_bits", 8) || bits == 0 || bits == 8) return false;
      accepted.window_bits_ = bits;
      accepted.window_requested_ = true;
      return true;
    };
    if (std::ranges::all_of(offer.parameters, acceptable)) return accepted;
  }
  return std::nullopt;
}

std::string PerMessageDeflate::answer() const {
  std::string out = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  if (window_requested_) out += "; server_max_window_bits=" + std::to_string(window_bits_);
  return out;
}

SharedBytes PerMessageDeflate::compressed(const SharedBytes& plain) const {
  if (plain.size() < plain_below_bytes || plain.size() > plain_above_bytes) return {};
  // No distance in a stream exceeds the message, so a short message deflated for the largest window fits any window.
  if (window_bits_ == 15 || plain.size() <= (std::size_t{1} << window_bits_)) {
    return plain.derived([&] { return deflate_message(plain.view(), 15); });
  }
  return deflate_message(plain.view(), window_bits_);
}

}  // namespace entmoot
