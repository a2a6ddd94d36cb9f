// SPDX-License-Identifier: MIT
//
// node scripts/bundle_page.mjs <folder>: writes the page's files, phoenix.js, commonjs_lexer.js and esbuild, the program
// that compiles TypeScript in the server, to the folder. Unchanged files are not written, so that targets that embed them
// are not rebuilt.

import { execFileSync } from "node:child_process";
import { build, version } from "esbuild";
import { mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

const target = process.argv[2];
// The chat's page. `entmoot serve apps/chat` serves its files; chat_room embeds the bundle.
const source = "apps/chat/public";
const copied = ["favicon.svg", "logo.svg", "trees.svg"];

/** Pages import phoenix.js from an address of the server; the bundle takes it from the npm package. */
const phoenixFromPackage = {
  name: "phoenix",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^\/entmoot\/phoenix\.js$/ }, ({ kind }) => resolve("phoenix", { kind, resolveDir: "." }));
  },
};

/** The page, loading the bundle instead of the modules. */
async function bundledPage() {
  const written = await readFile(join(source, "index.html"), "utf8");
  const page = written.replace('<script type="module" src="/app.ts"></script>', '<script src="/app.js" defer></script>');
  if (page === written) throw new Error(`${source}/index.html: the script tag for /app.ts was not found`);
  return Buffer.from(page);
}

/** A comment with the licences of the bundled packages, which minifiers keep. */
async function notice(packages) {
  const texts = await Promise.all(
    packages.map(async (name) => {
      const folder = join("node_modules", name);
      const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
      const file = (await readdir(folder)).find((entry) => /^licen[sc]e/i.test(entry));
      return `${name} ${version}\n\n${(await readFile(join(folder, file), "utf8")).trim()}`;
    }),
  );
  return `/*!\n${texts.join("\n\n----\n\n").replaceAll("*/", "* /")}\n*/`;
}

/** The licences as a string, for a bundle that is compiled to bytecode, which keeps no comments. */
const asString = (comment) => `globalThis.licences = ${JSON.stringify(comment)};`;

/** A script whose value is a function that returns what the package exports: a part of a room's Web APIs. */
async function library(name, entry = name) {
  const code = await bundle(
    { esbuild: { stdin: { contents: `export * from "${entry}";`, resolveDir: "." }, format: "iife", globalName: "made", target: "es2022" } },
    [],
  );
  const licences = JSON.stringify(await notice([name]));
  return Buffer.from(`(function () { 'use strict'; ${Buffer.from(code).toString()}; return { ...made, licences: ${licences} }; })`);
}

const pack = (file) => execFileSync("zstd", ["-19", "--stdout", "--quiet", file], { maxBuffer: 2 ** 26 });

async function bundle(options, packages) {
  const result = await build({
    bundle: true,
    minify: true,
    charset: "utf8",
    legalComments: "none",
    write: false,
    logLevel: "warning",
    banner: packages.length > 0 ? { [options.loader ?? "js"]: (options.shape ?? String)(await notice(packages)) } : {},
    ...options.esbuild,
  });
  return result.outputFiles[0].contents;
}

const page = {
  "index.html": await bundledPage(),
  "app.js": await bundle(
    {
      esbuild: {
        entryPoints: [`${source}/app.ts`],
        plugins: [phoenixFromPackage],
        format: "iife",
        target: "es2020",
      },
    },
    ["phoenix"],
  ),
  "app.css": await bundle(
    { esbuild: { entryPoints: [`${source}/app.css`], target: ["chrome100", "firefox100", "safari15"] } },
    [],
  ),
  // For pages of apps: import { Socket, Presence } from "/entmoot/phoenix.js".
  "phoenix.js": await bundle(
    {
      esbuild: {
        stdin: { contents: 'export * from "phoenix";', resolveDir: "." },
        format: "esm",
        target: "es2020",
      },
    },
    ["phoenix"],
  ),
  // The dashboard for operators, which the server serves at /entmoot.
  "dashboard.html": await readFile("apps/dashboard/dashboard.html"),
  "dashboard.js": await bundle(
    { esbuild: { entryPoints: ["apps/dashboard/dashboard.ts"], format: "esm", target: "es2022" } },
    ["phoenix", "uplot"],
  ),
  "dashboard.css": await bundle(
    { esbuild: { entryPoints: ["apps/dashboard/dashboard.css"], target: ["chrome100", "firefox100", "safari15"] } },
    ["uplot"],
  ),
  "web_streams.js": await library("web-streams-polyfill"),
  "url_pattern_library.js": await library("urlpattern-polyfill", "urlpattern-polyfill/urlpattern"),
  "commonjs_lexer.js": await bundle(
    {
      shape: asString,
      esbuild: {
        stdin: {
          contents: await readFile("src/entmoot/js/commonjs_lexer.js", "utf8"),
          resolveDir: ".",
        },
        format: "iife",
        platform: "neutral", // Makes an import of Node's modules an error.
        mainFields: ["module", "main"],
        target: "es2020",
      },
    },
    ["cjs-module-lexer"],
  ),
  "esbuild.version": Buffer.from(`${version}\n`),
  "esbuild.licence": await readFile("node_modules/esbuild/LICENSE.md"),
};
// Compressing takes some seconds, so it is done once for each version.
const program = join("node_modules/@esbuild", `${process.platform}-${process.arch}`, "bin/esbuild");
const packed = join(target, "esbuild.zst");
const known = await readFile(join(target, "esbuild.version"), "utf8").catch(() => "");
const isPacked = known.trim() === version && (await stat(packed).catch(() => undefined));
page["esbuild.zst"] = isPacked ? await readFile(packed) : pack(program);

for (const name of copied) page[name] = await readFile(join(source, name));

await mkdir(target, { recursive: true });
for (const [name, bytes] of Object.entries(page)) {
  const path = join(target, name);
  const old = await readFile(path).catch(() => undefined);
  if (old === undefined || Buffer.compare(old, bytes) !== 0) await writeFile(path, bytes);
}
// Remove files of earlier versions.
for (const name of await readdir(target)) {
  if (!(name in page) && !name.startsWith(".")) await rm(join(target, name), { recursive: true });
}
