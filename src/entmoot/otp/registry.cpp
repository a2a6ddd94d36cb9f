// SPDX-License-Identifier: MIT

#include <entmoot/otp/registry.hpp>

#include <entmoot/base/check.hpp>

#include <memory>
#include <utility>

namespace entmoot {

void throw_exception_from_error(const AlreadyStarted& error, const boost::source_location& location) {
  throw_exception_from_error(error.error(), location);
}

Registry::Registry(Shards& shards)
    : shards_(shards), names_(shards.size(), [](unsigned) { return std::make_unique<Names>(); }) {}

Registry::Names& Registry::names_of(std::string_view key) const {
  Shard& home = shards_.home_of(key);
  home.assert_here();
  return names_.on(home);
}

boost::system::result<void, AlreadyStarted> Registry::register_name(std::string_view key, Actor& actor) {
  Names& names = names_of(key);
  ENTMOOT_CHECK(actor.shard().is_here(), "an actor lives on the home shard of its name");
  ENTMOOT_CHECK(actor.alive(), "only an actor that is alive is registered");
  if (ActorRef existing = lookup(key)) return AlreadyStarted{std::move(existing)};
  names.insert_or_assign(std::string(key), actor.ref());
  actor.monitor([&names, key = std::string(key), ref = actor.ref()](const ExitReason&) {
    const auto found = names.find(key);
    if (found != names.end() && found->second == ref) names.erase(found);
  });
  return {};
}

void Registry::unregister_name(std::string_view key) {
  Names& names = names_of(key);
  const auto found = names.find(key);
  if (found != names.end()) names.erase(found);
}

ActorRef Registry::lookup(std::string_view key) const {
  const Names& names = names_of(key);
  const auto found = names.find(key);
  return found == names.end() || found->second.mailbox().closed() ? ActorRef() : found->second;
}

void Registry::send(std::string_view key, Envelope envelope) {
  shards_.home_of(key).post([this, key = std::string(key), envelope = std::move(envelope)]() mutable {
    if (ActorRef found = lookup(key)) {
      found.mailbox().push(std::move(envelope));
    } else {
      std::move(envelope.reply)(fail(ErrorCode::no_process, "noproc"));
    }
  });
}

}  // namespace entmoot
