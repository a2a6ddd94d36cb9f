// SPDX-License-Identifier: MIT

#include <entmoot/runtime/turn_record.hpp>

#include <entmoot/base/byte_writer.hpp>

#include <algorithm>
#include <utility>

namespace entmoot {

namespace {

constexpr std::uint8_t version = 1;

enum Flags : std::uint8_t {
  flag_ok = 1,
  flag_bytes = 2,
  flag_seed = 4,
  flag_threw = 8,
  flag_json = 16,  // the JSON is not null
  flag_set_aside = 32,
};

}  // namespace

std::string encode_turn(const Input& input, const TurnFacts& facts) {
  const bool has_json = input.json.view() != "null";
  std::uint8_t flags = 0;
  if (input.ok) flags |= flag_ok;
  if (input.bytes) flags |= flag_bytes;
  if (facts.seed) flags |= flag_seed;
  if (facts.threw) flags |= flag_threw;
  if (facts.set_aside) flags |= flag_set_aside;
  if (has_json) flags |= flag_json;
  ByteWriter out;
  out.byte(version).byte(static_cast<std::uint8_t>(input.kind)).byte(flags);
  out.number(static_cast<std::uint64_t>(facts.time_ms)).number(input.id).number(input.receiver).text(input.name);
  if (has_json) out.text(input.json.view());
  if (input.bytes) out.text(input.bytes->view());
  if (facts.seed) out.raw({reinterpret_cast<const char*>(facts.seed->data()), facts.seed->size()});
  out.number(facts.observations.size());
  for (const Observation& seen : facts.observations) {
    out.number(seen.request).byte(static_cast<std::uint8_t>(seen.kind)).text(seen.text);
  }
  out.fixed(facts.digest);
  return std::move(out).done();
}

Result<TurnRecord> decode_turn(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.byte() != version) return fail(ErrorCode::invalid, "the record of a turn has an unknown version");
  TurnRecord record;
  auto& [input, facts] = record;
  const std::uint8_t kind = in.byte();
  if (kind > static_cast<std::uint8_t>(js::Entry::Kind::fire)) in.fail();
  input.kind = static_cast<js::Entry::Kind>(kind);
  const std::uint8_t flags = in.byte();
  input.ok = (flags & flag_ok) != 0;
  facts.threw = (flags & flag_threw) != 0;
  facts.set_aside = (flags & flag_set_aside) != 0;
  facts.time_ms = static_cast<std::int64_t>(in.number());
  input.id = in.number();
  input.receiver = in.number();
  input.name = in.text();
  if (flags & flag_json) input.json = JsonText::trusted(in.text());
  if (flags & flag_bytes) input.bytes = SharedBytes(in.text());
  if (flags & flag_seed) {
    const std::string_view seed = in.raw(sizeof(RandomSeed));
    facts.seed.emplace();
    std::ranges::copy(seed, facts.seed->begin());
  }
  for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) {
    Observation& seen = facts.observations.emplace_back();
    seen.request = in.number();
    const std::uint8_t what = in.byte();
    if (what > static_cast<std::uint8_t>(Observation::Kind::error)) in.fail();
    seen.kind = static_cast<Observation::Kind>(what);
    seen.text = in.text();
  }
  facts.digest = in.fixed();
  if (!in.ok() || !in.at_end()) return fail(ErrorCode::invalid, "the record of a turn is damaged");
  return record;
}

}  // namespace entmoot
