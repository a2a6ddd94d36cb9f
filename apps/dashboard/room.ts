// SPDX-License-Identifier: MIT

import type { Connection } from "./connection";
import { bytes, confirmed, count, cpuTime, duration, element, panel, percent } from "./dom";
import { type Row, stateClass } from "./rooms";

interface Details extends Row {
  route: string;
  shard: number;
  limits: {
    heap: number;
    heapWarn: number;
    host: number;
    mailbox: number;
    clients: number;
    turn: number;
    cpuShare: number;
    idle: number;
    durable: boolean;
  };
  members: { id: number; address: string; joined: boolean; presences: string[] }[];
  inputs: { ago: number; event: string; client: number; ms: number; outcome: string }[];
  log: { ago: number; level: string; text: string }[];
}

/** One room: what it uses, who is in it, what it has done, and what an operator can do with it. */
export class Room {
  readonly node = element("div", { class: "stack" });
  #details = element("div", { class: "stack" });
  #result = element("pre", { role: "status", "aria-label": "Result" });
  #state = element("span");
  #before?: { at: number; cpu: number; turns: number };

  constructor(
    private connection: Connection,
    readonly topic: string,
  ) {
    this.node.append(
      element("h2", {}, `${topic} `, this.#state),
      this.#actions(),
      this.#details,
    );
  }

  #actions() {
    const input = (id: string, placeholder: string) =>
      element("input", { id, placeholder, autocomplete: "off", spellcheck: "false" });
    const expression = input("expression", "room.clients.length");
    const message = input("message", '{"type": "ping"}');
    const form = (field: HTMLInputElement, label: string, verb: string, act: () => void) =>
      element(
        "form",
        { class: "action", onsubmit: (event: Event) => (event.preventDefault(), act()) },
        element("label", { for: field.id }, label),
        field,
        element("button", {}, verb),
      );
    const button = (title: string, act: () => void, kind = "") =>
      element("button", { type: "button", class: kind, onclick: act }, title);
    return panel(
      "Actions",
      form(expression, "Evaluate", "Run", () => void this.#do("eval", { expression: expression.value })),
      form(message, "handleInfo", "Send", () => {
        try {
          void this.#do("send", { message: JSON.parse(message.value) });
        } catch (error) {
          this.#show(`not JSON: ${(error as Error).message}`, true);
        }
      }),
      element(
        "p",
        { class: "controls" },
        button("Put to sleep", () => void this.#do("sleep")),
        button("Reload the app", () => void this.#do("reload")),
        button("Kill", () => void this.#kill(), "danger"),
      ),
      this.#result,
    );
  }

  async #kill() {
    const question = `End ${this.topic}? Its state is lost, unless it is durable. Its clients join a new room.`;
    if (await confirmed(question, "Kill")) await this.#do("kill");
  }

  #show(text: string, bad: boolean) {
    this.#result.textContent = text;
    this.#result.className = bad ? "bad" : "";
  }

  async #do(event: string, payload: object = {}) {
    try {
      const result = await this.connection.ask<unknown>(event, { topic: this.topic, ...payload });
      this.#show(result === null ? "done" : typeof result === "string" ? result : JSON.stringify(result, null, 2), false);
    } catch (error) {
      this.#show((error as Error).message, true);
    }
    await this.refresh();
  }

  async refresh() {
    let room: Details;
    try {
      room = await this.connection.ask<Details>("room", { topic: this.topic });
    } catch (error) {
      this.#state.textContent = "";
      this.#details.replaceChildren(element("p", { class: "quiet" }, (error as Error).message));
      return;
    }
    this.#state.textContent = room.state;
    this.#state.className = stateClass(room.state) || "quiet";
    const now = performance.now();
    const passed = this.#before ? (now - this.#before.at) / 1000 : 0;
    const share = this.#before ? Math.max(0, room.cpu - this.#before.cpu) / 1000 / passed : undefined;
    const perSecond = this.#before ? Math.max(0, room.turns - this.#before.turns) / passed : undefined;
    this.#before = { at: now, cpu: room.cpu, turns: room.turns };
    const usage = (name: string, used: number, most: number, show: (value: number) => string) => [
      element("dt", {}, name),
      element(
        "dd",
        {},
        `${show(used)} of ${show(most)}`,
        element("meter", { min: 0, max: most, high: most * 0.85, value: Math.min(used, most), "aria-label": name }),
      ),
    ];
    const fact = (name: string, value: string) => [element("dt", {}, name), element("dd", {}, value)];
    const scrolled = this.#details.querySelector(".log")?.scrollTop ?? 0;
    this.#details.replaceChildren(
      element(
        "div",
        { class: "grid" },
        panel(
          "Usage and limits",
          element(
            "dl",
            {},
            ...usage("Heap", room.heap, room.limits.heap, bytes),
            ...usage("Outside", room.host, room.limits.host, bytes),
            ...usage("Mailbox", room.mailbox, room.limits.mailbox, count),
            ...usage("Clients", room.clients, room.limits.clients, count),
            ...(share === undefined ? [] : usage("CPU now", share, room.limits.cpuShare, percent)),
          ),
        ),
        panel(
          "Facts",
          element(
            "dl",
            {},
            ...fact("Route", room.route),
            ...fact("File", room.file),
            ...fact("Shard", String(room.shard)),
            ...fact("CPU", cpuTime(room.cpu)),
            ...fact("Turns", count(room.turns) + (perSecond === undefined ? "" : `, ${count(perSecond)}/s`)),
            ...fact("Errors", `${count(room.failed)} turns failed, ${count(room.uncaught)} uncaught`),
            ...fact("Crashes", count(room.failures)),
            ...fact("Waits for CPU", count(room.waits)),
            ...fact("Durable", room.limits.durable ? "yes" : "no"),
            ...(room.trouble ? fact("Trouble", room.trouble) : []),
          ),
        ),
      ),
      element("div", { class: "grid broad" }, this.#inputs(room), this.#members(room)),
      this.#log(room),
    );
    const log = this.#details.querySelector(".log");
    if (log) log.scrollTop = scrolled;
  }

  #table(title: string, heads: string[], rows: (string | HTMLElement)[][], none: string) {
    if (rows.length === 0) return panel(title, element("p", { class: "quiet" }, none));
    return panel(
      title,
      element(
        "div",
        { class: "wide" },
        element(
          "table",
          { "aria-label": title },
          element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))),
          element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map((cell, at) => element("td", { class: at === row.length - 1 ? undefined : "short" }, cell))))),
        ),
      ),
    );
  }

  #members(room: Details) {
    const more = room.clients - room.members.length;
    return this.#table(
      `Clients and presence${more > 0 ? `, the first ${room.members.length}` : ""}`,
      ["Client", "Address", "Presence"],
      room.members.map(({ id, address, joined, presences }) => [
        String(id),
        address + (joined ? "" : " (joining)"),
        presences.join(", ") || "–",
      ]),
      "nobody is here",
    );
  }

  #inputs(room: Details) {
    return this.#table(
      "Recent inputs",
      ["Ago", "Event", "Client", "CPU", "Outcome"],
      room.inputs.map(({ ago, event, client, ms, outcome }) => [
        duration(ago),
        event || "timer or answer",
        client ? String(client) : "–",
        duration(ms),
        element("span", { class: outcome === "ok" ? "" : "bad" }, outcome),
      ]),
      "none",
    );
  }

  #log(room: Details) {
    if (room.log.length === 0) return panel("Log", element("p", { class: "quiet" }, "the room has logged nothing"));
    return panel(
      "Log",
      element(
        "ol",
        { class: "log", tabindex: "0", "aria-label": "Lines of the log, the newest first" },
        ...[...room.log].reverse().map(({ ago, level, text }) =>
          element(
            "li",
            {},
            element("span", { class: "quiet" }, `${duration(ago)} ago `),
            element("span", { class: level === "error" ? "bad" : level === "warning" ? "warn" : "quiet" }, level),
            element("pre", {}, text),
          ),
        ),
      ),
    );
  }
}
