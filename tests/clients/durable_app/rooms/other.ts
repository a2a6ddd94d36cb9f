// SPDX-License-Identifier: MIT

export { handleIn, join } from "./board.ts";
