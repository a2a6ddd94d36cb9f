// SPDX-License-Identifier: MIT
//
// phoenix.js 1.7 looks for its surroundings in `self`, once, when it is loaded; Node 20 has no such name. To be imported
// before it.

globalThis.self ??= globalThis;
