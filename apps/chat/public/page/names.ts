// SPDX-License-Identifier: MIT
//
// Generates names for users without one, and derives from each name a tree and a colour, the same on every page.

const MANNERS = [
  "Quiet",
  "Old",
  "Tall",
  "Slow",
  "Mossy",
  "Young",
  "Grey",
  "Bright",
  "Gnarled",
  "Patient",
  "Windy",
  "Deep",
];
const TREES = [
  "Alder",
  "Ash",
  "Aspen",
  "Beech",
  "Birch",
  "Elm",
  "Hazel",
  "Juniper",
  "Larch",
  "Linden",
  "Maple",
  "Oak",
  "Pine",
  "Rowan",
  "Spruce",
  "Willow",
  "Yew",
];

export const NAME_MAX_CHARACTERS = 60;

const SHAPES = ["oak", "pine", "birch", "willow", "poplar", "thorn"] as const;
const HUES = 6; // The number of classes .hue-0, .hue-1, … in app.css.

export interface Looks {
  shape: (typeof SHAPES)[number];
  hue: number;
}

export function someName(): string {
  return `${oneOf(MANNERS)} ${oneOf(TREES)}`;
}

export function looksOf(name: string): Looks {
  let hash = 2166136261; // FNV-1a
  for (let i = 0; i < name.length; ++i) hash = Math.imul(hash ^ name.charCodeAt(i), 16777619) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 15), 2246822519) >>> 0; // Mixes the high bits into the low ones, which select the shape.
  hash = (hash ^ (hash >>> 13)) >>> 0;
  return { shape: SHAPES[hash % SHAPES.length]!, hue: Math.floor(hash / SHAPES.length) % HUES };
}

function oneOf(words: string[]): string {
  return words[Math.floor(Math.random() * words.length)]!;
}
