// SPDX-License-Identifier: MIT
//
// The room is part of the address (/?room=general), so that a link can be shared and the browser's back button returns to
// the previous room. "#general" is accepted too and replaced by the long form.

const DEFAULT_ROOM = "general";

export const ROOM_MAX_CHARACTERS = 100; // Long enough for a sentence, short enough for a title.

/** The room's name in a text that a user typed or linked to. */
export function roomNamed(text: string): string {
  const name = text.trim().replace(/^#+/, "").trim();
  return [...name].slice(0, ROOM_MAX_CHARACTERS).join("") || DEFAULT_ROOM;
}

export function roomInAddress(location: Location): string {
  const asked = new URLSearchParams(location.search).get("room");
  if (asked !== null) return roomNamed(asked);
  return roomNamed(decoded(location.hash.slice(1)));
}

export function addressOf(room: string): string {
  return `/?${new URLSearchParams({ room })}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A lone "%" in a hash is a percent sign.
  }
}
