// SPDX-License-Identifier: MIT
//
// What a test of rooms imports: `entmoot test` runs tests/*.test.ts, each test with rooms of its own.

declare module "entmoot:test" {
  /** One test: what it throws is what went wrong. */
  export function test(name: string, body: () => void | Promise<void>): void;

  /** Joins a room as another client each time. What the room refuses is thrown: an Error with its reason. */
  export function join(topic: string, params?: object): Promise<TestClient>;

  /** Throws unless both are the same as JSON. */
  export function equal(actual: unknown, expected: unknown, message?: string): void;

  /** Throws unless the promise is rejected; returns the reason. */
  export function rejects(promise: Promise<unknown>): Promise<string>;

  export interface TestClient {
    /** What the room answered to the join. */
    readonly joined: any;
    /** Sends to the room: the reply. An "error" reply is thrown as an Error with its reason. */
    push(event: string, payload?: object): Promise<any>;
    /** The payload of the next such event from the room that was not asked for yet; waits for it. */
    next(event: string): Promise<any>;
    leave(): Promise<void>;
  }
}
