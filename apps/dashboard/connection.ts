// SPDX-License-Identifier: MIT
//
// The dashboard's channel. Every request is a push with a reply; nothing is broadcast.

import { Socket, type Channel } from "phoenix";

export interface About {
  version: string;
  app: string;
  shards: number;
  operator: string;
}

const tokenKey = "entmoot-token";

export class Connection {
  #socket: Socket;
  #channel: Channel;
  #token = sessionStorage.getItem(tokenKey) ?? "";

  /** `state` is called with "open", "closed", or "refused": the server lets nobody in without a token. */
  constructor(state: (state: "open" | "closed" | "refused", about?: About) => void) {
    let opened = false;
    let failures = 0;
    this.#socket = new Socket("/entmoot/socket", {
      params: () => (this.#token ? { token: this.#token } : {}),
      reconnectAfterMs: (tries: number) => Math.min(tries * 500, 3000),
    });
    this.#socket.onOpen(() => ((opened = true), (failures = 0)));
    this.#socket.onClose(() => {
      state(opened ? "closed" : "refused");
      // A refusal looks like a server that is down: after one, ask for a token.
      if (++failures > 3) opened = false;
    });
    this.#channel = this.#socket.channel("dashboard", {});
    this.#channel.join().receive("ok", (about: About) => state("open", about));
    this.#socket.connect();
  }

  use(token: string) {
    this.#token = token;
    sessionStorage.setItem(tokenKey, token);
    this.#socket.disconnect(() => this.#socket.connect());
  }

  ask<Answer>(event: string, payload: object = {}): Promise<Answer> {
    return new Promise((answer, failed) => {
      this.#channel
        .push(event, payload)
        .receive("ok", ({ result }: { result: Answer }) => answer(result))
        .receive("error", ({ reason }: { reason: string }) => failed(new Error(reason)))
        .receive("timeout", () => failed(new Error("the server has not answered")));
    });
  }
}
