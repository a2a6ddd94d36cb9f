// SPDX-License-Identifier: MIT
//
// The chat page. This file connects the parts: the address says which room, room_link talks to it, message_log shows what
// it says, who_is_here and typing show who is in it, composer sends what a person writes. Below are the elements, then
// the one room that is open, then what a visitor can do.

import { addressOf, roomInAddress, roomNamed } from "./page/address.ts";
import { Composer } from "./page/composer.ts";
import { byLongPoll, openSocket } from "./page/connection.ts";
import type { Message } from "./page/message.ts";
import { MessageLog } from "./page/message_log.ts";
import { NAME_MAX_CHARACTERS, someName } from "./page/names.ts";
import { OwnTyping } from "./page/own_typing.ts";
import { person } from "./page/person.ts";
import { killRoom, visitorMayKill } from "./page/room_api.ts";
import { type LinkState, RoomLink } from "./page/room_link.ts";
import { Typing } from "./page/typing.ts";
import { WhoIsHere } from "./page/who_is_here.ts";

const NOTICE_STAYS_MS = 12000; // Long enough to be read aloud.

function element<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found as T;
}

const page = {
  state: element("state"),
  state_text: element("state-text"),
  title: element("title"),
  room_form: element<HTMLFormElement>("room-form"),
  room: element<HTMLInputElement>("room"),
  name_form: element<HTMLFormElement>("name-form"),
  name: element<HTMLInputElement>("name"),
  kill: element<HTMLButtonElement>("kill"),
  typing: element("typing"),
  notice: element("notice"),
  problem: element("problem"),
};

// ---- What the page says ----

const STATES: Record<LinkState, string> = {
  connecting: "Connecting…",
  connected: "Connected",
  reconnecting: "Reconnecting…",
};

function show_state(state: LinkState): void {
  if (page.state.dataset["state"] === state) return; // Said once; a screen reader would say it again.
  page.state.dataset["state"] = state;
  page.state_text.textContent = state === "connected" && byLongPoll(socket) ? "Connected by long-poll" : STATES[state];
}

let notice_timer: number | undefined;

function notice(text: string): void {
  window.clearTimeout(notice_timer);
  page.problem.textContent = "";
  page.notice.textContent = text;
  if (text !== "") notice_timer = window.setTimeout(() => (page.notice.textContent = ""), NOTICE_STAYS_MS);
}

function problem(text: string): void {
  page.notice.textContent = "";
  page.problem.textContent = text; // Stays until something went well.
}

let unseen = 0;

function show_title(): void {
  document.title = `${unseen > 0 ? `(${unseen}) ` : ""}${room} · Entmoot`;
}

// ---- The room that is open ----

const socket = openSocket();
let room = roomInAddress(window.location);
let link: RoomLink | undefined;
let own_name = ""; // The one in use, while the field may already have half of another.
let people: readonly string[] = []; // Who is here; a name as often as it is.

const log = new MessageLog(
  {
    scroller: element("log"),
    list: element("messages"),
    empty: element("empty"),
    jump: element<HTMLButtonElement>("jump"),
  },
  (message) => message.sender === own_name,
);

const here = new WhoIsHere({
  box: element<HTMLDetailsElement>("here"),
  line: element("here-line"),
  list: element("here-list"),
});

const typing = new Typing(({ names, words }) => {
  page.typing.replaceChildren(...names.flatMap((name, i) => (i > 0 ? [" and ", person(name)] : [person(name)])), words);
});

const own_typing = new OwnTyping((typing) => link?.typing(typing));

const composer = new Composer(
  {
    form: element<HTMLFormElement>("compose"),
    field: element<HTMLTextAreaElement>("text"),
    counter: element("counter"),
  },
  {
    connected: () => link?.connected ?? false,
    name: () => keep_name(),
    last_timestamp: () => log.shown.reduce((latest, message) => Math.max(latest, message.timestamp), 0),
    wrote: (text) => own_typing.wrote(text),
    send(sender, text) {
      own_typing.over();
      return link!.send(sender, text);
    },
    sent: () => (page.problem.textContent = ""),
    problem,
  },
);

function open_room(name: string): void {
  link?.close();
  room = name;
  unseen = 0;
  page.title.textContent = name;
  page.room.value = name;
  page.state.dataset["state"] = "";
  show_title();
  notice("");
  log.clear();
  show_people([]);
  typing.clear();
  own_typing.over();
  composer.move_to(name);
  link = new RoomLink(socket, name, own_name, {
    onState: show_state,
    onHistory(messages) {
      const began_again = log.take_history(messages);
      composer.rejoined(messages);
      if (began_again) notice("The room has begun again. It no longer remembers what is above.");
      else if (page.problem.dataset["kind"] === "refusal") page.problem.textContent = "";
      page.problem.dataset["kind"] = "";
    },
    onMessage(message: Message) {
      composer.heard(message);
      typing.ended(message.sender);
      log.add(message);
      if (!document.hidden) return;
      ++unseen;
      show_title();
    },
    onPeople: show_people,
    onTyping(name, does) {
      if (name !== own_name) typing.heard(name, does); // In another tab it may be oneself.
    },
    onRefusal(reason) {
      page.problem.dataset["kind"] = "refusal";
      problem(`The room cannot be entered: ${reason}. Trying again…`);
    },
  });
}

function show_people(names: readonly string[]): void {
  for (const name of people) if (!names.includes(name)) typing.ended(name);
  people = names;
  here.show(names, own_name);
}

// ---- What a visitor can do ----

page.room_form.addEventListener("submit", (event) => {
  event.preventDefault();
  const name = roomNamed(page.room.value);
  page.room.value = name;
  if (name !== room) {
    history.pushState(null, "", addressOf(name));
    open_room(name);
  }
  composer.focus();
});

window.addEventListener("popstate", follow_address);
window.addEventListener("hashchange", follow_address);

function follow_address(): void {
  const name = roomInAddress(window.location);
  if (name !== room) open_room(name);
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unseen = 0;
  show_title();
});

page.name.addEventListener("change", keep_name);
page.name_form.addEventListener("submit", (event) => {
  event.preventDefault();
  keep_name();
  composer.focus();
});

/** The name in use. An empty field gets one, because a message without a sender is nobody's. */
function keep_name(): string {
  const name = page.name.value.trim() || someName();
  page.name.value = name;
  own_name = name;
  link?.rename(name);
  here.show(people, name);
  try {
    localStorage.setItem("entmoot:name", name);
  } catch {
    // The browser keeps nothing for this page; the name lasts until it is closed.
  }
  return name;
}

function remembered_name(): string {
  try {
    return [...(localStorage.getItem("entmoot:name") ?? "")].slice(0, NAME_MAX_CHARACTERS).join("");
  } catch {
    return "";
  }
}

page.kill.addEventListener("click", async () => {
  const killed = room;
  page.kill.setAttribute("aria-disabled", "true"); // Keeps the focus, unlike `disabled`.
  try {
    await killRoom(killed);
    if (killed === room) log.divide();
    notice("The room was killed; it goes on with an empty history.");
  } catch (error) {
    problem((error as Error).message);
  } finally {
    page.kill.removeAttribute("aria-disabled");
  }
});

// ---- Begin ----

page.name.maxLength = NAME_MAX_CHARACTERS;
page.name.value = remembered_name();
keep_name();
history.replaceState(null, "", addressOf(room));
open_room(room);
void visitorMayKill(room).then((may) => (page.kill.hidden = !may));
// A pointer that is a finger brings a keyboard over half the screen with the focus: not before it is asked for.
if (window.matchMedia("(pointer: fine)").matches) composer.focus();
