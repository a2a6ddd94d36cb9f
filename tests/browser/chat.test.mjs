// SPDX-License-Identifier: MIT
//
// The chat's page as a person uses it, in Debian's Chromium. Writes screenshots to build/screenshots/.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, afterEach, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client, closeClients, freshRoom, until } from "../clients/chat_client.mjs";
import { ChatServer, isApp } from "../clients/chat_server.mjs";
import { UpgradeBreaker } from "../conformance/upgrade_breaker.mjs";
import { launchChromium } from "./chromium.mjs";
import { Visitors } from "./visitors.mjs";

const pictures = fileURLToPath(new URL("../../build/screenshots/", import.meta.url));
const options = { timeout: 30000 };

let server;
let browser;
let visitors;
before(async () => {
  mkdirSync(pictures, { recursive: true });
  server = await ChatServer.start();
  browser = await launchChromium();
  visitors = new Visitors(browser);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});
afterEach(async () => {
  closeClients();
  await visitors.tidy();
});

/** Opens the page in a browser of its own. `prepare` is called before the page is loaded. */
async function visitor(room, { name, prepare, url = server.url, ...context_options } = {}) {
  const page = await visitors.open(`${url}/?${new URLSearchParams({ room })}`, {
    ...context_options,
    async prepare(page) {
      if (name !== undefined) {
        await page.addInitScript(
          (remembered) => localStorage.getItem("entmoot:name") ?? localStorage.setItem("entmoot:name", remembered),
          name,
        );
      }
      await prepare?.(page);
    },
  });
  await connected(page);
  return page;
}

const connected = (page) => page.locator('#state[data-state="connected"]').waitFor();
const texts = (page) => page.locator(".message .text").allTextContents();
const heard = (page, text) => page.locator(".message .text", { hasText: text }).first().waitFor();
const field = (page) => page.getByLabel("Your message");

async function say(page, text) {
  await field(page).fill(text);
  await field(page).press("Enter");
}

async function post(room, text, sender = "somebody") {
  const answer = await fetch(`${server.url}/api/rooms/${encodeURIComponent(room)}/messages`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ sender, text }),
  });
  assert.equal(answer.status, 201);
}

test("messages reach the visitors of their room and no others", options, async () => {
  const [here, there] = [freshRoom("here"), freshRoom("there")];
  const ann = await visitor(here, { name: "Ann" });
  const bob = await visitor(here, { name: "Bob" });
  const eve = await visitor(there, { name: "Eve" });
  assert.ok(await ann.getByText("No messages yet.").isVisible());

  await say(ann, "Good morning");
  await heard(bob, "Good morning");
  await say(bob, "Good morning to you");
  await heard(ann, "Good morning to you");
  await say(eve, "Is anybody here?");
  await heard(eve, "Is anybody here?");

  assert.deepEqual(await texts(ann), ["Good morning", "Good morning to you"]);
  assert.deepEqual(await texts(bob), ["Good morning", "Good morning to you"]);
  assert.deepEqual(await texts(eve), ["Is anybody here?"]);
  assert.deepEqual(await ann.locator(".message.own .text").allTextContents(), ["Good morning"]);
  assert.equal(await ann.locator(".message .sender").nth(1).textContent(), "Bob");
  assert.ok(!(await ann.getByText("No messages yet.").isVisible()));

  const late = await visitor(here);
  assert.deepEqual(await texts(late), ["Good morning", "Good morning to you"]);
});

test("a killed room restarts with an empty history, and its visitors rejoin", options, async () => {
  const id = freshRoom("killed");
  const ann = await visitor(id, { name: "Ann" });
  const bob = await visitor(id, { name: "Bob" });
  await say(ann, "Soon forgotten");
  await heard(bob, "Soon forgotten");
  await ann.getByRole("button", { name: "Kill this room" }).click();
  await ann.getByRole("status").getByText("The room was killed and restarted with an empty history").waitFor();

  if (isApp) {
    // Bob's channel ended with the room; the history after his rejoin shows the restart.
    await bob.getByRole("status").getByText("The room was restarted").waitFor();
    await connected(bob);
    await connected(ann);
  }

  const late = await visitor(id, { name: "Late" });
  assert.deepEqual(await texts(late), []);
  await say(bob, "We go on");
  for (const page of [ann, bob, late]) await heard(page, "We go on");
  assert.deepEqual(await texts(late), ["We go on"]);
  assert.equal(await bob.locator("#state-text").textContent(), "Connected");
});

test("the page rejoins after a server restart, and keeps the text in the field", options, async () => {
  const id = freshRoom("restart");
  const ann = await visitor(id, { name: "Ann" });
  await say(ann, "Before the restart");
  await heard(ann, "Before the restart");
  await field(ann).fill("Half a sent");

  await server.stop();
  await ann.getByRole("status").getByText("Reconnecting…").waitFor();
  await field(ann).press("Enter");
  await ann.getByRole("alert").getByText("Not connected at the moment").waitFor();
  assert.equal(await field(ann).inputValue(), "Half a sent");

  await server.startAgain();
  await connected(ann);
  await say(ann, "After the restart");
  await heard(ann, "After the restart");
  assert.equal((await texts(ann)).filter((text) => text === "After the restart").length, 1);
  await until(async () => (await ann.getByRole("alert").textContent()) === "", "the problem to be over");
});

test("hostile text is shown as text", options, async () => {
  const id = freshRoom("hostile");
  const hostile = [
    '<img src=x onerror="window.harmed=1">',
    "<script>window.harmed=1</script>",
    '"><svg onload=window.harmed=1>',
    "javascript:window.harmed=1",
    "{{constructor.constructor('window.harmed=1')()}}",
    "\u202Eright to left",
  ];
  const ann = await visitor(id, { name: '<b onmouseover="window.harmed=1">Ann</b>' });
  for (const text of hostile) await say(ann, text);
  await heard(ann, hostile.at(-1));
  const late = await visitor(id);
  for (const page of [ann, late]) {
    assert.deepEqual(await texts(page), hostile);
    assert.equal(await page.locator("#log img, #log script, #log b, #log a, #log iframe").count(), 0);
    await page.locator(".sender").first().hover();
    assert.equal(await page.evaluate(() => window.harmed), undefined);
  }
  assert.equal(await ann.locator(".sender").first().textContent(), '<b onmouseover="window.harmed=1">Ann</b>');
});

test("a hostile room name is shown as text", options, async () => {
  const id = `<img src=x onerror=window.harmed=1>&"'#?/%41`;
  const ann = await visitor(id, { name: "Ann" });
  assert.equal(await ann.getByRole("heading").textContent(), id);
  await say(ann, "hello");
  await heard(ann, "hello");
  await ann.reload();
  await heard(ann, "hello");
  assert.equal(await ann.evaluate(() => window.harmed), undefined);
});

describe("typed text is never lost", options, () => {
  test("a text that is too long stays in the field, with the number of excess characters", async () => {
    const ann = await visitor(freshRoom(), { name: "Ann" });
    await field(ann).fill("x".repeat(4002));
    await field(ann).press("Enter");
    await ann.getByRole("alert").getByText("Too long by 2 characters").waitFor();
    assert.equal((await field(ann).inputValue()).length, 4002);
    assert.equal(await ann.locator("#counter").textContent(), "4002 of 4000");
    await say(ann, "🌳".repeat(1000));
    await heard(ann, "🌳");
    await until(async () => (await ann.getByRole("alert").textContent()) === "", "the problem to be over");
  });

  test("a text that the room rejects returns to the field, with the reason", async () => {
    const ann = await visitor(freshRoom(), {
      name: "Ann",
      prepare: (page) =>
        page.routeWebSocket(/\/socket\/websocket/, (socket) => {
          const upstream = socket.connectToServer();
          socket.onMessage((frame) => {
            const [join_ref, ref, topic, event, payload] = JSON.parse(frame);
            if (event !== "send_message" || payload.text !== "refuse this") return upstream.send(frame);
            socket.send(
              JSON.stringify([
                join_ref,
                ref,
                topic,
                "phx_reply",
                { status: "error", response: { reason: "the room is restarting" } },
              ]),
            );
          });
        }),
    });
    await say(ann, "refuse this");
    await ann.getByRole("alert").getByText("Not sent: the room is restarting").waitFor();
    assert.equal(await field(ann).inputValue(), "refuse this");
    await say(ann, "take this");
    await heard(ann, "take this");
    assert.equal(await field(ann).inputValue(), "");
  });

  test("a text that is lost with the connection returns to the field; one that has arrived does not", async () => {
    const ann = await visitor(freshRoom(), {
      name: "Ann",
      prepare: (page) =>
        page.routeWebSocket(/\/socket\/websocket/, (socket) => {
          const upstream = socket.connectToServer();
          let deaf = false; // drops the server's frames after "arrives"
          upstream.onMessage((frame) => {
            if (!deaf) return socket.send(frame);
            if (frame.includes("phx_reply")) socket.close({ code: 1012 });
          });
          socket.onMessage((frame) => {
            if (frame.includes("is lost")) return socket.close({ code: 1012 });
            if (frame.includes("arrives")) deaf = true;
            upstream.send(frame);
          });
        }),
    });
    await say(ann, "this one is lost");
    await ann.getByRole("alert").getByText("The connection was lost").waitFor();
    assert.equal(await field(ann).inputValue(), "this one is lost");
    await connected(ann);
    await say(ann, "this one arrives");
    await heard(ann, "this one arrives");
    await connected(ann);
    assert.equal(await field(ann).inputValue(), "");
    assert.deepEqual(await texts(ann), ["this one arrives"]);
  });

  test("each room has its own draft, and a reload keeps it", async () => {
    const [one, two] = [freshRoom("one"), freshRoom("two")];
    const ann = await visitor(one, { name: "Ann" });
    await field(ann).fill("for room one");
    await ann.getByLabel("Room", { exact: true }).fill(two);
    await ann.getByRole("button", { name: "Go" }).click();
    await connected(ann);
    assert.equal(await field(ann).inputValue(), "");
    await ann.goBack();
    assert.equal(await field(ann).inputValue(), "for room one");
    await ann.reload();
    await connected(ann);
    assert.equal(await field(ann).inputValue(), "for room one");
  });
});

test("the room is part of the address: links can be shared, and the back button works", options, async () => {
  const [one, two] = [freshRoom("one"), freshRoom("two words")];
  await post(one, "this is one");
  await post(two, "this is two");
  const ann = await visitor(one, { name: "Ann" });
  await heard(ann, "this is one");
  await ann.getByLabel("Room", { exact: true }).fill(two);
  await ann.keyboard.press("Enter");
  await heard(ann, "this is two");
  assert.deepEqual(await texts(ann), ["this is two"]);
  assert.equal(new URL(ann.url()).searchParams.get("room"), two);
  assert.equal(await ann.title(), `${two} · Entmoot`);
  await ann.goBack();
  await heard(ann, "this is one");
  assert.deepEqual(await texts(ann), ["this is one"]);
  await ann.goto(`${server.url}/#${encodeURIComponent(two)}`);
  await heard(ann, "this is two");
  assert.equal(new URL(ann.url()).searchParams.get("room"), two);
});

test("the name is stored; without one, the page generates it", options, async () => {
  const ann = await visitor(freshRoom());
  const name = ann.getByLabel("Your name");
  assert.match(await name.inputValue(), /^\w+ \w+$/);
  await name.fill("Ann of the Alders");
  await name.press("Enter");
  await ann.reload();
  assert.equal(await name.inputValue(), "Ann of the Alders");
  await connected(ann);
  await say(ann, "hello");
  await heard(ann, "hello");
  assert.equal(await ann.locator(".sender").textContent(), "Ann of the Alders");
});

test("the page scrolls to new messages only while the reader is at the end", options, async () => {
  const id = freshRoom("scroll");
  for (let n = 1; n <= 40; ++n) await post(id, `line ${n}`, `sender ${n % 7}`);
  const ann = await visitor(id, { name: "Ann" });
  const log = ann.getByRole("log");
  const from_end = () => log.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight);
  await until(async () => (await from_end()) < 2, "the end of the history");
  await post(id, "line 41");
  await heard(ann, "line 41");
  await until(async () => (await from_end()) < 2, "the newest message");

  await log.evaluate((element) => (element.scrollTop = 100));
  const jump = ann.getByRole("button", { name: "Jump to latest" });
  await jump.waitFor();
  await post(id, "line 42");
  await ann.getByRole("button", { name: "1 new message" }).waitFor();
  assert.equal(await log.evaluate((element) => element.scrollTop), 100);
  await ann.getByRole("button", { name: "1 new message" }).click();
  await until(async () => (await from_end()) < 2, "the newest message");
  await until(async () => !(await ann.locator("#jump").isVisible()), "the button to go");
});

test("all controls are reachable by keyboard, in the order of the page", options, async () => {
  const ann = await visitor(freshRoom(), { name: "Ann" });
  await ann.getByRole("button", { name: "Kill this room" }).waitFor();
  await until(() => ann.evaluate(() => document.activeElement.id === "text"), "the focus in the message field");
  await ann.evaluate(() => document.activeElement.blur());
  await ann.getByRole("link", { name: "Entmoot" }).focus();
  const order = [];
  for (let n = 0; n < 9; ++n) {
    order.push(await ann.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim()));
    const outline = await ann.evaluate(() => parseFloat(getComputedStyle(document.activeElement).outlineWidth));
    assert.ok(outline >= 2, `no visible focus on ${order.at(-1)}`);
    await ann.keyboard.press("Tab");
  }
  assert.deepEqual(order, ["Entmoot", "room", "Go", "name", "kill", "here-line", "log", "text", "Send"]);
  await field(ann).focus();
  await ann.keyboard.type("one");
  await ann.keyboard.press("Shift+Enter");
  await ann.keyboard.type("two");
  await ann.keyboard.press("Enter");
  await heard(ann, "two");
  assert.deepEqual(await texts(ann), ["one\ntwo"]);
});

test("a screen reader announces new messages, but not the history", options, async () => {
  const id = freshRoom("aria");
  await post(id, "old");
  const ann = await visitor(id, { name: "Ann" });
  const log = ann.getByRole("log", { name: id });
  await heard(ann, "old");
  await until(async () => (await log.getAttribute("aria-live")) === "polite", "the log to speak again");
  for (const control of ["Room", "Your name", "Your message"]) {
    assert.equal(await ann.getByRole("textbox", { name: control, exact: true }).count(), 1, control);
  }
  assert.equal(await ann.getByRole("heading", { level: 1 }).textContent(), id);
});

test("the kill button is shown only to visitors on the server's machine", options, async () => {
  const far = await visitor(freshRoom(), {
    prepare: (page) => page.route("**/api/rooms/*", (route) => route.fulfill({ json: { messageCount: 0, mayKill: false } })),
  });
  await say(far, "hello");
  await heard(far, "hello");
  assert.ok(!(await far.locator("#kill").isVisible()));
});

// ---- Presence and typing ----

const here = (page) => page.locator("#here-line");
const typing = (page) => page.locator("#typing");
const shows = (locator, text) =>
  until(
    async () => (await locator.textContent()) === text,
    () => `"${text}"`,
  );
/** A client without a page. */
const guest = (room, name) => new Client(server).join(room, { name });
/** Reports typing repeatedly, as a page does, until the client closes, so that a slow machine does not miss it. */
function types_on({ client, channel }) {
  const say_so = () => {
    if (client.socket.isConnected()) channel.push("typing", { typing: true });
    else clearInterval(timer);
  };
  const timer = setInterval(say_so, 500);
  say_so();
}

test("visitors see each other join, change the name, and leave", options, async () => {
  const id = freshRoom("company");
  const ann = await visitor(id, { name: "Ann" });
  await shows(here(ann), "Here: Ann you");
  const bob = await visitor(id, { name: "Bob" });
  await shows(here(ann), "Here: Ann you and Bob");
  await shows(here(bob), "Here: Bob you and Ann");
  const tab = await visitor(id, { name: "Bob" });
  await shows(here(tab), "Here: Bob you and Ann");
  await shows(here(ann), "Here: Ann you and Bob");

  await tab.getByLabel("Your name").fill("Ülf");
  await tab.getByLabel("Your name").press("Enter");
  await shows(here(tab), "Here: Ülf you, Ann and Bob");
  await shows(here(ann), "Here: Ann you, Bob and Ülf");

  await bob.getByLabel("Room", { exact: true }).fill(freshRoom("elsewhere"));
  await bob.getByRole("button", { name: "Go" }).click();
  await shows(here(bob), "Here: Bob you");
  await shows(here(ann), "Here: Ann you and Ülf");
  await tab.close();
  await shows(here(ann), "Here: Ann you");
});

test("others' typing is shown until they send, empty the field, leave, or pause", options, async () => {
  const id = freshRoom("typing");
  const ann = await visitor(id, { name: "Ann" });
  const bob = await visitor(id, { name: "Bob" });
  await shows(here(bob), "Here: Bob you and Ann");
  const places = () =>
    ann.evaluate(() => ["log", "text"].map((at) => document.getElementById(at).getBoundingClientRect().top));
  const before = await places();

  await field(bob).pressSequentially("Hel");
  await shows(typing(ann), "Bob is typing…");
  assert.equal(await typing(bob).textContent(), "");
  assert.deepEqual(await places(), before, "something moved");
  await say(bob, "Hello");
  await heard(ann, "Hello");
  await shows(typing(ann), "");

  await field(bob).pressSequentially("No");
  await shows(typing(ann), "Bob is typing…");
  await field(bob).fill("");
  await shows(typing(ann), "");

  await bob.waitForTimeout(2000); // The page reports typing at most every two seconds.
  await field(bob).pressSequentially("Well");
  await shows(typing(ann), "Bob is typing…");
  await shows(typing(ann), "");

  const [eve, zoe] = [await guest(id, "Eve"), await guest(id, "Zoe")];
  types_on(eve);
  await shows(typing(ann), "Eve is typing…");
  types_on(zoe);
  await shows(typing(ann), "Eve and Zoe are typing…");
  eve.client.close();
  await shows(typing(ann), "Zoe is typing…");
  closeClients();
  await shows(typing(ann), "");
});

test("people who do not fit in the line are counted, and the list that it opens has all of them", options, async () => {
  const id = freshRoom("crowd");
  const names = Array.from({ length: 20 }, (_, n) => `Somebody with a name of some length, number ${n + 10}`);
  await Promise.all(names.map((name) => guest(id, name)));
  const ann = await visitor(id, { name: "Ann" });
  const list = ann.getByRole("list", { name: "Who is here" });
  for (const width of [1000, 320]) {
    await ann.setViewportSize({ width, height: 600 });
    await until(async () => {
      const [named, more] = [await here(ann).locator(".person").count(), await here(ann).locator(".more").count()];
      const [needed, given] = await here(ann).evaluate((line) => [line.scrollWidth, line.clientWidth]);
      const line = await here(ann).textContent();
      const told = line.startsWith("Here: Ann you") && line.endsWith(` and ${21 - named} more`);
      return told && more === 1 && needed <= given;
    }, "the line to fit");

    const top = () => ann.locator("#log").evaluate((log) => log.getBoundingClientRect().top);
    const before = await top();
    await here(ann).focus();
    await ann.keyboard.press("Enter");
    await list.waitFor();
    await until(async () => (await list.locator(".person").count()) === 21, "the list");
    assert.deepEqual(await list.locator(".person").allTextContents(), ["Ann", ...names]);
    assert.equal(await top(), before, "something moved");
    await ann.screenshot({ path: `${pictures}crowd-${width}.png` });
    await ann.keyboard.press("Escape");
    assert.ok(!(await list.isVisible()));
  }
});

test("hostile names are shown as text in the lists of people and typing", options, async () => {
  const id = freshRoom("hostile");
  const ann = await visitor(id, { name: "Ann" });
  const hostile = ["<img src=x onerror=window.harmed=1>", "__proto__", "constructor", "\u202Eright to left"];
  for (const name of hostile) {
    const other = await guest(id, name);
    await until(async () => (await here(ann).locator(".person").allTextContents()).includes(name), name);
    types_on(other);
    await shows(typing(ann), `${name} is typing…`);
    other.client.close();
    await shows(typing(ann), "");
    await shows(here(ann), "Here: Ann you");
  }
  assert.equal(await ann.evaluate(() => window.harmed), undefined);
});

test("behind a proxy that breaks WebSockets the page uses long-polling, and shows it", options, async () => {
  const proxy = await UpgradeBreaker.start(new URL(server.url.replace("localhost", "127.0.0.1")));
  try {
    const id = freshRoom("proxy");
    const bob = await visitor(id, { name: "Bob" });
    assert.equal(await bob.locator("#state").textContent(), "Connected");
    const ann = await visitor(id, { name: "Ann", url: `http://localhost:${proxy.url.port}` });
    assert.equal(await ann.locator("#state").textContent(), "Connected (long-polling)");
    await ann.screenshot({ path: `${pictures}long-poll.png` });
    await say(ann, "By post");
    await heard(bob, "By post");
    await say(bob, "By wire");
    await heard(ann, "By wire");
    await field(ann).pressSequentially("And");
    await shows(typing(bob), "Ann is typing…");
    await shows(here(ann), "Here: Ann you and Bob");
  } finally {
    await visitors.leave(); // Before the proxy stops, otherwise their pages log errors.
    await proxy.stop();
  }
});

test("the page does not fall back to long-polling when the server is down for a moment", options, async () => {
  const ann = await visitor(freshRoom(), { name: "Ann" });
  await server.stop();
  await ann.getByRole("status").getByText("Reconnecting…").waitFor();
  await ann.waitForTimeout(500); // Long enough for a failed attempt.
  await server.startAgain();
  await connected(ann);
  assert.equal(await ann.locator("#state").textContent(), "Connected");
});

// ---- Appearance ----

/** The WCAG contrast of every text on the page with its background, worst first. */
function contrasts() {
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let e = element; e !== null; e = e.parentElement) {
      const color = channels(getComputedStyle(e).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].some(
      (node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== "",
    );
    if (!(own || element.matches("input, textarea")) || !element.checkVisibility()) continue;
    const [a, b] = [luminance(channels(getComputedStyle(element).color)), luminance(ground(element))];
    found.push([
      (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05),
      `${element.tagName}.${element.className} ${element.textContent.slice(0, 20)}`,
    ]);
  }
  return found.sort((x, y) => x[0] - y[0]);
}

const views = {
  desktop: { viewport: { width: 1100, height: 760 } },
  "desktop-dark": { viewport: { width: 1100, height: 760 }, colorScheme: "dark" },
  phone: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
  "phone-dark": {
    viewport: { width: 360, height: 740 },
    isMobile: true,
    hasTouch: true,
    deviceScaleFactor: 2,
    colorScheme: "dark",
  },
  "phone-small": { viewport: { width: 320, height: 568 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
  low: { viewport: { width: 640, height: 340 } },
};

describe("appearance", options, () => {
  const id = "the-old-forest";
  before(async () => {
    for (const [sender, text] of [
      ["Quiet Rowan", "Good morning. Is anyone awake at this hour?"],
      ["Old Birch", "I am always awake. I am merely slow to say so."],
      ["Old Birch", "It takes a while to arrive at an opinion, and longer to leave it."],
      [
        "Mossy Linden",
        "Let us not be hasty. There are three matters for today:\n  1. the river\n  2. the path along the river\n  3. whether the path is part of the river",
      ],
      [
        "Patient Yew",
        "Written down here: https://example.org/a/very/long/address/that/does/not/break/anywhere/averyveryverylongword_averyveryverylongword",
      ],
      ["Tall Pine", "Then the river first."],
      ["Windy Hazel", "The river does not mind waiting. It is the one of us that never has to."],
      ["Old Birch", "Agreed, then."],
    ]) {
      await post(id, text, sender);
    }
  });

  for (const [name, view] of Object.entries(views)) {
    test(name, async () => {
      const ann = await visitor(id, { name: "Old Birch", ...view, reducedMotion: "reduce" });
      await ann.getByRole("button", { name: "Kill this room" }).waitFor();
      const company = ["Quiet Rowan", "Mossy Linden", "Tall Pine", "Patient Yew", "Windy Hazel"];
      const guests = await Promise.all(company.map((other) => guest(id, other)));
      await until(async () => /Hazel|more/.test(await here(ann).textContent()), "the company");
      types_on(guests[2]);
      await shows(typing(ann), "Tall Pine is typing…");
      await ann.screenshot({ path: `${pictures}${name}.png` });

      const { width, inner } = await ann.evaluate(() => ({
        width: document.documentElement.scrollWidth,
        inner: window.innerWidth,
      }));
      assert.ok(width <= inner, `${width} px of page in ${inner} px of window`);
      assert.equal(inner, view.viewport.width, "the browser has zoomed out");
      const sizes = await ann
        .locator("input, textarea")
        .evaluateAll((fields) => fields.map((f) => parseFloat(getComputedStyle(f).fontSize)));
      for (const size of sizes) assert.ok(size >= 16, `phones zoom into a field whose font size is below 16 px: ${size} px`);

      await field(ann).fill("x".repeat(4100));
      await field(ann).press("Enter"); // Shows the error, whose colours are checked too.
      await ann.getByRole("alert").getByText("Too long").waitFor();
      const [worst] = await ann.evaluate(contrasts);
      assert.ok(worst[0] >= 4.5, `contrast ${worst[0].toFixed(2)}: ${worst[1]}`);
    });
  }

  test("an empty room, and one without a connection", async () => {
    const ann = await visitor(freshRoom("quiet"), { name: "Old Birch", reducedMotion: "reduce", ...views.desktop });
    await ann.screenshot({ path: `${pictures}empty.png` });
    await server.stop();
    await ann.getByRole("status").getByText("Reconnecting…").waitFor();
    await ann.screenshot({ path: `${pictures}reconnecting.png` });
    const [worst] = await ann.evaluate(contrasts);
    assert.ok(worst[0] >= 4.5, `contrast ${worst[0].toFixed(2)}: ${worst[1]}`);
    await server.startAgain();
    await connected(ann);
  });
});
