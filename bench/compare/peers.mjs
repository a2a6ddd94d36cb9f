// SPDX-License-Identifier: MIT
//
// The compared servers: how each is started, and its version. Those from npm are installed below build/bench/peers, with
// the versions of bench/peers/package.json; if that fails they are missing, with a reason.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const INSTALL_MS = 180_000;

const output = (command, ...words) =>
  execFileSync(command, words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 10_000 }).trim();

function install(root) {
  const folder = join(root, "build/bench/peers");
  mkdirSync(folder, { recursive: true });
  // The servers run from the copy, where their imports are found.
  cpSync(join(root, "bench/peers"), folder, { recursive: true });
  const { dependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const installed = ([name, version]) => {
    const file = join(folder, "node_modules", name, "package.json");
    return existsSync(file) && JSON.parse(readFileSync(file, "utf8")).version === version;
  };
  let reason = "";
  if (!Object.entries(dependencies).every(installed)) {
    try {
      // Each platform's program is a package of its own, so no package's scripts have to run.
      const options = ["--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"];
      execFileSync("npm", ["install", "--prefix", folder, ...options], { stdio: "pipe", timeout: INSTALL_MS });
    } catch (error) {
      const why = String(error.stderr ?? "").trim().split("\n")[0] || error.code || error.message;
      reason = `npm cannot install it (${why})`;
    }
  }
  return { folder, reason };
}

/** The first of these programs that runs here: packages exist for several C libraries and generations of processors. */
function program(folder, packages, file) {
  for (const name of packages) {
    const path = join(folder, "node_modules", name, file);
    if (!existsSync(path)) continue;
    try {
      return { path, version: output(path, "--version").split("\n")[0] };
    } catch {
      continue;
    }
  }
  return null;
}

function commitOf(root) {
  try {
    const commit = output("git", "-C", root, "rev-parse", "--short=12", "HEAD");
    const changed = output("git", "-C", root, "status", "--porcelain", "--", "src", "apps/entmoot", "bench/app", "cmake");
    return changed ? `${commit}, with changes` : commit;
  } catch {
    return "unknown commit";
  }
}

/**
 * All servers of the comparison, in the order of the table. One that is not available has a `missing`: the reason.
 *
 * `descriptorsPerConnection`: 1 unless stated. `roomInUrl`: the server must know the room when a client connects.
 * `withoutRoomCode`: no room of it can fail or spin.
 */
export function findServers(root) {
  const bin = join(root, "build/release/bin");
  const { folder, reason } = install(root);
  const architecture = process.arch === "x64" ? "x64" : "aarch64";
  const bunPackages = ["", "-baseline", "-musl", "-musl-baseline"].map((kind) => `@oven/bun-linux-${architecture}${kind}`);
  const bun = program(folder, bunPackages, "bin/bun");
  const workerdPackage = `@cloudflare/workerd-linux-${process.arch === "x64" ? "64" : "arm64"}`;
  const workerd = program(folder, [workerdPackage], "bin/workerd");
  const ws = join(folder, "node_modules/ws/package.json");
  const missing = reason || "its program does not run here";
  return [
    {
      name: "entmoot",
      title: "Entmoot",
      version: commitOf(root),
      environment: { SHARDS: "1" },
      command: (port) => [join(bin, "entmoot"), "serve", join(root, "bench/app"), "--port", port, "--log", "error"],
    },
    {
      name: "bun",
      title: "Bun",
      version: bun?.version,
      missing: bun ? undefined : missing,
      command: (port) => [bun.path, join(folder, "bun.mjs"), port],
    },
    {
      name: "node-ws",
      title: "Node + ws",
      version: existsSync(ws) ? `node ${process.version}, ws ${JSON.parse(readFileSync(ws, "utf8")).version}` : undefined,
      missing: existsSync(ws) ? undefined : missing,
      command: (port) => [process.execPath, join(folder, "node_ws.mjs"), port],
    },
    {
      name: "epoll",
      title: "bare epoll",
      version: "bench/peers/epoll.cpp",
      withoutRoomCode: true,
      command: (port) => [join(bin, "bench_epoll"), port],
    },
    {
      name: "workerd",
      title: "workerd",
      version: workerd?.version,
      missing: workerd ? undefined : missing,
      roomInUrl: true,
      descriptorsPerConnection: 2,
      command: (port) => [workerd.path, "serve", join(folder, "workerd.capnp"), `--socket-addr=http=127.0.0.1:${port}`],
    },
  ];
}
