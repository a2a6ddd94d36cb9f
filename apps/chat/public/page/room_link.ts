// SPDX-License-Identifier: MIT
//
// The connection to one room, for as long as the page shows it: joins its channel, rejoins after a loss, and passes on
// events. It turns the callbacks of phoenix.js into those of Listener: a state, a history (at every join), messages,
// the people present and the people typing. A closed link does not call its listener again.

import { type Channel, Presence, type Socket } from "/entmoot/phoenix.js";
import { type Message, isMessage } from "./message.ts";

export type LinkState = "connecting" | "connected" | "reconnecting";

export interface Listener {
  onState(state: LinkState): void;
  onHistory(messages: Message[]): void;
  onMessage(message: Message): void;
  onPeople(names: string[]): void; // All clients, this one included; duplicates are possible.
  onTyping(name: string, typing: boolean): void;
  onRefusal(reason: string): void; // The room rejected the join; the link tries again.
}

export type Outcome = { kind: "ok"; message?: Message } | { kind: "refused"; reason: string } | { kind: "unanswered" };

const JOIN_AGAIN_AFTER_MS = 2000; // phoenix.js does not rejoin a channel that the server has closed.
const ANSWER_WITHIN_MS = 10000;

export class RoomLink {
  private channel: Channel;
  private open = true;
  private wasConnected = false;
  private timer: number | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly room: string,
    private name: string,
    private readonly listener: Listener,
  ) {
    listener.onState("connecting");
    this.channel = this.join();
  }

  get connected(): boolean {
    return this.open && this.socket.isConnected() && this.channel.state === "joined";
  }

  send(sender: string, text: string): Promise<Outcome> {
    return new Promise((resolve) => {
      this.channel
        .push("send_message", { sender, text }, ANSWER_WITHIN_MS)
        .receive("ok", (message: unknown) => resolve(isMessage(message) ? { kind: "ok", message } : { kind: "ok" }))
        .receive("error", (response: unknown) => resolve({ kind: "refused", reason: reasonIn(response) }))
        .receive("timeout", () => resolve({ kind: "unanswered" }));
    });
  }

  rename(name: string): void {
    if (name === this.name) return;
    this.name = name; // A later join sends it, too.
    this.channel.push("rename", { name });
  }

  typing(typing: boolean): void {
    if (this.connected) this.channel.push("typing", { typing }); // Not worth queueing.
  }

  close(): void {
    this.open = false;
    window.clearTimeout(this.timer);
    this.channel.leave();
  }

  private join(): Channel {
    const channel: Channel = this.socket.channel(`room:${this.room}`, () => ({ name: this.name }));
    const current = () => this.open && this.channel === channel;

    channel.on("new_message", (message: unknown) => {
      if (current() && isMessage(message)) this.listener.onMessage(message);
    });
    channel.on("typing", ({ name, typing }: { name?: unknown; typing?: unknown }) => {
      if (current() && typeof name === "string") this.listener.onTyping(name, typing === true);
    });
    const presence = new Presence(channel);
    presence.onSync(() => {
      if (current()) this.listener.onPeople(namesIn(presence));
    });
    channel.onError(() => {
      if (current()) this.lost();
    });
    channel.onClose(() => {
      if (!current()) return;
      this.lost();
      this.timer = window.setTimeout(() => (this.channel = this.join()), JOIN_AGAIN_AFTER_MS);
    });
    channel
      .join()
      .receive("ok", (reply: { messages?: unknown }) => {
        if (!current()) return;
        this.wasConnected = true;
        const messages = Array.isArray(reply?.messages) ? reply.messages.filter(isMessage) : [];
        this.listener.onHistory(messages);
        this.listener.onState("connected");
      })
      .receive("error", (response: unknown) => {
        if (current()) this.listener.onRefusal(reasonIn(response));
      });
    return channel;
  }

  private lost(): void {
    this.listener.onState(this.wasConnected ? "reconnecting" : "connecting");
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
