// SPDX-License-Identifier: MIT
//
// The leak of `--plant leak`: a room that keeps 1 MB beyond the memory that an ended room leaves to the next one. No reload
// changes it.

export const topic = "hoard:*";

export const kept = new Uint8Array(1_000_000).fill(1);
