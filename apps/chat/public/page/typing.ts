// SPDX-License-Identifier: MIT
//
// Who of the others is typing. It is hearsay and wears off: somebody types until he says that he stopped, has sent his
// message, has left, or has not been heard of for a while.

const WEARS_OFF_MS = 4000; // Twice the time after which who goes on typing says so again, so that one may get lost.
const KNOWN_MAX = 20; // "Several people" are not told apart.

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
  private timers_ = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(private readonly changed_: (line: TypingLine) => void) {}

  heard(name: string, typing: boolean): void {
    if (!typing) return this.ended(name);
    const known = this.timers_.get(name);
    if (known === undefined && this.timers_.size === KNOWN_MAX) return;
    clearTimeout(known);
    this.timers_.set(
      name,
      setTimeout(() => this.ended(name), WEARS_OFF_MS),
    );
    if (known === undefined) this.tell();
  }

  ended(name: string): void {
    const known = this.timers_.get(name);
    if (known === undefined) return;
    clearTimeout(known);
    this.timers_.delete(name);
    this.tell();
  }

  clear(): void {
    for (const timer of this.timers_.values()) clearTimeout(timer);
    this.timers_.clear();
    this.tell();
  }

  private tell(): void {
    this.changed_(typingLine([...this.timers_.keys()]));
  }
}
