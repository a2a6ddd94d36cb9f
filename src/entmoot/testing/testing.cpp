// SPDX-License-Identifier: MIT

#include <entmoot/testing/manual_clock.hpp>
