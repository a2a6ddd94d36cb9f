// SPDX-License-Identifier: MIT
//
// The field a person writes in. One promise: what was typed is either in the room or in the field, never lost. A text
// leaves the field when it is sent and comes back if the room refuses it, does not answer, or was lost on the way. After
// a reconnect the room's history tells which of the texts on their way had arrived.

import { type Message, TEXT_MAX_CHARACTERS, lengthOf } from "./message.ts";
import type { Outcome } from "./room_link.ts";

const COUNT_FROM_CHARACTERS = TEXT_MAX_CHARACTERS - 400; // Before that a counter only disturbs.

export interface ComposerElements {
  form: HTMLFormElement;
  field: HTMLTextAreaElement;
  counter: HTMLElement;
}

export interface Desk {
  connected(): boolean;
  name(): string;
  last_timestamp(): number;
  wrote(text: string): void; // By hand, unlike a text that comes back.
  send(sender: string, text: string): Promise<Outcome>;
  sent(): void;
  problem(text: string): void;
}

interface OnItsWay {
  room: string;
  sender: string;
  text: string;
  after: number; // The room's clock when it was sent, as far as the page knew it.
  settled: boolean;
}

export class Composer {
  private room_ = "";
  private on_their_way_: OnItsWay[] = [];

  constructor(
    private readonly page_: ComposerElements,
    private readonly desk_: Desk,
  ) {
    const { form, field } = page_;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
    field.addEventListener("keydown", (event) => {
      // Enter also ends a composition (Japanese, Chinese, …): that one is not ours.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    field.addEventListener("input", () => {
      this.changed();
      desk_.wrote(field.value);
    });
  }

  /** Another room has another draft. */
  move_to(room: string): void {
    this.room_ = room;
    this.page_.field.value = read_draft(room);
    this.changed();
  }

  focus(): void {
    this.page_.field.focus({ preventScroll: true });
  }

  heard(message: Message): void {
    const own = this.on_their_way_.find((sent) => this.is(message, sent));
    if (own !== undefined) own.settled = true;
    this.forget_settled();
  }

  /** The room is back: what it does not know has not arrived and returns to the field. */
  rejoined(history: readonly Message[]): void {
    const unclaimed = [...history];
    const lost: OnItsWay[] = [];
    for (const sent of this.on_their_way_) {
      if (sent.room !== this.room_) continue;
      const at = unclaimed.findIndex((message) => this.is(message, sent));
      sent.settled = true;
      if (at >= 0) unclaimed.splice(at, 1);
      else lost.push(sent);
    }
    this.forget_settled();
    if (lost.length === 0) return;
    this.give_back(this.room_, lost.map((sent) => sent.text).join("\n"));
    this.desk_.problem("The connection was lost before your message arrived. It is in the field again.");
  }

  private async send(): Promise<void> {
    const text = this.page_.field.value.trim();
    if (text === "") return;
    const excess = lengthOf(text) - TEXT_MAX_CHARACTERS;
    if (excess > 0)
      return this.desk_.problem(
        `Too long by ${excess} ${excess === 1 ? "character" : "characters"}. Nothing was sent.`,
      );
    if (!this.desk_.connected())
      return this.desk_.problem("Not connected at the moment. Your text stays here; send it again in a moment.");

    const sent: OnItsWay = {
      room: this.room_,
      sender: this.desk_.name(),
      text,
      after: this.desk_.last_timestamp(),
      settled: false,
    };
    this.on_their_way_.push(sent);
    this.page_.field.value = "";
    this.changed();

    const outcome = await this.desk_.send(sent.sender, text);
    if (outcome.kind === "ok") this.desk_.sent();
    if (sent.settled) return; // Heard already, or given back after a reconnect.
    sent.settled = true;
    this.forget_settled();
    if (outcome.kind === "ok") return;
    this.give_back(sent.room, text);
    this.desk_.problem(
      outcome.kind === "refused"
        ? `Not sent: ${outcome.reason}. Your text is in the field again.`
        : "The room did not answer. Your text is in the field again.",
    );
  }

  private is(message: Message, sent: OnItsWay): boolean {
    return (
      !sent.settled &&
      sent.room === this.room_ &&
      message.text === sent.text &&
      message.sender === sent.sender &&
      message.timestamp >= sent.after
    );
  }

  private forget_settled(): void {
    this.on_their_way_ = this.on_their_way_.filter((sent) => !sent.settled);
  }

  private give_back(room: string, text: string): void {
    if (room !== this.room_) {
      write_draft(room, joined(text, read_draft(room)));
      return;
    }
    this.page_.field.value = joined(text, this.page_.field.value);
    this.changed();
  }

  private changed(): void {
    const { field, counter } = this.page_;
    write_draft(this.room_, field.value);
    const length = lengthOf(field.value.trim());
    counter.hidden = length < COUNT_FROM_CHARACTERS;
    counter.textContent = `${length} of ${TEXT_MAX_CHARACTERS}`;
    counter.classList.toggle("over", length > TEXT_MAX_CHARACTERS);
    field.setAttribute("aria-invalid", String(length > TEXT_MAX_CHARACTERS));
    field.rows = Math.min(6, field.value.split("\n").length); // Browsers without field-sizing.
  }
}

function joined(first: string, second: string): string {
  return second === "" ? first : `${first}\n${second}`;
}

// Drafts live as long as the tab. A browser may refuse storage altogether; then they live as long as the page.
const drafts = new Map<string, string>();

function read_draft(room: string): string {
  try {
    return sessionStorage.getItem(`entmoot:draft:${room}`) ?? "";
  } catch {
    return drafts.get(room) ?? "";
  }
}

function write_draft(room: string, text: string): void {
  try {
    if (text === "") sessionStorage.removeItem(`entmoot:draft:${room}`);
    else sessionStorage.setItem(`entmoot:draft:${room}`, text);
  } catch {
    drafts.set(room, text);
  }
}
