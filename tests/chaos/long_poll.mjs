// SPDX-License-Identifier: MIT
//
// A long-polling transport for Channels: one poll is always open, and messages are posted one request at a time, each on a
// connection of its own, so that no request meets a connection that the server is about to close.

import { Agent, request } from "node:http";
import { Channels } from "./channels.mjs";

/** One request. Gives the parsed body. */
export function ask(url, { method = "GET", body, agent } = {}) {
  return new Promise((resolve, reject) => {
    const headers = { "Content-Type": "application/x-ndjson", "Content-Length": Buffer.byteLength(body ?? "") };
    const asked = request(url, { method, agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve(JSON.parse(text)));
      response.on("error", reject);
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

/** Opens a session. Gives the address for its polls and messages. */
export async function openSession(url) {
  const path = `${url}/socket/longpoll?vsn=2.0.0`;
  const { token } = await ask(path, { agent: new Agent() });
  return { path, token, address: `${path}&token=${encodeURIComponent(token)}` };
}

export async function channelsOverLongPoll(url, ended = () => {}) {
  const session = await openSession(url);
  const posts = new Agent(); // Without keep-alive.
  const polls = new Agent({ keepAlive: true, maxSockets: 1 });
  let open = true;
  const unsent = [];
  let posting = false;

  const end = (why) => {
    if (!open) return;
    open = false;
    polls.destroy();
    channels.end(why);
    ended(why);
  };
  const channels = new Channels((text) => {
    unsent.push(text);
    if (!posting) post();
  });

  async function post() {
    posting = true;
    try {
      while (open && unsent.length > 0) {
        const { status } = await ask(session.address, { method: "POST", body: unsent.splice(0).join("\n"), agent: posts });
        if (status !== 200) end(`a message was answered with ${status}`);
      }
    } catch (error) {
      end(`a message was not taken: ${error.message}`);
    }
    posting = false;
  }

  async function poll() {
    try {
      while (open) {
        const { status, messages } = await ask(session.address, { agent: polls });
        if (status === 200) for (const text of messages) channels.receive(text);
        else if (status !== 204) end(`a poll was answered with ${status}`);
      }
    } catch (error) {
      end(`a poll failed: ${error.message}`);
    }
  }

  poll();
  return { channels, close: () => end("closed") };
}
