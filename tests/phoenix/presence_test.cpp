// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/presence.hpp>
