// SPDX-License-Identifier: MIT
// A timer that arms the next.
// expect: lives
function run() { const again = () => setTimeout(again, 0); again(); return 'begun'; }
