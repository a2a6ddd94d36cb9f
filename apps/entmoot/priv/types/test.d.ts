// SPDX-License-Identifier: MIT
//
// What a test of rooms imports: `entmoot test` runs tests/*.test.ts, each test with rooms of its own.

declare module "entmoot:test" {
  /** One test: what it throws is what went wrong. It has five seconds. */
  export function test(name: string, body: () => void | Promise<void>): void;

  /** Joins a room as another client each time. What the room refuses is thrown: an Error with its reason. */
  export function join(topic: string, params?: object, options?: ConnectOptions): Promise<TestClient>;

  /** A token as the app's login would sign it with `tokens.secret`: for join's `token`. The room finds `data` as `client.assigns.token`. */
  export function sign(data: unknown): Promise<string>;

  /** Throws unless both are the same as JSON. */
  export function equal(actual: unknown, expected: unknown, message?: string): void;

  /** Throws unless the promise is rejected; returns the reason. */
  export function rejects(promise: Promise<unknown>): Promise<string>;

  /** An HTTP request to a room (`handleRequest`) or for a file of public/: "/api/rooms/lobby". */
  export function request(path: string, init?: RequestInit): Promise<Response>;

  /** Lets every room go on in its code as after a saved change: through `serialize` and `restore`. Throws if one cannot. */
  export function reload(): Promise<void>;

  /** Sends to the handleInfo of a running room; waits until it is done. */
  export function send(topic: string, message: unknown): Promise<void>;

  /** Ends a room as a crash would: its clients get `phx_error`, who joins next finds a fresh one. */
  export function kill(topic: string): Promise<void>;

  /** Waits until the rooms have nothing more to do, other than for timers. */
  export function rest(): Promise<void>;

  export function sleep(milliseconds: number): Promise<void>;

  /** How a client connects, before it joins. */
  export interface ConnectOptions {
    /** The room finds them as `client.params`. */
    params?: Record<string, string>;
    /** Who it is, where the app asks for `tokens`. */
    token?: string;
  }

  export interface TestClient {
    readonly topic: string;
    /** What the room answered to the join. */
    readonly joined: any;
    /** Sends to the room: the reply. An "error" reply is thrown as an Error with its reason. */
    push(event: string, payload?: object): Promise<any>;
    /** The payload of the next such event from the room that was not asked for yet; waits for it, two seconds unless told otherwise. */
    next(event: string, options?: { within?: number }): Promise<any>;
    /** Throws if such an event (any, without a name) has come that was not asked for. Waits for the rooms to rest first. */
    nothing(event?: string): Promise<void>;
    /** The client leaves the room. */
    leave(): Promise<void>;
    /** The client's connection is lost. */
    disconnect(): Promise<void>;
  }
}
