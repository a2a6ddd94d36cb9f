// SPDX-License-Identifier: MIT
//
// One room, for as long as the page shows it: joins, comes back by itself after a loss, and tells what it hears.
// phoenix.js does the work; this file turns its callbacks into things a page can understand: a state, a history (at
// every join), messages, who is here and who types. A link that was closed says nothing any more.

import { type Channel, Presence, type Socket } from "/entmoot/phoenix.js";
import { type Message, isMessage } from "./message.ts";

export type LinkState = "connecting" | "connected" | "reconnecting";

export interface Listener {
  onState(state: LinkState): void;
  onHistory(messages: Message[]): void;
  onMessage(message: Message): void;
  onPeople(names: string[]): void; // All of them, one's own included; a name as often as it is here.
  onTyping(name: string, typing: boolean): void;
  onRefusal(reason: string): void; // The room would not have us; the link tries again.
}

export type Outcome = { kind: "ok"; message?: Message } | { kind: "refused"; reason: string } | { kind: "unanswered" };

const JOIN_AGAIN_AFTER_MS = 2000; // After the server closed the channel of its own accord; phoenix.js does not.
const ANSWER_WITHIN_MS = 10000;

export class RoomLink {
  private channel_: Channel;
  private open_ = true;
  private was_connected_ = false;
  private timer_: number | undefined;

  constructor(
    private readonly socket_: Socket,
    private readonly room_: string,
    private name_: string,
    private readonly listener_: Listener,
  ) {
    listener_.onState("connecting");
    this.channel_ = this.join();
  }

  get connected(): boolean {
    return this.open_ && this.socket_.isConnected() && this.channel_.state === "joined";
  }

  send(sender: string, text: string): Promise<Outcome> {
    return new Promise((resolve) => {
      this.channel_
        .push("send_message", { sender, text }, ANSWER_WITHIN_MS)
        .receive("ok", (message: unknown) => resolve(isMessage(message) ? { kind: "ok", message } : { kind: "ok" }))
        .receive("error", (response: unknown) => resolve({ kind: "refused", reason: reasonIn(response) }))
        .receive("timeout", () => resolve({ kind: "unanswered" }));
    });
  }

  rename(name: string): void {
    if (name === this.name_) return;
    this.name_ = name; // The next join says it, if this one has not begun or is not over.
    this.channel_.push("rename", { name });
  }

  typing(typing: boolean): void {
    if (this.connected) this.channel_.push("typing", { typing }); // Old news later are none.
  }

  close(): void {
    this.open_ = false;
    window.clearTimeout(this.timer_);
    this.channel_.leave();
  }

  private join(): Channel {
    const channel: Channel = this.socket_.channel(`room:${this.room_}`, () => ({ name: this.name_ }));
    const current = () => this.open_ && this.channel_ === channel;

    channel.on("new_message", (message: unknown) => {
      if (current() && isMessage(message)) this.listener_.onMessage(message);
    });
    channel.on("typing", ({ name, typing }: { name?: unknown; typing?: unknown }) => {
      if (current() && typeof name === "string") this.listener_.onTyping(name, typing === true);
    });
    const presence = new Presence(channel);
    presence.onSync(() => {
      if (current()) this.listener_.onPeople(namesIn(presence));
    });
    channel.onError(() => {
      if (current()) this.lost();
    });
    channel.onClose(() => {
      if (!current()) return;
      this.lost();
      this.timer_ = window.setTimeout(() => (this.channel_ = this.join()), JOIN_AGAIN_AFTER_MS);
    });
    channel
      .join()
      .receive("ok", (reply: { messages?: unknown }) => {
        if (!current()) return;
        this.was_connected_ = true;
        const messages = Array.isArray(reply?.messages) ? reply.messages.filter(isMessage) : [];
        this.listener_.onHistory(messages);
        this.listener_.onState("connected");
      })
      .receive("error", (response: unknown) => {
        if (current()) this.listener_.onRefusal(reasonIn(response));
      });
    return channel;
  }

  private lost(): void {
    this.listener_.onState(this.was_connected_ ? "reconnecting" : "connecting");
  }
}

function namesIn(presence: Presence): string[] {
  const metas = presence.list((_key, { metas }) => metas).flat();
  return metas.map((meta): unknown => meta.name).filter((name) => typeof name === "string");
}

function reasonIn(response: unknown): string {
  const { reason, error } = (response ?? {}) as { reason?: unknown; error?: unknown };
  for (const text of [reason, error]) if (typeof text === "string" && text !== "") return text;
  return "no reason given";
}
