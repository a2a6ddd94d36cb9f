// SPDX-License-Identifier: MIT
//
// Serves one page per version of phoenix.js on loopback, from another origin than the server's, as applications do whose
// pages are hosted elsewhere.

import { build } from "esbuild";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(new URL("phoenix_page.mjs", import.meta.url));

async function bundle(version) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    alias: { phoenix: `phoenix-${version}` },
    bundle: true,
    format: "iife",
    target: "es2022",
    write: false,
    logLevel: "warning",
  });
  return outputFiles[0].text;
}

export class PageServer {
  #server;

  static async start(versions) {
    const scripts = new Map(
      await Promise.all(versions.map(async (version) => [`/${version}.js`, await bundle(version)])),
    );
    const pages = new PageServer();
    pages.#server = createServer((request, response) => {
      const page = /^\/(\d+\.\d+\.\d+)$/.exec(request.url);
      const script = scripts.get(request.url);
      if (script !== undefined) response.setHeader("content-type", "text/javascript; charset=utf-8").end(script);
      else if (page !== null)
        response
          .setHeader("content-type", "text/html; charset=utf-8")
          .end(`<!doctype html><title>phoenix.js ${page[1]}</title><script src="/${page[1]}.js"></script>`);
      else response.writeHead(404).end();
    });
    await new Promise((resolve) => pages.#server.listen(0, "127.0.0.1", resolve));
    return pages;
  }

  /** The URL of a version's page, for a browser that resolves `host` to this machine. */
  url(version, host) {
    return `http://${host}:${this.#server.address().port}/${version}`;
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
