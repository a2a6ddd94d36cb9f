// SPDX-License-Identifier: MIT

import type { Connection } from "./connection";
import { bytes, count, cpuTime, element } from "./dom";

export interface Row {
  topic: string;
  file: string;
  state: string;
  clients: number;
  heap: number;
  host: number;
  mailbox: number;
  turns: number;
  cpu: number;
  waits: number;
  failed: number;
  uncaught: number;
  failures: number;
  trouble: string;
}

interface Page {
  rows: Row[];
  matching: number;
  total: number;
  reach: number;
}

const perPage = 50;

interface Column {
  name: string;
  title: string;
  optional?: boolean;
  show: (row: Row) => string;
}
const columns: Column[] = [
  { name: "clients", title: "Clients", show: ({ clients }) => count(clients) },
  { name: "heap", title: "Heap", show: ({ heap }) => bytes(heap) },
  { name: "cpu", title: "CPU", optional: true, show: ({ cpu }) => cpuTime(cpu) },
  { name: "turns", title: "Turns", optional: true, show: ({ turns }) => count(turns) },
  { name: "mailbox", title: "Mailbox", optional: true, show: ({ mailbox }) => count(mailbox) },
  { name: "errors", title: "Errors", show: ({ failed, uncaught }) => count(failed + uncaught) },
  { name: "crashes", title: "Crashes", optional: true, show: ({ failures }) => count(failures) },
];

export const roomLink = (topic: string) => `#/room/${encodeURIComponent(topic)}`;
export const stateClass = (state: string) => (state === "running" ? "" : state === "quarantined" ? "bad" : "warn");

/** The list: the server sends one page of it, sorted and searched there. */
export class Rooms {
  readonly node = element("div");
  #text = "";
  #column = "topic";
  #descending = false;
  #first = 0;
  #asked = 0;
  #search = element("input", { type: "search", id: "search", placeholder: "part of a topic", autocomplete: "off" });
  #summary = element("p", { class: "quiet", role: "status" });
  #head = element("tr");
  #body = element("tbody");
  #before = element("button", { type: "button", onclick: () => this.#turn(-perPage) }, "Previous");
  #after = element("button", { type: "button", onclick: () => this.#turn(perPage) }, "Next");

  constructor(private connection: Connection) {
    this.#search.addEventListener("input", () => {
      this.#text = this.#search.value;
      this.#first = 0;
      void this.refresh();
    });
    this.#showHead();
    this.node.append(
      element("h2", {}, "Rooms"),
      element("div", { class: "controls" }, element("label", { for: "search" }, "Search"), this.#search, this.#summary),
      element(
        "div",
        { class: "panel wide" },
        element("table", { "aria-label": "Rooms" }, element("thead", {}, this.#head), this.#body),
      ),
      element("nav", { class: "controls", "aria-label": "Pages" }, this.#before, this.#after),
    );
  }

  #turn(by: number) {
    this.#first = Math.max(0, this.#first + by);
    void this.refresh();
  }

  #sort(name: string) {
    // Figures are first looked at from the largest on.
    if (this.#column === name) this.#descending = !this.#descending;
    else this.#descending = name !== "topic";
    this.#column = name;
    this.#first = 0;
    this.#showHead();
    this.#head.querySelector<HTMLElement>(`[data-column="${name}"]`)?.focus();
    void this.refresh();
  }

  #showHead() {
    const heading = (name: string, title: string, kind: string) => {
      const sorted = this.#column === name;
      return element(
        "th",
        { scope: "col", class: kind, "aria-sort": sorted ? (this.#descending ? "descending" : "ascending") : undefined },
        element(
          "button",
          { type: "button", "data-column": name, onclick: () => this.#sort(name) },
          `${title}${sorted ? (this.#descending ? " ↓" : " ↑") : ""}`,
        ),
      );
    };
    this.#head.replaceChildren(
      heading("topic", "Room", ""),
      element("th", { scope: "col" }, "State"),
      ...columns.map(({ name, title, optional }) => heading(name, title, optional ? "number optional" : "number")),
      element("th", { scope: "col", class: "optional" }, "Trouble"),
    );
  }

  async refresh() {
    const asked = ++this.#asked;
    const page = await this.connection.ask<Page>("rooms", {
      text: this.#text,
      column: this.#column,
      descending: this.#descending,
      first: this.#first,
      count: perPage,
    });
    if (asked !== this.#asked) return; // a newer answer is on its way
    const focused = (document.activeElement as HTMLElement | null)?.dataset.topic;
    this.#body.replaceChildren(
      ...page.rows.map((row) =>
        element(
          "tr",
          {},
          element("td", { class: "name" }, element("a", { href: roomLink(row.topic), "data-topic": row.topic }, row.topic)),
          element("td", { class: stateClass(row.state) }, row.state),
          ...columns.map(({ show, optional }) => element("td", { class: optional ? "number optional" : "number" }, show(row))),
          element("td", { class: "trouble optional", title: row.trouble }, row.trouble),
        ),
      ),
    );
    if (focused) this.#body.querySelector<HTMLElement>(`[data-topic="${CSS.escape(focused)}"]`)?.focus();
    const last = this.#first + page.rows.length;
    const shown = page.rows.length === 0 ? "none" : `${count(this.#first + 1)} to ${count(last)}`;
    const beyond = page.matching > page.reach && last >= page.reach ? `; search to see those beyond ${count(page.reach)}` : "";
    const summary = `${shown} of ${count(page.matching)}${this.#text ? ` found among ${count(page.total)}` : ""}${beyond}`;
    if (this.#summary.textContent !== summary) this.#summary.textContent = summary;
    this.#before.disabled = this.#first === 0;
    this.#after.disabled = last >= Math.min(page.matching, page.reach);
  }
}
