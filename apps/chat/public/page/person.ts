// SPDX-License-Identifier: MIT
//
// A person's name within a sentence. Names are foreign text: <bdi> isolates their writing direction, and app.css cuts
// long ones.

export function person(name: string): HTMLElement {
  const element = document.createElement("bdi");
  element.className = "person";
  element.textContent = name;
  return element;
}

export function you(): HTMLElement {
  const element = document.createElement("span");
  element.className = "you";
  element.textContent = "you";
  return element;
}
