// SPDX-License-Identifier: MIT
//
// The transports of the well-behaved members: channels of our own over WebSocket and long-polling, and the npm package
// phoenix over both. All have one interface: `await transports[name](url, topic, hears, trouble)` joins the topic and gives
// `{push(event, payload), close()}`. `hears(event, payload)` gets what the room sends; `trouble(what)` is called when the
// connection or the channel ends, which no well-behaved member should ever see.

import { WebSocket } from "ws";
import * as phoenix_1_7_20 from "phoenix-1.7.20";
import * as phoenix_1_8_16 from "phoenix-1.8.16";
import { channelsOverWebSocket } from "./channels.mjs";
import { channelsOverLongPoll } from "./long_poll.mjs";

const REPLY_WITHIN_MS = 15000;

function joined({ status, response }) {
  if (status !== "ok") throw new Error(`the join was answered with ${status}: ${JSON.stringify(response)}`);
}

function hearing(hears, trouble) {
  return (event, payload) => {
    if (event === "phx_error" || event === "phx_close") trouble(event);
    else hears(event, payload);
  };
}

async function overWebSocket(url, topic, hears, trouble) {
  const { channels, socket } = await channelsOverWebSocket(url, trouble);
  joined(await channels.join(topic, hearing(hears, trouble)));
  return { push: (event, payload) => channels.push(topic, event, payload), close: () => socket.close(1000) };
}

async function overLongPoll(url, topic, hears, trouble) {
  const { channels, close } = await channelsOverLongPoll(url, trouble);
  joined(await channels.join(topic, hearing(hears, trouble)));
  return { push: (event, payload) => channels.push(topic, event, payload), close };
}

/** The package phoenix. It reconnects by itself, so `trouble` is told of what it would hide. */
const withPhoenix = (phoenix, transport) => async (url, topic, hears, trouble) => {
  const socket = new phoenix.Socket(`${url.replace("http", "ws")}/socket`, { transport: transport ?? phoenix.LongPoll });
  socket.onClose((event) => trouble(`closed with ${event.code}`));
  socket.onError(() => trouble("socket error"));
  socket.connect();
  const channel = socket.channel(topic, {});
  channel.onMessage = (event, payload) => {
    if (!event.startsWith("phx_") && !event.startsWith("chan_reply_")) hears(event, payload);
    return payload;
  };
  channel.onError(() => trouble("phx_error"));
  const settled = (push) =>
    new Promise((resolve) => {
      for (const status of ["ok", "error", "timeout"])
        push.receive(status, (response) => resolve({ status: status === "timeout" ? "gone" : status, response }));
    });
  joined(await settled(channel.join(REPLY_WITHIN_MS)));
  return {
    push: (event, payload) => settled(channel.push(event, payload, REPLY_WITHIN_MS)),
    close: () => socket.disconnect(),
  };
};

export const transports = {
  "websocket": overWebSocket,
  "longpoll": overLongPoll,
  "phoenix 1.7 websocket": withPhoenix(phoenix_1_7_20, WebSocket),
  "phoenix 1.8 websocket": withPhoenix(phoenix_1_8_16, WebSocket),
  "phoenix 1.8 longpoll": withPhoenix(phoenix_1_8_16, null),
};
