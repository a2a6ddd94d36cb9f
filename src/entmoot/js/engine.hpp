// SPDX-License-Identifier: MIT

#pragma once

// QuickJS-ng. Nothing above the js floor includes this.

#include <quickjs.h>
