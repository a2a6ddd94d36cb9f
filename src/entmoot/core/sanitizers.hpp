// SPDX-License-Identifier: MIT

#pragma once

// Which sanitizer this is built with. Fibers tell it of each switch; where signals are delayed or shadow memory is laid
// out by address, the mechanism that depends on them is off (core/slicer.hpp, js/region.hpp say so).

namespace entmoot {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool with_asan = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
inline constexpr bool with_asan = true;
#else
inline constexpr bool with_asan = false;
#endif
#else
inline constexpr bool with_asan = false;
#endif

#if defined(__SANITIZE_THREAD__)
inline constexpr bool with_tsan = true;
#else
inline constexpr bool with_tsan = false;
#endif

}  // namespace entmoot
