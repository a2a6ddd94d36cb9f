// SPDX-License-Identifier: MIT
//
// The assertions of the scenarios. They run in Node and in a page, so they depend on neither.

const described = (_, part) => {
  if (part === undefined) return "undefined";
  if (part instanceof ArrayBuffer) return `bytes ${new Uint8Array(part).join(" ")}`;
  if (part === null || typeof part !== "object" || Array.isArray(part)) return part;
  return Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)));
};
const text = (value) => JSON.stringify(value, described);

/** Whether two values look the same: JSON, with ArrayBuffers by their bytes. */
export function same(seen, wanted) {
  if (text(seen) !== text(wanted)) throw new Error(`seen ${text(seen)}, wanted ${text(wanted)}`);
}
