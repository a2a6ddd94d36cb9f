// SPDX-License-Identifier: MIT
//
// The conversation on the screen. Follows the newest message only while the reader is at the end; a text is only ever
// set as text, whatever it contains. A screen reader hears what is new (role=log), not a history that is drawn at once.

import { continuation } from "./history.ts";
import type { Message } from "./message.ts";
import { looksOf } from "./names.ts";
import { you } from "./person.ts";
import { tree } from "./tree.ts";

const SHOWN_MAX = 1000; // Older ones leave the page; a browser's layout gets slow long before its memory ends.
const AT_END_PX = 48; // So close to the end counts as at the end.
const TOGETHER_MS = 5 * 60 * 1000; // Messages of one sender within this time stand below one name.

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
  private shown_: Message[] = [];
  private last_: Message | undefined; // What the next message stands below.
  private apart_ = false; // It does not belong to what is above.
  private unread_ = 0;
  private following_ = true;
  private height_ = 0; // Of the visible part, when it was last looked at.

  constructor(
    private readonly page_: LogElements,
    private readonly is_own_: (message: Message) => boolean,
  ) {
    page_.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    page_.jump.addEventListener("click", () => {
      this.follow();
      page_.scroller.focus({ preventScroll: true });
    });
    // A keyboard that slides in, a field that grows: the end stays in view.
    new ResizeObserver(() => this.resized()).observe(page_.scroller);
  }

  get shown(): readonly Message[] {
    return this.shown_;
  }

  /** Another room: nothing of the old one stays. */
  clear(): void {
    this.page_.list.replaceChildren();
    this.shown_ = [];
    this.last_ = undefined;
    this.follow();
    this.page_.empty.hidden = true; // Not known to be empty before the room has said so.
  }

  /** What the room remembers, at a join. True when it has forgotten what was on the screen. */
  take_history(history: Message[]): boolean {
    const { continues, news } = continuation(this.shown_, history);
    const first = this.page_.list.childElementCount === 0;
    if (!continues) this.divide();
    if (first) this.page_.scroller.setAttribute("aria-live", "off");
    for (const message of news.slice(-SHOWN_MAX)) this.append(message);
    if (first) {
      // After this frame, so that nothing drawn in it is read out.
      requestAnimationFrame(() => requestAnimationFrame(() => this.page_.scroller.setAttribute("aria-live", "polite")));
      this.follow();
    } else {
      this.grew(news.length);
    }
    this.page_.empty.hidden = this.page_.list.childElementCount > 0;
    return !continues;
  }

  add(message: Message): void {
    this.append(message);
    this.page_.empty.hidden = true;
    if (this.is_own_(message)) this.follow();
    else this.grew(1);
  }

  /** What is above belongs to a room that is no more; what follows is new. */
  divide(): void {
    for (const row of this.page_.list.children) row.classList.add("past");
    this.shown_ = [];
    this.apart_ = true;
    if (this.page_.list.childElementCount > 0)
      this.page_.list.append(divider("The room begins again here", "began-again"));
    this.grew(0);
  }

  follow(): void {
    this.unread_ = 0;
    this.following_ = true;
    this.to_end();
    this.show_jump();
  }

  private append(message: Message): void {
    const last = this.last_;
    if (last === undefined || day_of(last) !== day_of(message)) {
      this.page_.list.append(divider(dayFormat.format(message.timestamp), "day"));
    }
    const together =
      last !== undefined &&
      !this.apart_ &&
      last.sender === message.sender &&
      day_of(last) === day_of(message) &&
      message.timestamp - last.timestamp < TOGETHER_MS;
    this.page_.list.append(row(message, together, this.is_own_(message)));
    this.last_ = message;
    this.apart_ = false;
    this.shown_.push(message);
    while (this.shown_.length > SHOWN_MAX) this.shown_.shift();
    while (this.page_.list.childElementCount > SHOWN_MAX) this.page_.list.firstElementChild!.remove();
  }

  private grew(by: number): void {
    if (this.following_) return this.to_end();
    this.unread_ += by;
    this.show_jump();
  }

  private to_end(): void {
    this.page_.scroller.scrollTop = this.page_.scroller.scrollHeight;
  }

  private resized(): void {
    this.height_ = this.page_.scroller.clientHeight;
    if (this.following_) this.to_end();
  }

  private scrolled(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.page_.scroller;
    if (clientHeight !== this.height_) return this.resized(); // The page moved the end away, not the reader.
    this.following_ = scrollHeight - scrollTop - clientHeight < AT_END_PX;
    if (this.following_) this.unread_ = 0;
    this.show_jump();
  }

  private show_jump(): void {
    const { jump } = this.page_;
    jump.hidden = this.following_;
    jump.textContent =
      this.unread_ === 0 ? "To the newest" : this.unread_ === 1 ? "1 new message" : `${this.unread_} new messages`;
  }
}

function day_of(message: Message): string {
  return new Date(message.timestamp).toDateString();
}

function divider(text: string, kind: string): HTMLElement {
  const element = with_class("li", `divider ${kind}`);
  const words = document.createElement("span");
  words.textContent = text;
  element.append(words);
  return element;
}

function row(message: Message, together: boolean, own: boolean): HTMLElement {
  const { shape, hue } = looksOf(message.sender);
  const element = with_class("li", `message hue-${hue}${together ? " together" : ""}${own ? " own" : ""}`);

  const sender = with_class("span", "sender");
  sender.textContent = message.sender;
  const head = with_class("p", "head");
  head.append(sender);
  if (own) head.append(" ", you());

  const time = document.createElement("time");
  const when = new Date(message.timestamp);
  if (!Number.isNaN(when.getTime())) {
    time.dateTime = when.toISOString();
    time.title = fullFormat.format(when);
    time.textContent = timeFormat.format(when);
  }

  const text = with_class("p", "text");
  text.dir = "auto";
  text.textContent = message.text;

  element.append(tree(shape), head, text, time);
  return element;
}

function with_class(name: string, classes: string): HTMLElement {
  const element = document.createElement(name);
  element.className = classes;
  return element;
}
