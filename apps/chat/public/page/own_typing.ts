// SPDX-License-Identifier: MIT
//
// Tells the room that somebody writes here: while the text changes, and not with every key. A message that is sent says
// by itself that its writing is over; a field that was emptied has to say it.

const SAYS_AGAIN_AFTER_MS = 2000;

export class OwnTyping {
  private said_ = false;
  private said_at_ = -Infinity;

  constructor(
    private readonly tell_: (typing: boolean) => void,
    private readonly clock_: () => number = () => performance.now(),
  ) {}

  /** The field has another text, by the visitor's own hand. */
  wrote(text: string): void {
    if (text.trim() === "") {
      if (this.said_) this.tell_(false);
      this.said_ = false;
    } else if (this.clock_() - this.said_at_ >= SAYS_AGAIN_AFTER_MS) {
      this.said_ = true;
      this.said_at_ = this.clock_();
      this.tell_(true);
    }
  }

  /** A message has gone out, or the room was left: nobody thinks any more that one types, so the next text is news. */
  over(): void {
    this.said_ = false;
    this.said_at_ = -Infinity;
  }
}
