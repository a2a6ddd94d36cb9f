// The page. The server strips the types and sends the rest unchanged.

import { type Channel, Presence, Socket } from "/entmoot/phoenix.js";

interface Message {
  id: number;
  name: string;
  text: string;
  at: number;
}

const byId = <T extends HTMLElement = HTMLElement>(id: string) => document.getElementById(id) as T;

// The room is part of the address: ?room=garden
const place = new URLSearchParams(location.search).get("room") || "lobby";
byId("title").textContent = document.title = place;

// ---- The user's name

const nameField = byId<HTMLInputElement>("name");
nameField.value = localStorage.getItem("name") ?? "";
nameField.focus();

byId("enter").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = nameField.value.trim();
  if (name === "") return;
  localStorage.setItem("name", name);
  enter(name);
});

// ---- The room

function enter(name: string): void {
  showState("connecting");
  const socket = new Socket("/socket");
  socket.onOpen(() => showState("open"));
  socket.onClose(() => showState("connecting"));
  socket.connect();

  const channel = socket.channel(`chat:${place}`, { name });
  channel.on("message", (message: Message) => {
    show(message, name);
    byId("typing").textContent = "";
  });
  channel.on("typing", (somebody: { name: string }) => showTyping(somebody.name));

  const presence = new Presence(channel);
  presence.onSync(() => showPeople(presence.list((key) => key)));

  let entered = false;
  channel
    .join()
    // Also called after each reconnect: the reply contains the messages sent meanwhile.
    .receive("ok", ({ messages }: { messages: Message[] }) => {
      if (!entered) compose(channel);
      entered = true;
      byId("messages").replaceChildren();
      for (const message of messages) show(message, name);
      complain("");
    })
    .receive("error", ({ reason }) => {
      complain(reason);
      if (!entered) socket.disconnect();
    });
}

function compose(channel: Channel): void {
  const form = byId<HTMLFormElement>("compose");
  const field = byId<HTMLInputElement>("text");
  byId("enter").hidden = true;
  form.hidden = false;
  field.focus();

  let reported = 0; // when "typing" was last sent
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    reported = 0; // report the next text at once
    const text = field.value.trim();
    if (text === "") return;
    field.value = "";
    channel
      .push("send", { text })
      .receive("ok", () => complain(""))
      .receive("error", ({ reason }) => complain(reason))
      .receive("timeout", () => complain("no reply: the message may not have arrived"));
  });

  field.addEventListener("input", () => {
    if (Date.now() - reported < 1500) return;
    reported = Date.now();
    channel.push("typing", {});
  });
}

// ---- Display

function element(tag: string, className: string, text = ""): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text; // never innerHTML: the text comes from other users
  return made;
}

/** A name's colour, the same on every page. */
function hue(name: string): string {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)!) % 360;
  return String(sum);
}

function show(message: Message, self: string): void {
  const list = byId("messages");
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  const item = element("li", message.name === self ? "own" : "");
  item.style.setProperty("--hue", hue(message.name));
  const time = element("time", "", new Date(message.at).toLocaleTimeString([], { timeStyle: "short" }));
  item.append(element("b", "", message.name), time, element("p", "", message.text));
  list.append(item);
  if (atEnd || message.name === self) list.scrollTop = list.scrollHeight;
}

function showPeople(names: string[]): void {
  byId("people").replaceChildren(
    ...names.sort().map((name) => {
      const item = element("li", "", name);
      item.style.setProperty("--hue", hue(name));
      return item;
    }),
  );
}

let quiet = 0;
function showTyping(name: string): void {
  byId("typing").textContent = `${name} is typing …`;
  clearTimeout(quiet);
  quiet = setTimeout(() => (byId("typing").textContent = ""), 2500);
}

function showState(state: "open" | "connecting"): void {
  byId("state").textContent = state === "open" ? "live" : "connecting";
  byId("state").className = state;
}

function complain(reason: string): void {
  byId("problem").textContent = reason;
}
