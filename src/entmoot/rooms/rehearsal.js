// SPDX-License-Identifier: MIT
//
// What rooms usually do (js/rehearsal.hpp): a chat with typing marks, a game's clock, a list that is edited. It is run once
// when the server starts, to find out which parts of the language rooms use; no room runs it.

const messages = [];
const players = new Map();
const online = new Set();
const channel = new BroadcastChannel('room');
let version = 0;
let ticks = 0;

const escape = (text) => String(text).trim().slice(0, 500).replace(/[<>]/g, '');

class Player {
  #score = 0;
  constructor(name, x = 0, y = 0) {
    Object.assign(this, { name, x, y });
  }
  add(points) {
    this.#score += points;
    return this.#score;
  }
}

export async function restoreLater() {
  await new Promise((resolve) => setTimeout(resolve, 10));
  return messages.length;
}

export function join(payload, client) {
  online.add(client.id);
  client.assigns.name = payload?.name ?? `guest ${online.size}`;
  players.set(client.id, new Player(client.assigns.name));
  room.broadcast('joined', { name: client.assigns.name, count: online.size });
  return { messages: messages.slice(-50), players: [...players.values()], version };
}

export function handleIn(event, payload, client) {
  switch (event) {
    case 'send_message': {
      const { sender, text } = payload;
      if (typeof text !== 'string' || text === '') throw new Error('text is required');
      const message = { id: ++version, sender, text, timestamp: Date.now() };
      messages.push(message);
      if (messages.length > 100) messages.shift();
      if (version % 2) Beam.callSync('broadcast', message);
      else channel.postMessage(message);
      room.broadcast('new_message', message);
      return message;
    }
    case 'move': {
      const player = players.get(client.id);
      player.x = Math.max(0, Math.min(100, player.x + payload.dx));
      player.y = Math.round(player.y + payload.dy);
      room.broadcast('moved', { id: client.id, x: player.x, y: player.y }, { except: client });
      return {};
    }
    case 'edit': {
      const found = messages.find((message) => message.id === payload.id);
      const edited = { ...found, text: escape(payload.text), edited: new Date().toISOString() };
      const index = messages.findIndex(({ id }) => id === edited.id);
      if (index >= 0) messages.splice(index, 1, edited);
      client.push('edited', edited);
      return { ids: messages.map(({ id }) => id), own: messages.filter((m) => m.sender === edited.sender).length };
    }
    case 'count': {
      const byName = {};
      for (const { sender } of messages) byName[sender] = (byName[sender] ?? 0) + 1;
      const top = Object.entries(byName).sort(([, a], [, b]) => b - a).slice(0, 3);
      return { top, names: Object.keys(byName).join(', '), score: players.get(client.id).add(1), text: JSON.stringify(top) };
    }
    case 'later':
      return restoreLater().then((count) => ({ count }));
    default:
      throw new Error(`unknown event ${event}`);
  }
}

export function terminate(reason, client) {
  online.delete(client.id);
  players.delete(client.id);
  room.broadcast('left', { id: client.id, reason });
}

setInterval(() => {
  ticks++;
  for (const [id, player] of players) if (player.x > 100) players.delete(id);
}, 1000);
console.log('ready', ticks);
