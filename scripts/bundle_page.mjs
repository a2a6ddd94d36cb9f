// SPDX-License-Identifier: MIT
//
// node scripts/bundle_page.mjs <folder>: writes the page's files and source_tools.js there. A file whose bytes would be the
// same is left alone, so that nothing that embeds it is built again.

import { build } from "esbuild";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const target = process.argv[2];
// The page of the chat. `entmoot serve apps/chat` serves it file by file; chat_room has it inside, bundled.
const source = "apps/chat/public";
const copied = ["favicon.svg", "logo.svg", "trees.svg"];

/** Where pages of apps get phoenix.js from is an address of the server; in a bundle it is the package. */
const phoenix_from_package = {
  name: "phoenix",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^\/entmoot\/phoenix\.js$/ }, ({ kind }) => resolve("phoenix", { kind, resolveDir: "." }));
  },
};

/** The page asks for the bundle instead of the modules. */
async function bundled_page() {
  const written = await readFile(join(source, "index.html"), "utf8");
  const page = written.replace('<script type="module" src="/app.ts"></script>', '<script src="/app.js" defer></script>');
  if (page === written) throw new Error(`${source}/index.html does not load /app.ts as it did`);
  return Buffer.from(page);
}

/** The licences of what is bundled travel with the bundle, in one comment that no minifier removes. */
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

/** For a bundle that is compiled to bytecode, which keeps strings and no comments. */
const spoken = (comment) => `globalThis.licences = ${JSON.stringify(comment)};`;

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
  "index.html": await bundled_page(),
  "app.js": await bundle(
    {
      esbuild: {
        entryPoints: [`${source}/app.ts`],
        plugins: [phoenix_from_package],
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
  "source_tools.js": await bundle(
    {
      shape: spoken,
      esbuild: {
        stdin: {
          contents: await readFile("src/entmoot/js/source_tools.js", "utf8"),
          resolveDir: ".",
        },
        format: "iife",
        platform: "neutral", // A built-in module of Node would be an error here, and that is wanted.
        mainFields: ["module", "main"],
        target: "es2020",
      },
    },
    [
      "cjs-module-lexer",
      "sucrase",
      "ts-interface-checker",
      "lines-and-columns",
      "@jridgewell/gen-mapping",
      "@jridgewell/sourcemap-codec",
      "@jridgewell/trace-mapping",
      "@jridgewell/resolve-uri",
    ],
  ),
};
for (const name of copied) page[name] = await readFile(join(source, name));

await mkdir(target, { recursive: true });
for (const [name, bytes] of Object.entries(page)) {
  const path = join(target, name);
  const old = await readFile(path).catch(() => undefined);
  if (old === undefined || Buffer.compare(old, bytes) !== 0) await writeFile(path, bytes);
}
// What an earlier version made and this one does not.
for (const name of await readdir(target)) {
  if (!(name in page) && !name.startsWith(".")) await rm(join(target, name), { recursive: true });
}
