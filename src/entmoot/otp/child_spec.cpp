// SPDX-License-Identifier: MIT

#include <entmoot/otp/child_spec.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/otp/turn.hpp>

#include <utility>

namespace entmoot {

Result<std::unique_ptr<Actor>> start(const ChildSpec& spec, Shard& shard) {
  shard.assert_here();
  Result<std::unique_ptr<Actor>> started = std::unique_ptr<Actor>();
  if (auto crash = guarded_turn([&] { started = spec.start(shard); })) return fail(std::move(crash->what));
  if (started && *started) ENTMOOT_CHECK(&(*started)->shard() == &shard, "a child lives on its supervisor's shard");
  return started;
}

}  // namespace entmoot
