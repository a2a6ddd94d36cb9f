// SPDX-License-Identifier: MIT
//
// After a reconnect the room sends its history again. Most of it is on the screen already; showing it anew would lose
// the reader's place and make a screen reader start over. So the page looks for the end of what it shows in what it got.

import { type Message, sameMessage } from "./message.ts";

export interface Continuation {
  continues: boolean; // False: the room has forgotten what is on the screen.
  news: Message[];
}

/** `history` may have lost its oldest messages (a room keeps a bounded number), and gained some at its end. */
export function continuation(shown: readonly Message[], history: readonly Message[]): Continuation {
  if (shown.length === 0) return { continues: true, news: [...history] };
  for (let lost = Math.max(0, shown.length - history.length); lost < shown.length; ++lost) {
    const kept = shown.length - lost;
    let same = 0;
    while (same < kept && sameMessage(shown[lost + same]!, history[same]!)) ++same;
    if (same === kept) return { continues: true, news: history.slice(kept) };
  }
  // Everything that was kept may also lie deeper in a history that the page shows only the end of.
  const first = history.findIndex((message) => sameMessage(message, shown[0]!));
  if (
    first > 0 &&
    shown.every((message, i) => first + i < history.length && sameMessage(message, history[first + i]!))
  ) {
    return { continues: true, news: history.slice(first + shown.length) };
  }
  return { continues: false, news: [...history] };
}
