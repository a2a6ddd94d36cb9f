// SPDX-License-Identifier: MIT
// Deletes every global there is.
// expect: bounded: "alive"
function run() { for (const name of Object.getOwnPropertyNames(globalThis)) if (name !== 'run' && name !== 'ping') try { delete globalThis[name]; } catch {} return 'alive'; }
