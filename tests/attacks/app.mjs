// SPDX-License-Identifier: MIT
//
// The rooms of the apps under attack.

export const rooms = {
  // The bystander's room. Its counter shows whether it is still the same room.
  "rooms/quiet.ts": `
    let count = 0;
    export function handleIn(event: string, payload: any) {
      if (event === "say") room.broadcast("said", payload);
      return { count: ++count };
    }`,
  // Stands for any script: it runs the text that a client sends.
  "rooms/hostile.ts": `
    export function join(params: any, client: any) { return {}; }
    export function handleIn(event: string, p: any, client: any) {
      if (event !== "run") return {};
      return new Function("p", "client", p.code)(p, client);
    }
    export function handleInfo(message: any) { (globalThis as any).onInfo?.(message); }
    export function terminate() { (globalThis as any).onTerminate?.(); }
    export function handleRequest(request: any, info: any) {
      return (globalThis as any).onRequest?.(request, info) ?? new Response("ok");
    }`,
};
