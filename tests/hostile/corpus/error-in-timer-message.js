// SPDX-License-Identifier: MIT
// An error in a timer, whose message never ends.
// expect: dropped "out of time"
function run() { setTimeout(() => { throw { get message() { for (;;); } }; }, 1); return 'begun'; }
