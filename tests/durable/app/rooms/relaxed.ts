// SPDX-License-Identifier: MIT

export * from "../account.ts";
