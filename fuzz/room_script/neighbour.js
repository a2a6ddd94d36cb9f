// SPDX-License-Identifier: MIT
//
// The room beside the fuzzed one, on the same shard. It counts, and checks that its memory is as it left it.

export const topic = "neighbour:*";

let count = 0;
const bytes = new Uint8Array(4096).fill(7);
const texts = Array.from({ length: 100 }, (_, i) => `text ${i}`);

export function handleIn() {
  if (bytes.some((byte) => byte !== 7) || texts.some((text, i) => text !== `text ${i}`)) return { broken: true };
  return { count: ++count };
}
