// SPDX-License-Identifier: MIT

export { handleCall, handleIn, handleInfo, join } from "./desk.ts";
