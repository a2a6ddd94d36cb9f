// SPDX-License-Identifier: MIT
//
// phoenix.js 1.7 looks for its globals in `self`, once, when it is loaded; Node 20 has no `self`. Import this file
// first.

globalThis.self ??= globalThis;
