// SPDX-License-Identifier: MIT
//
// Shows which other people are typing. Someone types until they report the end, send a message, leave, or have not
// reported typing for a while.

const EXPIRES_MS = 4000; // Twice the interval of the reports, so that one may be lost.
const KNOWN_MAX = 20; // More than two are shown as "Several people" anyway.

export interface TypingLine {
  names: readonly string[];
  words: string;
}

export function typingLine(names: readonly string[]): TypingLine {
  if (names.length === 0) return { names, words: "" };
  if (names.length === 1) return { names, words: " is typing…" };
  if (names.length === 2) return { names, words: " are typing…" };
  return { names: [], words: "Several people are typing…" };
}

export class Typing {
  private timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(private readonly changed: (line: TypingLine) => void) {}

  heard(name: string, typing: boolean): void {
    if (!typing) return this.ended(name);
    const known = this.timers.get(name);
    if (known === undefined && this.timers.size === KNOWN_MAX) return;
    clearTimeout(known);
    this.timers.set(
      name,
      setTimeout(() => this.ended(name), EXPIRES_MS),
    );
    if (known === undefined) this.tell();
  }

  ended(name: string): void {
    const known = this.timers.get(name);
    if (known === undefined) return;
    clearTimeout(known);
    this.timers.delete(name);
    this.tell();
  }

  clear(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.tell();
  }

  private tell(): void {
    this.changed(typingLine([...this.timers.keys()]));
  }
}
