// SPDX-License-Identifier: MIT
//
// The field for new messages. Text is never lost: it is either in the room or in the field. It leaves the field when it
// is sent and returns if the room rejects it, does not answer, or the connection is lost. After a reconnect, the room's
// history shows which of the messages in flight have arrived.

import { type Message, TEXT_MAX_CHARACTERS, lengthOf } from "./message.ts";
import type { Outcome } from "./room_link.ts";

const COUNT_FROM_CHARACTERS = TEXT_MAX_CHARACTERS - 400; // A shorter text shows no counter.

export interface ComposerElements {
  form: HTMLFormElement;
  field: HTMLTextAreaElement;
  counter: HTMLElement;
}

export interface ComposerHost {
  connected(): boolean;
  name(): string;
  lastTimestamp(): number;
  wrote(text: string): void; // Called for the user's input only, not for returned text.
  send(sender: string, text: string): Promise<Outcome>;
  sent(): void;
  problem(text: string): void;
}

interface InFlight {
  room: string;
  sender: string;
  text: string;
  after: number; // The timestamp of the last message before it was sent: a lower bound for its own.
  settled: boolean;
}

export class Composer {
  private room = "";
  private inFlight: InFlight[] = [];

  constructor(
    private readonly page: ComposerElements,
    private readonly host: ComposerHost,
  ) {
    const { form, field } = page;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
    field.addEventListener("keydown", (event) => {
      // Enter that ends an input method's composition (Japanese, Chinese, …) does not send.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    field.addEventListener("input", () => {
      this.changed();
      host.wrote(field.value);
    });
  }

  /** Shows the draft of another room. */
  moveTo(room: string): void {
    this.room = room;
    this.page.field.value = readDraft(room);
    this.changed();
  }

  focus(): void {
    this.page.field.focus({ preventScroll: true });
  }

  heard(message: Message): void {
    const own = this.inFlight.find((sent) => this.is(message, sent));
    if (own !== undefined) own.settled = true;
    this.removeSettled();
  }

  /** After a rejoin: messages in flight that are not in the room's history return to the field. */
  rejoined(history: readonly Message[]): void {
    const unclaimed = [...history];
    const lost: InFlight[] = [];
    for (const sent of this.inFlight) {
      if (sent.room !== this.room) continue;
      const at = unclaimed.findIndex((message) => this.is(message, sent));
      sent.settled = true;
      if (at >= 0) unclaimed.splice(at, 1);
      else lost.push(sent);
    }
    this.removeSettled();
    if (lost.length === 0) return;
    this.giveBack(this.room, lost.map((sent) => sent.text).join("\n"));
    this.host.problem("The connection was lost before your message arrived. The text is back in the field.");
  }

  private async send(): Promise<void> {
    const text = this.page.field.value.trim();
    if (text === "") return;
    const excess = lengthOf(text) - TEXT_MAX_CHARACTERS;
    if (excess > 0)
      return this.host.problem(
        `Too long by ${excess} ${excess === 1 ? "character" : "characters"}. Nothing was sent.`,
      );
    if (!this.host.connected())
      return this.host.problem("Not connected at the moment. Your text is kept; try again in a moment.");

    const sent: InFlight = {
      room: this.room,
      sender: this.host.name(),
      text,
      after: this.host.lastTimestamp(),
      settled: false,
    };
    this.inFlight.push(sent);
    this.page.field.value = "";
    this.changed();

    const outcome = await this.host.send(sent.sender, text);
    if (outcome.kind === "ok") this.host.sent();
    if (sent.settled) return; // It has been received, or returned after a reconnect.
    sent.settled = true;
    this.removeSettled();
    if (outcome.kind === "ok") return;
    this.giveBack(sent.room, text);
    this.host.problem(
      outcome.kind === "refused"
        ? `Not sent: ${outcome.reason}. Your text is back in the field.`
        : "The room did not answer. Your text is back in the field.",
    );
  }

  private is(message: Message, sent: InFlight): boolean {
    return (
      !sent.settled &&
      sent.room === this.room &&
      message.text === sent.text &&
      message.sender === sent.sender &&
      message.timestamp >= sent.after
    );
  }

  private removeSettled(): void {
    this.inFlight = this.inFlight.filter((sent) => !sent.settled);
  }

  private giveBack(room: string, text: string): void {
    if (room !== this.room) {
      writeDraft(room, joined(text, readDraft(room)));
      return;
    }
    this.page.field.value = joined(text, this.page.field.value);
    this.changed();
  }

  private changed(): void {
    const { field, counter } = this.page;
    writeDraft(this.room, field.value);
    const length = lengthOf(field.value.trim());
    counter.hidden = length < COUNT_FROM_CHARACTERS;
    counter.textContent = `${length} of ${TEXT_MAX_CHARACTERS}`;
    counter.classList.toggle("over", length > TEXT_MAX_CHARACTERS);
    field.setAttribute("aria-invalid", String(length > TEXT_MAX_CHARACTERS));
    field.rows = Math.min(6, field.value.split("\n").length); // For browsers without field-sizing.
  }
}

function joined(first: string, second: string): string {
  return second === "" ? first : `${first}\n${second}`;
}

// Drafts are kept as long as the tab, or without storage as long as the page.
const drafts = new Map<string, string>();

function readDraft(room: string): string {
  try {
    return sessionStorage.getItem(`entmoot:draft:${room}`) ?? "";
  } catch {
    return drafts.get(room) ?? "";
  }
}

function writeDraft(room: string, text: string): void {
  try {
    if (text === "") sessionStorage.removeItem(`entmoot:draft:${room}`);
    else sessionStorage.setItem(`entmoot:draft:${room}`, text);
  } catch {
    drafts.set(room, text);
  }
}
