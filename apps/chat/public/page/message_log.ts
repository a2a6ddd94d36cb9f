// SPDX-License-Identifier: MIT
//
// The list of messages. It scrolls to new messages only while the reader is at the end. Messages are inserted as text,
// never as HTML. A screen reader announces new messages (role=log), but not the history of a join.

import { continuation } from "./history.ts";
import type { Message } from "./message.ts";
import { looksOf } from "./names.ts";
import { you } from "./person.ts";
import { tree } from "./tree.ts";

const SHOWN_MAX = 1000; // Older messages are removed, because layout gets slow.
const AT_END_PX = 48; // Within this distance, the reader is at the end.
const TOGETHER_MS = 5 * 60 * 1000; // Messages of one sender within this time are grouped.

export interface LogElements {
  scroller: HTMLElement; // role=log
  list: HTMLElement;
  empty: HTMLElement;
  jump: HTMLButtonElement;
}

const timeFormat = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "medium" });

export class MessageLog {
  private messages: Message[] = [];
  private last: Message | undefined; // The message above the next one.
  private apart = false; // The next message is not grouped with `last`.
  private unread = 0;
  private following = true;
  private height = 0; // The last known height of the visible part.

  constructor(
    private readonly page: LogElements,
    private readonly isOwn: (message: Message) => boolean,
  ) {
    page.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    page.jump.addEventListener("click", () => {
      this.follow();
      page.scroller.focus({ preventScroll: true });
    });
    // Keeps the end in view when a keyboard opens or the field grows.
    new ResizeObserver(() => this.resized()).observe(page.scroller);
  }

  get shown(): readonly Message[] {
    return this.messages;
  }

  /** Removes all messages, for another room. */
  clear(): void {
    this.page.list.replaceChildren();
    this.messages = [];
    this.last = undefined;
    this.follow();
    this.page.empty.hidden = true; // Unknown until the room has sent its history.
  }

  /** Shows the history of a join. True if the room was restarted and no longer has the messages shown. */
  takeHistory(history: Message[]): boolean {
    const { continues, news } = continuation(this.messages, history);
    const first = this.page.list.childElementCount === 0;
    if (!continues) this.divide();
    if (first) this.page.scroller.setAttribute("aria-live", "off");
    for (const message of news.slice(-SHOWN_MAX)) this.append(message);
    if (first) {
      // After this frame, so that a screen reader does not read the history.
      requestAnimationFrame(() => requestAnimationFrame(() => this.page.scroller.setAttribute("aria-live", "polite")));
      this.follow();
    } else {
      this.grew(news.length);
    }
    this.page.empty.hidden = this.page.list.childElementCount > 0;
    return !continues;
  }

  add(message: Message): void {
    this.append(message);
    this.page.empty.hidden = true;
    if (this.isOwn(message)) this.follow();
    else this.grew(1);
  }

  /** Marks the messages above as those of a room that has ended. */
  divide(): void {
    for (const row of this.page.list.children) row.classList.add("past");
    this.messages = [];
    this.apart = true;
    if (this.page.list.childElementCount > 0)
      this.page.list.append(divider("Room restarted", "restarted"));
    this.grew(0);
  }

  follow(): void {
    this.unread = 0;
    this.following = true;
    this.toEnd();
    this.showJump();
  }

  private append(message: Message): void {
    const last = this.last;
    if (last === undefined || dayOf(last) !== dayOf(message)) {
      this.page.list.append(divider(dayFormat.format(message.timestamp), "day"));
    }
    const together =
      last !== undefined &&
      !this.apart &&
      last.sender === message.sender &&
      dayOf(last) === dayOf(message) &&
      message.timestamp - last.timestamp < TOGETHER_MS;
    this.page.list.append(row(message, together, this.isOwn(message)));
    this.last = message;
    this.apart = false;
    this.messages.push(message);
    while (this.messages.length > SHOWN_MAX) this.messages.shift();
    while (this.page.list.childElementCount > SHOWN_MAX) this.page.list.firstElementChild!.remove();
  }

  private grew(by: number): void {
    if (this.following) return this.toEnd();
    this.unread += by;
    this.showJump();
  }

  private toEnd(): void {
    this.page.scroller.scrollTop = this.page.scroller.scrollHeight;
  }

  private resized(): void {
    this.height = this.page.scroller.clientHeight;
    if (this.following) this.toEnd();
  }

  private scrolled(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.page.scroller;
    if (clientHeight !== this.height) return this.resized(); // Scrolled by a change of the layout, not by the reader.
    this.following = scrollHeight - scrollTop - clientHeight < AT_END_PX;
    if (this.following) this.unread = 0;
    this.showJump();
  }

  private showJump(): void {
    const { jump } = this.page;
    jump.hidden = this.following;
    jump.textContent =
      this.unread === 0 ? "Jump to latest" : this.unread === 1 ? "1 new message" : `${this.unread} new messages`;
  }
}

function dayOf(message: Message): string {
  return new Date(message.timestamp).toDateString();
}

function divider(text: string, kind: string): HTMLElement {
  const element = withClass("li", `divider ${kind}`);
  const words = document.createElement("span");
  words.textContent = text;
  element.append(words);
  return element;
}

function row(message: Message, together: boolean, own: boolean): HTMLElement {
  const { shape, hue } = looksOf(message.sender);
  const element = withClass("li", `message hue-${hue}${together ? " together" : ""}${own ? " own" : ""}`);

  const sender = withClass("span", "sender");
  sender.textContent = message.sender;
  const head = withClass("p", "head");
  head.append(sender);
  if (own) head.append(" ", you());

  const time = document.createElement("time");
  const when = new Date(message.timestamp);
  if (!Number.isNaN(when.getTime())) {
    time.dateTime = when.toISOString();
    time.title = fullFormat.format(when);
    time.textContent = timeFormat.format(when);
  }

  const text = withClass("p", "text");
  text.dir = "auto";
  text.textContent = message.text;

  element.append(tree(shape), head, text, time);
  return element;
}

function withClass(name: string, classes: string): HTMLElement {
  const element = document.createElement(name);
  element.className = classes;
  return element;
}
