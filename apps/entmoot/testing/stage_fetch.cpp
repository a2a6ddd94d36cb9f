// SPDX-License-Identifier: MIT

#include "stage_fetch.hpp"

#include <entmoot/core/effects.hpp>

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include <string>
#include <utility>
#include <variant>

namespace entmoot_app {

using namespace entmoot;

namespace {

constexpr const char* handler = "entmoot:fetch";
constexpr Duration timeout = std::chrono::hours(1);  // tests end earlier

Result<FetchUrl> url_of(const JsonText& args) {
  const auto json = args.parse();
  const Json* asked = json && json->is_array() && !json->get_array().empty() ? &json->get_array()[0] : nullptr;
  const auto* object = asked ? asked->if_object() : nullptr;
  const Json* url = object ? object->if_contains("url") : nullptr;
  if (!url || !url->is_string()) return fail(ErrorCode::invalid, "entmoot:fetch: expected a request");
  return FetchUrl::parse(url->get_string());
}

}  // namespace

void StageFetch::add_to(Handlers& handlers) {
  const Handlers::Handler* real = handlers.find(handler);
  if (!real) return;
  handlers.on_later(
      handler,
      [this, network = std::get<Handlers::Later>(*real)](JsonText args, ReplyTo reply) {
        if (!answers_) return network(std::move(args), std::move(reply));
        Effects::release_or_hold([this, args = std::move(args), reply = std::move(reply)]() mutable {
          take(std::move(args), std::move(reply));
        });
      },
      timeout);
}

void StageFetch::take(JsonText args, ReplyTo reply) {
  const auto url = url_of(args);
  if (!url) return std::move(reply)(url.error());
  if (policy_.judge(*url) == FetchPolicy::Verdict::refused) {
    return std::move(reply)(
        fail(ErrorCode::failed,
             fmt::format("fetch to {} is not allowed: add it to `fetch` in entmoot.config.ts", url->origin())));
  }
  open_.emplace(++last_, std::move(reply));
  waiting_.emplace_back(last_, std::move(args));
  offer();
}

void StageFetch::next(ReplyTo reply) {
  answers_ = true;
  asking_ = std::move(reply);
  offer();
}

void StageFetch::offer() {
  if (waiting_.empty() || !asking_.wanted()) return;
  const auto [id, args] = std::move(waiting_.front());
  waiting_.pop_front();
  std::move(asking_)(JsonText::trusted(fmt::format(R"({{"id":{},"asked":{}}})", id, args.view())));
}

void StageFetch::answer(std::uint64_t id, Result<JsonText> response) {
  auto found = open_.extract(id);
  if (!found.empty()) std::move(found.mapped())(std::move(response));
}

void StageFetch::clear() {
  answers_ = false;
  asking_ = {};
  waiting_.clear();
  open_.clear();
}

}  // namespace entmoot_app
