// SPDX-License-Identifier: MIT
//
// Says back what it is told, in each of the ways that a room has.

export const intercept = ["through"];

export function join(params: unknown) {
  return { got: params };
}
export function handleOut(event: string, payload: any, client: Client) {
  client.push(event, payload);
}
export function handleInfo(message: any) {
  room.broadcast("info", message);
}
export const serialize = () => room.history.last(1)[0];
let state: any = null;
export const restore = (kept: any) => {
  state = kept;
};

export function handleIn(event: string, payload: any, client: Client): any {
  switch (event) {
    case "reply": return payload;
    case "promise": return Promise.resolve(payload);
    case "later": client.replyLater().ok(payload); return;
    case "error": client.replyLater().error(payload); return;
    case "push": client.push("push", payload); return;
    case "broadcast": room.broadcast("broadcast", payload); return;
    case "through": room.broadcast("through", payload); return;
    case "beam": Beam.callSync("broadcast", payload); return;
    case "beamLater": return Beam.call("broadcast", payload).then(() => ({}));
    case "channel": new BroadcastChannel("chat").postMessage(payload); return;
    case "send": room.send(room.topic, payload); return;
    case "beamSend": Beam.callSync("send", room.topic, payload); return;
    case "track": room.presence.track(client, "key", payload); return;
    case "tracked": return room.presence.list().key!.metas[0];
    case "history": room.history.push(payload); return room.history.last(1)[0];
    case "state": return state;
    case "view": return view(payload.type, payload.by, client);
    case "impossible": return impossible[payload.what](client);
  }
}

// --- bytes

const made: Record<string, () => any> = {
  ArrayBuffer: () => Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8).buffer,
  part: () => Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9).subarray(1, 9),
  DataView: () => new DataView(Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9).buffer, 1, 8),
  ...Object.fromEntries(
    [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array]
      .map((Type: any) => [Type.name, () => new Type(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8).buffer)]),
  ),
};

function view(type: string, by: string, client: Client) {
  const bytes = made[type]!();
  switch (by) {
    case "reply": return bytes;
    case "promise": return Promise.resolve(bytes);
    case "later": client.replyLater().ok(bytes); return;
    case "error": client.replyLater().error(bytes); return;
    case "push": client.push("push", bytes); return;
    default: room.broadcast("broadcast", bytes); return;
  }
}

// --- what JSON cannot say

const cycle = () => {
  const inner: any = { list: [1] };
  const outer = { a: { inner } };
  inner.list.push(outer.a);
  return outer;
};
const impossible: Record<string, (client: Client) => any> = {
  reply: () => ({ items: [{ id: 1 }, { id: 2n }] }),
  top: () => Object.assign([], { toJSON: () => 5n }),
  cycle,
  push: (client) => client.push("x", { n: { m: 5n } } as any),
  broadcast: () => room.broadcast("x", cycle()),
  later: (client) => void client.replyLater().ok({ deep: [[5n]] } as any),
  error: (client) => void client.replyLater().error({ a: 5n } as any),
  track: (client) => room.presence.track(client, "k", { a: 5n } as any),
  send: () => room.send("echo:other", { a: { b: 5n } }),
  beam: () => Beam.callSync("broadcast", { c: 5n }),
  history: () => room.history.push(cycle()),
};
