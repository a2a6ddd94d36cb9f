// SPDX-License-Identifier: MIT
//
// A proxy between a client and the server, as in some companies' networks: HTTP passes, WebSocket upgrades do not.

import { connect, createServer } from "node:net";

export class UpgradeBreaker {
  #listener;
  #connections = new Set();

  static async start(target) {
    const proxy = new UpgradeBreaker();
    proxy.#listener = createServer((client) => {
      const server = connect({ host: target.hostname, port: Number(target.port) });
      for (const end of [client, server]) {
        proxy.#connections.add(end);
        end.on("error", () => {});
        end.on("close", () => proxy.#connections.delete(end));
      }
      client.on("data", (chunk) => {
        if (/^upgrade: *websocket/im.test(chunk.toString("latin1"))) {
          client.destroy();
          server.destroy();
        } else server.write(chunk);
      });
      server.pipe(client);
      client.on("close", () => server.destroy());
    });
    await new Promise((resolve) => proxy.#listener.listen(0, "127.0.0.1", resolve));
    proxy.url = new URL(`http://127.0.0.1:${proxy.#listener.address().port}`);
    return proxy;
  }

  async stop() {
    for (const end of this.#connections) end.destroy();
    await new Promise((resolve) => this.#listener.close(resolve));
  }
}
