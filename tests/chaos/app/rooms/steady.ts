// SPDX-License-Identifier: MIT
//
// A well-behaved room: it numbers the messages of all its members, broadcasts each of them, and refuses one that does not
// follow its sender's previous one. Its state survives every reload; a lost or repeated state would show in the numbers.

export const topic = "steady:*";

const REVISION = 0; // The run writes another number with each reload.
const RECENT_MAX = 100;

interface State {
  total: number;
  last: Record<string, number>; // The last number of each sender.
  recent: string[]; // Makes the state large enough to be worth moving.
}
let state: State = { total: 0, last: {}, recent: [] };

export function join() {
  return { total: state.total };
}

export function handleIn(event: string, { sender, number, text }: { sender: string; number: number; text: string }) {
  if (event === "revision") return { revision: REVISION };
  const expected = (state.last[sender] ?? 0) + 1;
  if (number !== expected) throw new Error(`message ${number} of ${sender}, but ${expected} is next`);
  state.last[sender] = number;
  state.total += 1;
  state.recent.push(text);
  if (state.recent.length > RECENT_MAX) state.recent.shift();
  room.history.push({ sender, number });
  room.broadcast("said", { sender, number, total: state.total, text });
  return { number };
}

export function serialize(): State {
  return state;
}

export function restore(saved: State) {
  state = saved;
}
