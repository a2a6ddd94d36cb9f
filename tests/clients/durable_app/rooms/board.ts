// SPDX-License-Identifier: MIT

const lines: string[] = [];

export const join = () => ({ lines });

export function handleIn(event: string, payload: any, client: Client) {
  switch (event) {
    case "say":
      lines.push(payload.text);
      room.broadcast("said", { text: payload.text });
      return {};
    case "count":
      for (let i = 0; i < payload.to; i++) room.broadcast("said", { text: String(i) });
      return {};
    case "say_to_others":
      room.broadcast("said", { text: payload.text }, { except: client });
      return {};
    case "draw":
      room.broadcast("drawn", new Uint8Array(payload.bytes));
      return {};
    case "say_through_channel":
      new BroadcastChannel("chat").postMessage({ text: payload.text });
      return {};
    case "fail":
      room.broadcast("said", { text: "never" });
      throw new Error("as asked");
    case "set_trap":
      setTimeout(() => {
        lines.push("never");
        for (;;);
      }, 10);
      return {};
    case "loop":
      for (;;);
  }
}

export const serialize = () => lines;
export const restore = (state: string[]) => lines.push(...state);
