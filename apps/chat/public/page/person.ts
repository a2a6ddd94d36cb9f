// SPDX-License-Identifier: MIT
//
// A name in the middle of a sentence. It is somebody else's text: it keeps its writing direction to itself (<bdi>), and
// app.css cuts it where it is too long for a line.

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
