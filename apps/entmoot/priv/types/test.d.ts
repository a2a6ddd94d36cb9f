// SPDX-License-Identifier: MIT
//
// The module that tests of rooms import. `entmoot test` runs tests/*.test.ts, each test with its own rooms.

declare module "entmoot:test" {
  /** Registers a test. It fails if `body` throws, rejects, or takes longer than five seconds. */
  export const test: TestFunction & {
    /** If a file has such tests, only these are run. */
    readonly only: TestFunction;
    /** Registers a test that is not run. */
    readonly skip: TestFunction;
  };

  export interface TestFunction {
    (name: string, body: () => void | Promise<void>): void;
    /**
     * Registers a test for each row: `test.each([[1, 2], [3, 5]])("%d and %d", (a, b) => { … })`. In the name, `%s`, `%d` and
     * `%j` stand for the next value of the row, `$name` for a property of the first one.
     */
    each<Row>(rows: readonly Row[]): (name: string, body: (...values: Row extends readonly unknown[] ? Row : [Row]) => void | Promise<void>) => void;
  }

  /** Runs before each test of the file, on its rooms. If it fails, so does the test, which is not run. */
  export function beforeEach(body: () => void | Promise<void>): void;
  /** Runs after each test of the file, also after one that has failed. */
  export function afterEach(body: () => void | Promise<void>): void;

  /** Joins a room as a new client. Throws an Error with the reason if the room rejects the join. */
  export function join(topic: string, params?: object, options?: ConnectOptions): Promise<TestClient>;

  /** Signs a token with `tokens.secret`, as the app's login does, for the `token` option of join(). The room receives `data` as `client.assigns.token`. */
  export function sign(data: unknown): Promise<string>;

  /** Throws unless both values are equal as JSON. */
  export function equal(actual: unknown, expected: unknown, message?: string): void;

  /** Throws unless the promise rejects; returns the error's message. */
  export function rejects(promise: Promise<unknown>): Promise<string>;

  /** Sends an HTTP request to a room (`handleRequest`) or for a file of public/: "/api/rooms/lobby". */
  export function request(path: string, init?: RequestInit): Promise<Response>;

  /** Reloads every room through `serialize` and `restore`, as after a saved change. Throws if a room cannot reload. */
  export function reload(): Promise<void>;

  /** Sends to the handleInfo of a running room and waits until it has finished. */
  export function send(topic: string, message: unknown): Promise<void>;

  /** Ends a room as a crash does: its clients receive `phx_error`; the next join starts a new room. */
  export function kill(topic: string): Promise<void>;

  /** Waits until the rooms are idle except for timers. */
  export function rest(): Promise<void>;

  /**
   * Moves the clock of the rooms: timers fire in their order, `Date.now()` advances, rooms fall asleep, limits of time pass.
   * Returns when the rooms are idle. The test's own clock does not move.
   */
  export function advance(milliseconds: number): Promise<void>;

  /**
   * Answers every `fetch` of the rooms until the end of the test; the last function counts. If it throws, the room's fetch
   * fails. Origins that the setting `fetch` does not list are refused as always. Without it, `fetch` uses the network.
   */
  export function onFetch(answer: (request: Request) => Response | Promise<Response>): void;

  export function sleep(milliseconds: number): Promise<void>;

  /** The options of a client's connection. */
  export interface ConnectOptions {
    /** Connection parameters, which the room reads as `client.params`. */
    params?: Record<string, string>;
    /** The client's token, if the app verifies tokens. */
    token?: string;
  }

  export interface TestClient {
    readonly topic: string;
    /** The room's reply to the join. */
    readonly joined: any;
    /** Sends to the room and returns the reply. Throws an Error with the reason for an "error" reply. */
    push(event: string, payload?: object): Promise<any>;
    /** Returns the payload of the oldest unread message with this event, or waits for one; `within` is in milliseconds, default 2000. */
    next(event: string, options?: { within?: number }): Promise<any>;
    /** Throws if there is an unread message with this event, or with any event if none is given. Waits until the rooms are idle first. */
    nothing(event?: string): Promise<void>;
    /** Leaves the room. */
    leave(): Promise<void>;
    /** Loses the connection. */
    disconnect(): Promise<void>;
  }
}
