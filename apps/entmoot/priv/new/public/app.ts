// The page. The server takes the types away and sends the rest as it is: what you read here is what runs.

import { type Channel, Presence, Socket } from "/entmoot/phoenix.js";

interface Message {
  id: number;
  name: string;
  text: string;
  at: number;
}

const byId = <T extends HTMLElement = HTMLElement>(id: string) => document.getElementById(id) as T;

// The room is in the address: ?room=garden
const place = new URLSearchParams(location.search).get("room") || "lobby";
byId("title").textContent = document.title = place;

// ---- Who we are

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

// ---- The conversation

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
    // Again after each interruption: then the answer has what was missed.
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

  let told = 0; // when the others were last told that we type
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    told = 0; // The next text is news.
    const text = field.value.trim();
    if (text === "") return;
    field.value = "";
    channel
      .push("send", { text })
      .receive("ok", () => complain(""))
      .receive("error", ({ reason }) => complain(reason))
      .receive("timeout", () => complain("no answer: it may not have arrived"));
  });

  field.addEventListener("input", () => {
    if (Date.now() - told < 1500) return;
    told = Date.now();
    channel.push("typing", {});
  });
}

// ---- What is seen

function element(tag: string, className: string, text = ""): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text; // never innerHTML: it is somebody else's text
  return made;
}

/** Everybody has a colour, the same on every page. */
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
