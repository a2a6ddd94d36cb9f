// SPDX-License-Identifier: MIT

#pragma once

// The sanitizer that this build uses. Fibers notify it of each switch. Sanitizers delay signals and lay out shadow
// memory by address, so forced preemption (core/slicer.hpp) and fixed addresses (js/region.hpp) are off under them.

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
