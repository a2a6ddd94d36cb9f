// SPDX-License-Identifier: MIT
//
// Elements and figures. Text from the server is always set as text, never as markup.

type Child = Node | string | number | null | undefined | false;
type Attributes = Record<string, string | number | boolean | ((event: never) => unknown) | undefined>;

/** An element: `on…` attributes are listeners, `true` is an attribute without a value. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(name.slice(2), value as EventListener);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) made.append(child instanceof Node ? child : String(child));
  }
  return made;
}

export const panel = (title: string, ...children: Child[]) =>
  element("section", { class: "panel", "aria-label": title }, element("h3", {}, title), ...children);

export function bytes(value: number): string {
  if (value < 1024) return `${Math.round(value)} B`;
  const units = ["KB", "MB", "GB", "TB"];
  let unit = -1;
  do {
    value /= 1024;
    ++unit;
  } while (value >= 1024 && unit < units.length - 1);
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

export const count = (value: number) =>
  value >= 100 || Number.isInteger(value) ? Math.round(value).toLocaleString("en") : value.toFixed(1);

/** Whole numbers; with one decimal below 10 %, as of a server that has little to do. */
export const percent = (value: number) => `${(value * 100).toFixed(value > 0 && value < 0.1 ? 1 : 0)} %`;

export function duration(ms: number): string {
  if (ms < 1) return `${Math.round(ms * 1000)} µs`;
  if (ms < 1000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 90) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = seconds / 60;
  if (minutes < 90) return `${Math.round(minutes)} min`;
  return `${Math.round(minutes / 60)} h`;
}

/** In milliseconds, as the server counts them. */
export const cpuTime = (ms: number) => (ms === 0 ? "below 1 ms" : duration(ms));

/** Asks before something that cannot be undone. */
export function confirmed(question: string, verb: string): Promise<boolean> {
  return new Promise((answer) => {
    const dialog: HTMLDialogElement = element(
      "dialog",
      { "aria-label": question, onclose: (): void => (dialog.remove(), answer(dialog.returnValue === "yes")) },
      element("p", {}, question),
      element(
        "form",
        { method: "dialog", class: "controls" },
        element("button", { value: "no" }, "Cancel"),
        element("button", { value: "yes", class: "danger" }, verb),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
