// SPDX-License-Identifier: MIT
//
// Who is in the room: one line with as many names as fit ("Here: Ann, Bob and 3 more"), which opens to the whole list.
// A person with two tabs is one person: what counts is the name. One's own stands first and is marked.

import { looksOf } from "./names.ts";
import { person, you } from "./person.ts";
import { tree } from "./tree.ts";

const NAMED_MAX = 12; // In the line; more than that nobody reads in one.

export interface HereElements {
  box: HTMLDetailsElement; // Empty and out of sight until somebody is known to be here; its place is kept.
  line: HTMLElement;
  list: HTMLElement;
}

/** Each name once: one's own first, the others by the alphabet, an order that nobody's coming and going turns over. */
export function peopleIn(names: readonly string[], own: string): string[] {
  const others = new Set(names);
  const here = others.delete(own) ? [own] : [];
  return [...here, ...[...others].sort((a, b) => a.localeCompare(b) || (a < b ? -1 : 1))];
}

export class WhoIsHere {
  private names_: readonly string[] = [];
  private own_ = "";
  private frame_: number | undefined;

  constructor(private readonly page_: HereElements) {
    const { box, line } = page_;
    box.addEventListener("toggle", () => this.draw_list());
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !box.open) return;
      box.open = false;
      line.focus();
    });
    document.addEventListener("pointerdown", (event) => {
      if (!box.contains(event.target as Node)) box.open = false;
    });
    new ResizeObserver(() => this.draw_soon()).observe(box);
  }

  show(names: readonly string[], own: string): void {
    this.names_ = peopleIn(names, own);
    this.own_ = own;
    this.draw_soon();
  }

  clear(): void {
    this.page_.box.open = false;
    this.show([], "");
  }

  /** Once a frame at most, whatever number of people come. */
  private draw_soon(): void {
    this.frame_ ??= requestAnimationFrame(() => {
      this.frame_ = undefined;
      this.draw_line();
      this.draw_list();
    });
  }

  private draw_line(): void {
    const { box, line } = this.page_;
    box.classList.toggle("nobody", this.names_.length === 0);
    let named = Math.min(this.names_.length, NAMED_MAX);
    do line.replaceChildren(...this.sentence(named));
    while (line.scrollWidth > line.clientWidth && --named > 0);
  }

  private sentence(named: number): (Node | string)[] {
    const more = this.names_.length - named;
    const parts: (Node | string)[] = ["Here: "];
    for (const [i, name] of this.names_.slice(0, named).entries()) {
      if (i > 0) parts.push(i === named - 1 && more === 0 ? " and " : ", ");
      parts.push(person(name));
      if (name === this.own_) parts.push(" ", you());
    }
    if (more > 0) parts.push(named > 0 ? " and " : "", count(named > 0 ? `${more} more` : `${more} people`));
    return parts;
  }

  private draw_list(): void {
    const names = this.page_.box.open ? this.names_ : [];
    this.page_.list.replaceChildren(
      ...names.map((name) => {
        const { shape, hue } = looksOf(name);
        const item = document.createElement("li");
        item.className = `hue-${hue}`;
        item.append(tree(shape), person(name));
        if (name === this.own_) item.append(" ", you());
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
