// SPDX-License-Identifier: MIT
//
// After a reconnect the room sends its history again. Most of it is already shown; drawing it again would lose the scroll
// position and make a screen reader start over. So the page finds the end of the shown messages in the new history.

import { type Message, sameMessage } from "./message.ts";

export interface Continuation {
  continues: boolean; // False if the history does not contain the shown messages: the room was restarted.
  news: Message[];
}

/** `history` may lack its oldest messages (a room keeps a bounded number) and have new ones at its end. */
export function continuation(shown: readonly Message[], history: readonly Message[]): Continuation {
  if (shown.length === 0) return { continues: true, news: [...history] };
  for (let lost = Math.max(0, shown.length - history.length); lost < shown.length; ++lost) {
    const kept = shown.length - lost;
    let same = 0;
    while (same < kept && sameMessage(shown[lost + same]!, history[same]!)) ++same;
    if (same === kept) return { continues: true, news: history.slice(kept) };
  }
  // The page may show only the end of a longer history.
  const first = history.findIndex((message) => sameMessage(message, shown[0]!));
  if (
    first > 0 &&
    shown.every((message, i) => first + i < history.length && sameMessage(message, history[first + i]!))
  ) {
    return { continues: true, news: history.slice(first + shown.length) };
  }
  return { continues: false, news: [...history] };
}
