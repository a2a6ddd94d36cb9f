// SPDX-License-Identifier: MIT
//
// The picture of a tree from trees.svg. It is hidden from screen readers, because the name is next to it.

export function tree(shape: string): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("class", "tree");
  picture.setAttribute("viewBox", "0 0 32 32");
  picture.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `/trees.svg#${shape}`);
  picture.append(use);
  return picture;
}
