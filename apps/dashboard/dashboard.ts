// SPDX-License-Identifier: MIT
//
// The dashboard's page: which view the address names, and what keeps it fresh.

import { type About, Connection } from "./connection";
import { element } from "./dom";
import { Overview } from "./overview";
import { Room } from "./room";
import { Rooms } from "./rooms";

interface View {
  readonly node: HTMLElement;
  refresh(): Promise<void>;
}

const main = document.querySelector<HTMLElement>("#main")!;
const status = document.querySelector<HTMLElement>("#status")!;
const refreshEvery = { overview: 5000, rooms: 3000, room: 2000 };

let about: About | undefined;
let view: View | undefined;
let overview: Overview | undefined; // keeps the samples that it has
let timer = 0;

function say(text: string, bad = false) {
  status.textContent = text;
  status.className = bad ? "bad" : "";
}

const connection = new Connection((state, told) => {
  if (state === "open") {
    const again = about !== undefined;
    about = told!;
    document.querySelector("#app")!.textContent = about.app;
    document.title = `${about.app} · Entmoot`;
    say(`version ${about.version}, operator ${about.operator}`);
    if (!again || !view) show();
  } else if (state === "closed") {
    say("the server is away; trying again …", true);
  } else {
    askForToken();
  }
});

function askForToken() {
  if (document.querySelector("#token")) return;
  say("not connected", true);
  const token = element("input", { id: "token", type: "password", autocomplete: "off" });
  main.replaceChildren(
    element(
      "section",
      { class: "panel" },
      element("h2", {}, "Not let in"),
      element(
        "p",
        {},
        "The server is away, or it does not take this browser for an operator's. Programs of the server's own user on the same machine need no token; others need `dashboard.token` of its configuration.",
      ),
      element(
        "form",
        { class: "action", onsubmit: (event: Event) => (event.preventDefault(), say("connecting …"), connection.use(token.value)) },
        element("label", { for: "token" }, "Token"),
        token,
        element("button", {}, "Connect"),
      ),
    ),
  );
  view = undefined;
}

function show() {
  if (!about) return;
  const [, name = "", argument = ""] = /^#\/?(\w*)\/?(.*)$/.exec(location.hash) ?? [];
  const kind = name === "rooms" || name === "room" ? name : "overview";
  for (const link of document.querySelectorAll<HTMLElement>("nav a[data-view]")) {
    const current = link.dataset.view === kind || (kind === "room" && link.dataset.view === "rooms");
    current ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
  }
  if (kind === "rooms") view = new Rooms(connection);
  else if (kind === "room") view = new Room(connection, decodeURIComponent(argument));
  else view = overview ??= new Overview(connection, about.shards);
  main.replaceChildren(view.node);
  clearInterval(timer);
  timer = window.setInterval(refresh, refreshEvery[kind]);
  void refresh();
}

async function refresh() {
  if (document.hidden) return;
  try {
    await view?.refresh();
  } catch (error) {
    say((error as Error).message, true);
  }
}

addEventListener("hashchange", () => {
  show();
  main.focus();
});
document.addEventListener("visibilitychange", () => void refresh());
