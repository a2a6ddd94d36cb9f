// SPDX-License-Identifier: MIT
//
// Shows the people in the room: one line with as many names as fit ("Here: Ann, Bob and 3 more"), which opens the whole
// list. Clients with the same name count as one person. The user's own name comes first and is marked.

import { looksOf } from "./names.ts";
import { person, you } from "./person.ts";
import { tree } from "./tree.ts";

const NAMED_MAX = 12; // Names in the line.

export interface HereElements {
  box: HTMLDetailsElement; // Invisible, but keeps its place, until the people are known.
  line: HTMLElement;
  list: HTMLElement;
}

/** Each name once: the user's own first, the others in alphabetical order, so that joins and leaves do not reorder them. */
export function peopleIn(names: readonly string[], own: string): string[] {
  const others = new Set(names);
  const here = others.delete(own) ? [own] : [];
  return [...here, ...[...others].sort((a, b) => a.localeCompare(b) || (a < b ? -1 : 1))];
}

export class WhoIsHere {
  private names: readonly string[] = [];
  private own = "";
  private frame: number | undefined;

  constructor(private readonly page: HereElements) {
    const { box, line } = page;
    box.addEventListener("toggle", () => this.drawList());
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !box.open) return;
      box.open = false;
      line.focus();
    });
    document.addEventListener("pointerdown", (event) => {
      if (!box.contains(event.target as Node)) box.open = false;
    });
    new ResizeObserver(() => this.drawSoon()).observe(box);
  }

  show(names: readonly string[], own: string): void {
    this.names = peopleIn(names, own);
    this.own = own;
    this.drawSoon();
  }

  clear(): void {
    this.page.box.open = false;
    this.show([], "");
  }

  /** Draws at most once per frame, however many people join. */
  private drawSoon(): void {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.drawLine();
      this.drawList();
    });
  }

  private drawLine(): void {
    const { box, line } = this.page;
    box.classList.toggle("nobody", this.names.length === 0);
    let named = Math.min(this.names.length, NAMED_MAX);
    do line.replaceChildren(...this.sentence(named));
    while (line.scrollWidth > line.clientWidth && --named > 0);
  }

  private sentence(named: number): (Node | string)[] {
    const more = this.names.length - named;
    const parts: (Node | string)[] = ["Here: "];
    for (const [i, name] of this.names.slice(0, named).entries()) {
      if (i > 0) parts.push(i === named - 1 && more === 0 ? " and " : ", ");
      parts.push(person(name));
      if (name === this.own) parts.push(" ", you());
    }
    if (more > 0) parts.push(named > 0 ? " and " : "", count(named > 0 ? `${more} more` : `${more} people`));
    return parts;
  }

  private drawList(): void {
    const names = this.page.box.open ? this.names : [];
    this.page.list.replaceChildren(
      ...names.map((name) => {
        const { shape, hue } = looksOf(name);
        const item = document.createElement("li");
        item.className = `hue-${hue}`;
        item.append(tree(shape), person(name));
        if (name === this.own) item.append(" ", you());
        return item;
      }),
    );
  }
}

function count(words: string): HTMLElement {
  const element = document.createElement("span");
  element.className = "more";
  element.textContent = words;
  return element;
}
