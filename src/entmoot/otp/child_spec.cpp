// SPDX-License-Identifier: MIT

#include <entmoot/otp/child_spec.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/base/guarded.hpp>

#include <utility>

namespace entmoot {

Result<std::unique_ptr<Actor>> start(const ChildSpec& spec, Shard& shard) {
  shard.assert_here();
  Result<std::unique_ptr<Actor>> started = guarded([&] { return spec.start(shard); });
  if (started && *started)
    ENTMOOT_CHECK(&(*started)->shard() == &shard, "a child's actor lives on its supervisor's shard");
  return started;
}

}  // namespace entmoot
