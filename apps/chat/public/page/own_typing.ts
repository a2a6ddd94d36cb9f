// SPDX-License-Identifier: MIT
//
// Reports to the room that the user is typing: while the text changes, at most every two seconds. A sent message implies
// the end of typing; a field that the user empties is reported.

const REPORT_INTERVAL_MS = 2000;

export class OwnTyping {
  private reported = false;
  private reportedAt = -Infinity;

  constructor(
    private readonly report: (typing: boolean) => void,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** The user has changed the field's text. */
  wrote(text: string): void {
    if (text.trim() === "") {
      if (this.reported) this.report(false);
      this.reported = false;
    } else if (this.clock() - this.reportedAt >= REPORT_INTERVAL_MS) {
      this.reported = true;
      this.reportedAt = this.clock();
      this.report(true);
    }
  }

  /** A message was sent or the room left, so others no longer see the user typing; the next change is reported at once. */
  over(): void {
    this.reported = false;
    this.reportedAt = -Infinity;
  }
}
