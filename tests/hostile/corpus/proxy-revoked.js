// SPDX-License-Identifier: MIT
// A proxy that is revoked while it is being used.
// expect: bounded: "TypeError"
function run() { const { proxy, revoke } = Proxy.revocable({}, { ownKeys() { revoke(); return ['a']; } }); try { return { ...proxy }; } catch (error) { return error.name; } }
