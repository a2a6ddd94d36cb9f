// SPDX-License-Identifier: MIT

export * from "./board.ts";
