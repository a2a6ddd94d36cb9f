// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/presence.hpp>

#include <entmoot/base/base64.hpp>
#include <entmoot/base/check.hpp>
#include <entmoot/base/guarded.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/base/utf8.hpp>
#include <entmoot/phoenix/channel_server.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <exception>
#include <random>
#include <unordered_set>
#include <utility>

namespace entmoot {

namespace {

/// Makes each `phx_ref`: 12 bytes as base64url, six that identify this run of this replica, and a counter.
class RefSource {
 public:
  std::string next() {
    ++count_;
    std::string bytes;
    for (const std::uint64_t half : {run_, count_}) {
      for (int shift = 40; shift >= 0; shift -= 8) bytes += static_cast<char>(half >> shift);
    }
    return base64url_encode(bytes);
  }

 private:
  static std::uint64_t random_run() {
    std::random_device random;
    return std::uint64_t{random()} << 32 | random();
  }
  const std::uint64_t run_ = random_run();
  std::uint64_t count_ = 0;
};

/// `object` is a JSON object's text; the refs come last.
JsonText with_refs(std::string object, std::string_view ref, std::string_view previous) {
  object.pop_back();
  if (object.size() > 1) object += ',';
  object += fmt::format(R"("phx_ref":"{}")", ref);
  if (!previous.empty()) object += fmt::format(R"(,"phx_ref_prev":"{}")", previous);
  object += '}';
  return JsonText::trusted(std::string_view(object));
}

/// The ref that with_refs() has appended: a meta may be nested too deeply to become a tree here.
std::string ref_of(const JsonText& meta) {
  constexpr std::string_view name = R"("phx_ref":")";
  const std::string_view text = meta.view();
  const auto at = text.rfind(name);
  ENTMOOT_CHECK(at != std::string_view::npos, "a tracked meta has its ref");
  const auto ref = text.substr(at + name.size());
  return std::string(ref.substr(0, ref.find('"')));
}

/// Whether a member may be a ref: its name may be written with escapes.
bool may_have_refs(std::string_view object) noexcept {
  return object.find("phx_ref") != std::string_view::npos || object.find("\\u00") != std::string_view::npos;
}

void append_value(std::string& out, const std::vector<JsonText>& metas, const boost::json::object* fields) {
  out += R"({"metas":[)";
  for (std::size_t i = 0; i < metas.size(); ++i) {
    if (i > 0) out += ',';
    out += metas[i].view();
  }
  out += ']';
  if (fields) {
    for (const auto& [name, value] : *fields) {
      if (name == "metas") continue;
      out += ',';
      append_json_string(out, name);
      out += ':';
      out += to_json(value);
    }
  }
  out += '}';
}

}  // namespace

struct Presence::Replica {
  explicit Replica(unsigned shard) : state(static_cast<ReplicaId>(shard + 1)) {}

  PresenceState state;
  RefSource refs;
  std::uint64_t last_owner = 0;
  std::unordered_set<PresenceOwner> monitored;  // channels with a monitor()

  // The last list that was read, until its topic changes: often many clients of one topic get it one after another.
  std::string listed_topic;
  std::optional<JsonText> listed;
};

Presence::Presence(Shards& shards, PubSub& pubsub, PresenceOptions options)
    : shards_(shards),
      pubsub_(pubsub),
      options_(std::move(options)),
      replicas_(shards.size(), [](unsigned index) { return std::make_unique<Replica>(index); }) {}

Presence::~Presence() = default;

// --- channels

/// The owner of a joined channel is the id of its subscription, which is unique in the process.
PresenceOwner Presence::owner_of(const Channel& channel) {
  return static_cast<PresenceOwner>(channel.server_->subscriber());
}

Result<std::string> Presence::track(Channel& channel, std::string_view key, const JsonText& meta) {
  const PresenceOwner owner = owner_of(channel);
  if (owner == PresenceOwner::none) {
    return fail(ErrorCode::invalid, "the channel has not joined: call track in after({}, …), not in join()");
  }
  auto ref = track(owner, channel.topic(), key, meta);
  if (ref && replicas_.local().monitored.insert(owner).second) {
    channel.server_->monitor([this, owner] {
      replicas_.local().monitored.erase(owner);
      untrack(owner);
    });
  }
  return ref;
}

Result<std::string> Presence::update(Channel& channel, std::string_view key, const JsonText& meta) {
  return update(owner_of(channel), channel.topic(), key, meta);
}

void Presence::untrack(Channel& channel, std::string_view key) { untrack(owner_of(channel), channel.topic(), key); }

// --- owners

PresenceOwner Presence::new_owner() {
  // The upper bit is clear in every subscription's id.
  constexpr std::uint64_t no_channel = std::uint64_t{1} << 63;
  const std::uint64_t shard = Shard::here().index();
  return static_cast<PresenceOwner>(no_channel | shard << 48 | ++replicas_.local().last_owner);
}

Result<std::string> Presence::track(PresenceOwner owner, std::string_view topic, std::string_view key,
                                    const JsonText& meta) {
  Replica& replica = replicas_.local();
  if (replica.state.find(topic, owner, key)) {
    return fail(ErrorCode::already_exists, fmt::format("already tracked as {}: use update", log::quoted(key)));
  }
  if (auto allowed = within_limits(owner, topic, key); !allowed) return allowed.error();
  auto object = checked(meta);
  if (!object) return object.error();
  std::string ref = replica.refs.next();
  publish(replica.state.join({std::string(topic), owner, std::string(key), with_refs(std::move(*object), ref, {})}));
  return ref;
}

Result<std::string> Presence::update(PresenceOwner owner, std::string_view topic, std::string_view key,
                                     const JsonText& meta) {
  Replica& replica = replicas_.local();
  const PresenceEntry* const old = replica.state.find(topic, owner, key);
  if (!old) return fail(ErrorCode::not_found, fmt::format("not tracked as {}: use track first", log::quoted(key)));
  auto object = checked(meta);
  if (!object) return object.error();
  std::string ref = replica.refs.next();
  auto text = with_refs(std::move(*object), ref, ref_of(old->meta));
  publish(replica.state.join({std::string(topic), owner, std::string(key), std::move(text)}));
  return ref;
}

bool Presence::is_tracked(PresenceOwner owner, std::string_view topic, std::string_view key) const {
  return replicas_.local().state.find(topic, owner, key) != nullptr;
}

void Presence::untrack(PresenceOwner owner, std::string_view topic, std::string_view key) {
  publish(replicas_.local().state.leave(topic, owner, key));
}

void Presence::untrack(PresenceOwner owner) { publish(replicas_.local().state.leave_all(owner)); }

Result<void> Presence::within_limits(PresenceOwner owner, std::string_view topic, std::string_view key) const {
  const PresenceLimits& limits = options_.limits;
  const PresenceState& state = replicas_.local().state;
  if (key.size() > limits.key_bytes) {
    return fail(ErrorCode::limit,
                fmt::format("the key has {} bytes, the limit is {}: use an id (PresenceLimits::key_bytes)", key.size(),
                            limits.key_bytes));
  }
  if (!is_utf8(key)) return fail(ErrorCode::invalid, "the key is not UTF-8");
  if (state.count(owner) >= limits.per_owner) {
    return fail(ErrorCode::limit,
                fmt::format("too many presences: the limit is {} per channel; untrack one (PresenceLimits::per_owner)",
                            limits.per_owner));
  }
  if (state.count(topic) >= limits.per_topic) {
    return fail(
        ErrorCode::limit,
        fmt::format("too many presences: the limit is {} per topic; use more topics (PresenceLimits::per_topic)",
                    limits.per_topic));
  }
  return {};
}

/// The text of `meta` as an object without refs.
Result<std::string> Presence::checked(const JsonText& meta) const {
  const std::size_t bytes = meta.view().size();
  if (bytes > options_.limits.meta_bytes) {
    return fail(ErrorCode::limit,
                fmt::format("the meta has {} bytes, the limit is {}: store an id and add the rest in fetch "
                            "(PresenceLimits::meta_bytes)",
                            bytes, options_.limits.meta_bytes));
  }
  if (!meta.view().starts_with('{')) return fail(ErrorCode::invalid, "the meta is not a JSON object");
  if (!may_have_refs(meta.view())) return std::string(meta.view());
  auto json = meta.parse();
  if (!json) return json.error();
  auto* const object = json->if_object();
  if (!object) return fail(ErrorCode::invalid, "the meta is not a JSON object");
  // Remove refs that a client has sent back: only the server assigns them.
  const bool had_ref = object->erase("phx_ref") > 0;
  const bool had_previous = object->erase("phx_ref_prev") > 0;
  return had_ref || had_previous ? to_json(*json) : std::string(meta.view());
}

// --- publishing

void Presence::publish(PresenceState::Step step) {
  if (step.changes.empty()) return;
  const auto news = std::make_shared<const PresenceNews>(std::move(step.news));
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    if (shards_[i].is_here()) continue;
    shards_[i].post([this, news] { announce(replicas_.local().state.merge(*news)); });
  }
  announce(step.changes);
}

/// Broadcasts one diff for each topic: only the changes, with both halves always present.
void Presence::announce(const PresenceChanges& changes) {
  struct Diff {
    PresenceMetas joins;
    PresenceMetas leaves;
  };
  std::map<std::string_view, Diff> diffs;
  Replica& replica = replicas_.local();
  for (const PresenceEntry& entry : changes.joined) diffs[entry.topic].joins[entry.key].push_back(entry.meta);
  for (const PresenceEntry& entry : changes.left) diffs[entry.topic].leaves[entry.key].push_back(entry.meta);
  for (const auto& [topic, diff] : diffs) {
    if (topic == replica.listed_topic) replica.listed.reset();
    if (pubsub_.count_here(topic) == 0) continue;
    std::string payload = R"({"joins":)";
    append_object(payload, topic, diff.joins);
    payload += R"(,"leaves":)";
    append_object(payload, topic, diff.leaves);
    payload += '}';
    pubsub_.local_broadcast(topic, "presence_diff", JsonText::trusted(std::string_view(payload)));
  }
}

PresenceFields Presence::fetch(std::string_view topic, const PresenceMetas& presences) const {
  if (!options_.fetch || presences.empty()) return {};
  auto fields = guarded([&] { return options_.fetch(topic, presences); });
  if (fields) return *std::move(fields);
  log::error("presence of {}: the `fetch` callback threw {}", log::quoted(topic), log::quoted(fields.error().reason));
  return {};
}

void Presence::append_object(std::string& out, std::string_view topic, const PresenceMetas& presences) const {
  const PresenceFields fields = fetch(topic, presences);
  out += '{';
  for (bool first = true; const auto& [key, metas] : presences) {
    if (!std::exchange(first, false)) out += ',';
    append_json_string(out, key);
    out += ':';
    const auto more = fields.find(key);
    append_value(out, metas, more == fields.end() ? nullptr : &more->second);
  }
  out += '}';
}

// --- reading

JsonText Presence::list(std::string_view topic) const {
  Replica& replica = replicas_.local();
  if (replica.listed && replica.listed_topic == topic) return *replica.listed;
  PresenceMetas presences;
  for (const PresenceEntry* entry : replica.state.list(topic)) presences[entry->key].push_back(entry->meta);
  std::string text;
  append_object(text, topic, presences);
  auto list = JsonText::trusted(std::string_view(text));
  if (options_.fetch) return list;  // its fields may change at any time
  replica.listed_topic = topic;
  replica.listed = list;
  return list;
}

std::optional<JsonText> Presence::get_by_key(std::string_view topic, std::string_view key) const {
  PresenceMetas presences;
  for (const PresenceEntry* entry : replicas_.local().state.list(topic)) {
    if (entry->key == key) presences[entry->key].push_back(entry->meta);
  }
  if (presences.empty()) return {};
  const PresenceFields fields = fetch(topic, presences);
  const auto more = fields.find(presences.begin()->first);
  std::string text;
  append_value(text, presences.begin()->second, more == fields.end() ? nullptr : &more->second);
  return JsonText::trusted(std::string_view(text));
}

}  // namespace entmoot
