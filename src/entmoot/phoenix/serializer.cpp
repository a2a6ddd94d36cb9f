// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/serializer.hpp>

#include <entmoot/phoenix/v1_json_serializer.hpp>
#include <entmoot/phoenix/v2_json_serializer.hpp>

#include <algorithm>
#include <array>

namespace entmoot {

namespace {

const V1JsonSerializer v1;
const V2JsonSerializer v2;

constexpr std::array<const Serializer*, serializer_count> all = {&v1, &v2};

struct Offer {
  std::string_view series;  // "major.minor." of the supported versions
  const Serializer* serializer;
};

// Phoenix.Socket's default list of serializers.
constexpr std::array<Offer, 2> offers = {{{"1.0.", &v1}, {"2.0.", &v2}}};

/// Semantic Versioning 2.0.0, item 2: digits without a leading zero.
bool is_version_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }) &&
         (text.size() == 1 || text[0] != '0');
}

}  // namespace

Result<const Serializer*> serializer_for(std::string_view vsn) {
  for (const Offer& offer : offers) {
    if (vsn.starts_with(offer.series) && is_version_number(vsn.substr(offer.series.size()))) return offer.serializer;
  }
  return fail(ErrorCode::invalid, "unsupported vsn");
}

std::span<const Serializer* const, serializer_count> all_serializers() { return all; }

}  // namespace entmoot
