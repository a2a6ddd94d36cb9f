// SPDX-License-Identifier: MIT
//
// The local times of a year, in ten time zones: a room's Date and Node's agree, for the constructor, the setters, parsing
// and reading.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const binary = fileURLToPath(new URL("../../build/release/bin/entmoot", import.meta.url));
const zones = [
  "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kolkata",
  "Pacific/Apia", "Africa/Casablanca", "America/St_Johns", "Pacific/Auckland", "Antarctica/Troll",
];

/** Runs in Node and in a room: a checksum for each month of 2024 over all of its hours. */
const months = `() => Array.from({ length: 12 }, (_, month) => {
  let sum = 0;
  const add = (date) => { sum = (sum * 31 + date.getTime() / 60000 + date.getHours() + date.getTimezoneOffset()) % 9007199254; };
  const text = (n) => String(n).padStart(2, "0");
  for (let day = 1; day <= 31; day++) {
    for (let hour = 0; hour < 24; hour++) {
      const local = "2024-" + text(month + 1) + "-" + text(day) + "T" + text(hour) + ":30";
      add(new Date(2024, month, day, hour, 30));
      if (!Number.isNaN(Date.parse(local))) add(new Date(local));
      const set = new Date(2024, 0, 15, 12);
      set.setMonth(month, day);
      set.setHours(hour, 30);
      add(set);
    }
  }
  return sum;
})`;

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "entmoot-times-"));
  await mkdir(join(folder, "rooms"));
  await mkdir(join(folder, "tests"));
  await writeFile(join(folder, "rooms/none.ts"), "export const join = () => ({});");
  await writeFile(join(folder, "tests/times.test.ts"), `import { test } from "entmoot:test";\ntest("times", () => console.log("sums " + JSON.stringify((${months})())));`);
});
after(() => rm(folder, { recursive: true }));

for (const zone of zones) {
  test(`the local times of a year in ${zone} are Node's`, { timeout: 30000 }, async () => {
    const env = { ...process.env, TZ: zone };
    const ours = await run(binary, ["test", folder], { env });
    const node = await run(process.execPath, ["-p", `JSON.stringify((${months})())`], { env });
    assert.deepEqual(JSON.parse(/sums (\[.*?\])/.exec(ours.stdout + ours.stderr)[1]), JSON.parse(node.stdout));
  });
}
