// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/pubsub.hpp>

#include <entmoot/core/effects.hpp>

#include <stdexcept>
#include <utility>

namespace entmoot {

namespace {

class Callback final : public Subscriber {
 public:
  explicit Callback(UniqueFunction<void(const Broadcast&)> callback) : callback_(std::move(callback)) {}
  void handle_broadcast(const Fastlane& message) override { callback_(message.broadcast()); }

 private:
  UniqueFunction<void(const Broadcast&)> callback_;
};

std::shared_ptr<Fastlane> make_message(std::string_view topic, std::string_view event, Payload payload) {
  if (!payload.is_object_or_binary()) {
    throw std::invalid_argument("the payload of a broadcast must be a JSON object or binary");
  }
  return std::make_shared<Fastlane>(Broadcast{std::string(topic), std::string(event), std::move(payload)});
}

}  // namespace

Subscription::Subscription(Subscription&& other) noexcept
    : table_(std::exchange(other.table_, nullptr)),
      place_(std::exchange(other.place_, {})),
      id_(std::exchange(other.id_, SubscriberId::none)),
      owned_(std::move(other.owned_)) {}

Subscription& Subscription::operator=(Subscription&& other) noexcept {
  if (this != &other) {
    end();
    table_ = std::exchange(other.table_, nullptr);
    place_ = std::exchange(other.place_, {});
    id_ = std::exchange(other.id_, SubscriberId::none);
    owned_ = std::move(other.owned_);
  }
  return *this;
}

void Subscription::end() noexcept {
  if (auto* table = std::exchange(table_, nullptr)) table->remove(std::exchange(place_, {}), std::move(owned_));
  id_ = SubscriberId::none;
  owned_.reset();
}

PubSub::PubSub(Shards& shards)
    : shards_(shards),
      tables_(shards.size(), [&](unsigned index) { return std::make_unique<SubscriberTable>(shards[index]); }) {}

Subscription PubSub::subscribe_fastlane(std::string_view topic, Subscriber& subscriber, SubscriberId id) {
  Subscription subscription;
  subscription.table_ = &tables_.local();
  subscription.id_ = id;
  subscription.place_ = subscription.table_->add(topic, subscriber, Lane::fast, id);
  return subscription;
}

Subscription PubSub::subscribe(std::string_view topic, UniqueFunction<void(const Broadcast&)> callback) {
  Subscription subscription;
  subscription.owned_ = std::make_unique<Callback>(std::move(callback));
  subscription.table_ = &tables_.local();
  subscription.id_ = subscription.table_->new_id();
  subscription.place_ = subscription.table_->add(topic, *subscription.owned_, Lane::callback, subscription.id_);
  return subscription;
}

void PubSub::broadcast(std::string_view topic, std::string_view event, Payload payload, BroadcastOptions options) {
  if (Shard::try_here()) {
    const std::size_t receivers = tables_.local().count(topic) * shards_.size();
    if (!Effects::charge_reach(receivers * (payload.bytes().size() + Outflow::item_bytes))) {
      throw std::length_error("the broadcasts of one turn reach too many clients with too many bytes (limit `fanOut`)");
    }
  }
  Effects::release_or_hold(
      [this, message = make_message(topic, event, std::move(payload)), options] { release(message, options); });
}

void PubSub::local_broadcast(std::string_view topic, std::string_view event, Payload payload) {
  const auto message = make_message(topic, event, std::move(payload));
  message->charge_to(Effects::releasing());
  message->released_at(Shard::here().now());
  SubscriberTable& table = tables_.local();
  table.deliver({message, SubscriberId::none, Lane::fast});
  Shard::here().post([&table, message] { table.deliver({message, SubscriberId::none, Lane::callback}); });
}

void PubSub::release(const std::shared_ptr<Fastlane>& message, BroadcastOptions options) {
  message->charge_to(Effects::releasing());
  if (options.counter && !options.counter->stopped) message->number(++options.counter->last);
  Shard* const publisher = Shard::try_here();
  message->released_at(publisher ? publisher->now() : shards_[0].clock().now());
  if (publisher) ++tables_.on(*publisher).counters().broadcasts;
  const auto post = [&](Shard& shard, bool fast_too) {
    shard.post([table = &tables_.on(shard), message, except = options.except, fast_too] {
      if (fast_too) table->deliver({message, except, Lane::fast});
      table->deliver({message, except, Lane::callback});
    });
  };
  Shard* const here = options.here == Here::at_once ? publisher : nullptr;
  if (here) tables_.on(*here).deliver({message, options.except, Lane::fast});
  for (std::size_t i = 0; i < shards_.size(); ++i) post(shards_[i], &shards_[i] != here);
}

}  // namespace entmoot
