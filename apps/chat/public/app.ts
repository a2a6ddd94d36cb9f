// SPDX-License-Identifier: MIT
//
// The chat page. This file connects its parts: `address` names the room, `room_link` is the channel of the room,
// `message_log` shows the messages, `who_is_here` and `typing` show the people, `composer` sends what the user writes.
// In order: the page's elements and texts, the open room, the user's actions.

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

const NOTICE_STAYS_MS = 12000; // Long enough for a screen reader.

function element<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found as T;
}

const page = {
  state: element("state"),
  stateText: element("state-text"),
  title: element("title"),
  roomForm: element<HTMLFormElement>("room-form"),
  room: element<HTMLInputElement>("room"),
  nameForm: element<HTMLFormElement>("name-form"),
  name: element<HTMLInputElement>("name"),
  kill: element<HTMLButtonElement>("kill"),
  typing: element("typing"),
  notice: element("notice"),
  problem: element("problem"),
};

// ---- Texts ----

const STATES: Record<LinkState, string> = {
  connecting: "Connecting…",
  connected: "Connected",
  reconnecting: "Reconnecting…",
};

function showState(state: LinkState): void {
  if (page.state.dataset["state"] === state) return; // A screen reader announces every change of the text.
  page.state.dataset["state"] = state;
  page.stateText.textContent = state === "connected" && byLongPoll(socket) ? "Connected (long-polling)" : STATES[state];
}

let noticeTimer: number | undefined;

function notice(text: string): void {
  window.clearTimeout(noticeTimer);
  page.problem.textContent = "";
  page.notice.textContent = text;
  if (text !== "") noticeTimer = window.setTimeout(() => (page.notice.textContent = ""), NOTICE_STAYS_MS);
}

function problem(text: string): void {
  page.notice.textContent = "";
  page.problem.textContent = text; // Stays until the next success.
}

let unseen = 0;

function showTitle(): void {
  document.title = `${unseen > 0 ? `(${unseen}) ` : ""}${room} · Entmoot`;
}

// ---- The open room ----

const socket = openSocket();
let room = roomInAddress(window.location);
let link: RoomLink | undefined;
let ownName = ""; // The name in use; the field may contain an unfinished one.
let people: readonly string[] = []; // The names of all clients in the room; duplicates are possible.

const log = new MessageLog(
  {
    scroller: element("log"),
    list: element("messages"),
    empty: element("empty"),
    jump: element<HTMLButtonElement>("jump"),
  },
  (message) => message.sender === ownName,
);

const here = new WhoIsHere({
  box: element<HTMLDetailsElement>("here"),
  line: element("here-line"),
  list: element("here-list"),
});

const typing = new Typing(({ names, words }) => {
  page.typing.replaceChildren(...names.flatMap((name, i) => (i > 0 ? [" and ", person(name)] : [person(name)])), words);
});

const ownTyping = new OwnTyping((typing) => link?.typing(typing));

const composer = new Composer(
  {
    form: element<HTMLFormElement>("compose"),
    field: element<HTMLTextAreaElement>("text"),
    counter: element("counter"),
  },
  {
    connected: () => link?.connected ?? false,
    name: () => useName(),
    lastTimestamp: () => log.shown.reduce((latest, message) => Math.max(latest, message.timestamp), 0),
    wrote: (text) => ownTyping.wrote(text),
    send(sender, text) {
      ownTyping.over();
      return link!.send(sender, text);
    },
    sent: () => (page.problem.textContent = ""),
    problem,
  },
);

function openRoom(name: string): void {
  link?.close();
  room = name;
  unseen = 0;
  page.title.textContent = name;
  page.room.value = name;
  page.state.dataset["state"] = "";
  showTitle();
  notice("");
  log.clear();
  showPeople([]);
  typing.clear();
  ownTyping.over();
  composer.moveTo(name);
  link = new RoomLink(socket, name, ownName, {
    onState: showState,
    onHistory(messages) {
      const wasRestarted = log.takeHistory(messages);
      composer.rejoined(messages);
      if (wasRestarted) notice("The room was restarted and has lost the messages above.");
      else if (page.problem.dataset["kind"] === "refusal") page.problem.textContent = "";
      page.problem.dataset["kind"] = "";
    },
    onMessage(message: Message) {
      composer.heard(message);
      typing.ended(message.sender);
      log.add(message);
      if (!document.hidden) return;
      ++unseen;
      showTitle();
    },
    onPeople: showPeople,
    onTyping(name, does) {
      if (name !== ownName) typing.heard(name, does); // The user may type in another tab.
    },
    onRefusal(reason) {
      page.problem.dataset["kind"] = "refusal";
      problem(`Cannot join the room: ${reason}. Trying again…`);
    },
  });
}

function showPeople(names: readonly string[]): void {
  for (const name of people) if (!names.includes(name)) typing.ended(name);
  people = names;
  here.show(names, ownName);
}

// ---- The user's actions ----

page.roomForm.addEventListener("submit", (event) => {
  event.preventDefault();
  const name = roomNamed(page.room.value);
  page.room.value = name;
  if (name !== room) {
    history.pushState(null, "", addressOf(name));
    openRoom(name);
  }
  composer.focus();
});

window.addEventListener("popstate", followAddress);
window.addEventListener("hashchange", followAddress);

function followAddress(): void {
  const name = roomInAddress(window.location);
  if (name !== room) openRoom(name);
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unseen = 0;
  showTitle();
});

page.name.addEventListener("change", useName);
page.nameForm.addEventListener("submit", (event) => {
  event.preventDefault();
  useName();
  composer.focus();
});

/** Takes the name from the field and returns it. An empty field gets a generated name, because messages need a sender. */
function useName(): string {
  const name = page.name.value.trim() || someName();
  page.name.value = name;
  ownName = name;
  link?.rename(name);
  here.show(people, name);
  try {
    localStorage.setItem("entmoot:name", name);
  } catch {
    // Storage is not available; the name lasts until the page is closed.
  }
  return name;
}

function storedName(): string {
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
    notice("The room was killed and restarted with an empty history.");
  } catch (error) {
    problem((error as Error).message);
  } finally {
    page.kill.removeAttribute("aria-disabled");
  }
});

// ---- Start ----

page.name.maxLength = NAME_MAX_CHARACTERS;
page.name.value = storedName();
useName();
history.replaceState(null, "", addressOf(room));
openRoom(room);
void visitorMayKill(room).then((may) => (page.kill.hidden = !may));
// On a touch screen, focus would open the on-screen keyboard.
if (window.matchMedia("(pointer: fine)").matches) composer.focus();
