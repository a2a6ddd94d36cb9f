// SPDX-License-Identifier: MIT
//
// The account of one well-behaved room: which messages were sent, which member has received which of them, and when. Every
// message is due at every member exactly once, in the order of its sender; the room numbers its messages (`total`), and
// every member has to see these numbers without a gap as well.

export class Ledger {
  #sent = new Map(); // sender → the times of its messages: [number - 1]
  #members = new Map(); // member → {next: sender → number, ahead: sender → numbers, total}
  #account = { sent: 0, expected: 0, seen: 0, duplicated: 0, reordered: 0, outOfTotal: 0 };

  addMember(member) {
    this.#members.set(member, { next: new Map(), ahead: new Map(), total: 0 });
  }

  /** `sender` sends its next message. Gives its number. */
  sends(sender, now) {
    if (!this.#sent.has(sender)) this.#sent.set(sender, []);
    const times = this.#sent.get(sender);
    times.push(now);
    this.#account.sent += 1;
    this.#account.expected += this.#members.size;
    return times.length;
  }

  /** `member` has received a message. Gives the time since it was sent, or null if it is not the first time. */
  receives(member, { sender, number, total }, now) {
    const seen = this.#members.get(member);
    const next = seen.next.get(sender) ?? 1;
    const ahead = seen.ahead.get(sender) ?? new Set();
    const sentAt = this.#sent.get(sender)?.[number - 1];
    if (number < next || ahead.has(number) || sentAt === undefined) {
      this.#account.duplicated += 1;
      return null;
    }
    if (number > next) this.#account.reordered += 1;
    ahead.add(number);
    let upTo = next;
    while (ahead.delete(upTo)) upTo += 1;
    seen.next.set(sender, upTo);
    seen.ahead.set(sender, ahead);
    if (total !== seen.total + 1) this.#account.outOfTotal += 1;
    seen.total = total;
    this.#account.seen += 1;
    return now - sentAt;
  }

  /** Final only when nothing is on its way. */
  account() {
    return { ...this.#account, lost: this.#account.expected - this.#account.seen };
  }
}
