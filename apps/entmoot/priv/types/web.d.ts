// SPDX-License-Identifier: MIT
//
// The Web APIs that are available in a room's script. There is no DOM, and there are no streams and blobs. For the editor
// and for `tsc --strict --lib ES2023`, together with entmoot.d.ts.

declare var self: typeof globalThis;

// --- bytes and text

type BufferSource = ArrayBuffer | ArrayBufferView;

interface TextEncoder {
  readonly encoding: "utf-8";
  encode(input?: string): Uint8Array<ArrayBuffer>;
  encodeInto(source: string, destination: Uint8Array): { read: number; written: number };
}
declare var TextEncoder: { new (): TextEncoder; readonly prototype: TextEncoder };

/** UTF-8 only. */
interface TextDecoder {
  readonly encoding: "utf-8";
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  decode(input?: BufferSource, options?: { stream?: boolean }): string;
}
declare var TextDecoder: {
  new (label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }): TextDecoder;
  readonly prototype: TextDecoder;
};

declare function atob(text: string): string;
declare function btoa(text: string): string;

interface Uint8Array<TArrayBuffer extends ArrayBufferLike> {
  toBase64(options?: { alphabet?: "base64" | "base64url"; omitPadding?: boolean }): string;
  toHex(): string;
}
interface Uint8ArrayConstructor {
  fromBase64(text: string, options?: { alphabet?: "base64" | "base64url" }): Uint8Array<ArrayBuffer>;
  fromHex(text: string): Uint8Array<ArrayBuffer>;
}

// --- URL

/** Non-ASCII hosts must be written in Punycode (xn--). */
interface URL {
  href: string;
  readonly origin: string;
  protocol: string;
  username: string;
  password: string;
  host: string;
  hostname: string;
  port: string;
  pathname: string;
  search: string;
  readonly searchParams: URLSearchParams;
  hash: string;
  toString(): string;
  toJSON(): string;
}
declare var URL: {
  new (url: string | URL, base?: string | URL): URL;
  readonly prototype: URL;
  canParse(url: string | URL, base?: string | URL): boolean;
  parse(url: string | URL, base?: string | URL): URL | null;
};

type URLSearchParamsInit = string | Iterable<readonly [string, string]> | Readonly<Record<string, string>> | URLSearchParams;
interface URLSearchParams extends Iterable<[string, string]> {
  readonly size: number;
  append(name: string, value: string): void;
  delete(name: string, value?: string): void;
  get(name: string): string | null;
  getAll(name: string): string[];
  has(name: string, value?: string): boolean;
  set(name: string, value: string): void;
  sort(): void;
  forEach(callback: (value: string, name: string, params: URLSearchParams) => void, self?: unknown): void;
  entries(): IterableIterator<[string, string]>;
  keys(): IterableIterator<string>;
  values(): IterableIterator<string>;
  [Symbol.iterator](): IterableIterator<[string, string]>;
  toString(): string;
}
declare var URLSearchParams: { new (init?: URLSearchParamsInit): URLSearchParams; readonly prototype: URLSearchParams };

// --- fetch

type HeadersInit = Headers | Iterable<readonly [string, string]> | Readonly<Record<string, string>>;
interface Headers extends Iterable<[string, string]> {
  append(name: string, value: string): void;
  delete(name: string): void;
  get(name: string): string | null;
  getSetCookie(): string[];
  has(name: string): boolean;
  set(name: string, value: string): void;
  forEach(callback: (value: string, name: string, headers: Headers) => void, self?: unknown): void;
  entries(): IterableIterator<[string, string]>;
  keys(): IterableIterator<string>;
  values(): IterableIterator<string>;
  [Symbol.iterator](): IterableIterator<[string, string]>;
}
declare var Headers: { new (init?: HeadersInit): Headers; readonly prototype: Headers };

type BodyInit = string | BufferSource | URLSearchParams | Blob | FormData | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

interface Body {
  readonly body: ReadableStream<Uint8Array> | null;
  readonly bodyUsed: boolean;
  blob(): Promise<Blob>;
  formData(): Promise<FormData>;
  text(): Promise<string>;
  json(): Promise<any>;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

type RequestRedirect = "follow" | "error" | "manual";
interface RequestInit {
  method?: string;
  headers?: HeadersInit;
  body?: BodyInit | null;
  redirect?: RequestRedirect;
  signal?: AbortSignal | null;
}
type RequestInfo = string | URL | Request;
interface Request extends Body {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly redirect: RequestRedirect;
  readonly signal: AbortSignal;
  clone(): Request;
}
declare var Request: { new (input: RequestInfo, init?: RequestInit): Request; readonly prototype: Request };

interface ResponseInit {
  status?: number;
  statusText?: string;
  headers?: HeadersInit;
}
interface Response extends Body {
  readonly status: number;
  readonly ok: boolean;
  readonly statusText: string;
  readonly headers: Headers;
  readonly type: "basic" | "default" | "error";
  readonly url: string;
  readonly redirected: boolean;
  clone(): Response;
}
declare var Response: {
  new (body?: BodyInit | null, init?: ResponseInit): Response;
  readonly prototype: Response;
  json(value: unknown, init?: ResponseInit): Response;
  error(): Response;
  redirect(url: string | URL, status?: 301 | 302 | 303 | 307 | 308): Response;
};

/** Fetches from the origins that `fetch` in entmoot.config.ts lists. On failure, rejects with a TypeError that gives the reason. */
declare function fetch(input: RequestInfo, init?: RequestInit): Promise<Response>;

// --- events

interface EventInit {
  bubbles?: boolean;
  cancelable?: boolean;
  composed?: boolean;
}
interface Event {
  readonly type: string;
  readonly target: EventTarget | null;
  readonly currentTarget: EventTarget | null;
  readonly eventPhase: number;
  readonly bubbles: boolean;
  readonly cancelable: boolean;
  readonly composed: boolean;
  readonly defaultPrevented: boolean;
  readonly timeStamp: number;
  readonly isTrusted: boolean;
  composedPath(): EventTarget[];
  preventDefault(): void;
  stopPropagation(): void;
  stopImmediatePropagation(): void;
}
declare var Event: { new (type: string, init?: EventInit): Event; readonly prototype: Event };

interface CustomEvent<T = any> extends Event {
  readonly detail: T;
}
declare var CustomEvent: {
  new <T>(type: string, init?: EventInit & { detail?: T }): CustomEvent<T>;
  readonly prototype: CustomEvent;
};

type EventListenerOrObject<E extends Event = any> = ((event: E) => unknown) | { handleEvent(event: E): unknown };
interface AddEventListenerOptions {
  capture?: boolean;
  once?: boolean;
  signal?: AbortSignal;
}
interface EventTarget {
  addEventListener(type: string, listener: EventListenerOrObject | null, options?: boolean | AddEventListenerOptions): void;
  removeEventListener(type: string, listener: EventListenerOrObject | null, options?: boolean | { capture?: boolean }): void;
  dispatchEvent(event: Event): boolean;
}
declare var EventTarget: { new (): EventTarget; readonly prototype: EventTarget };

interface AbortSignal extends EventTarget {
  readonly aborted: boolean;
  readonly reason: any;
  onabort: ((this: AbortSignal, event: Event) => unknown) | null;
  throwIfAborted(): void;
}
declare var AbortSignal: {
  readonly prototype: AbortSignal;
  abort(reason?: unknown): AbortSignal;
  timeout(milliseconds: number): AbortSignal;
  any(signals: Iterable<AbortSignal>): AbortSignal;
};
interface AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}
declare var AbortController: { new (): AbortController; readonly prototype: AbortController };

interface DOMException extends Error {
  readonly code: number;
}
declare var DOMException: { new (message?: string, name?: string): DOMException; readonly prototype: DOMException };

/** Writes an error to the room's log as an uncaught exception. */
declare function reportError(error: unknown): void;

interface ErrorEvent extends Event {
  readonly message: string;
  readonly filename: string;
  readonly lineno: number;
  readonly colno: number;
  readonly error: any;
}
declare var ErrorEvent: {
  new (type: string, init?: EventInit & { message?: string; filename?: string; lineno?: number; colno?: number; error?: unknown }): ErrorEvent;
  readonly prototype: ErrorEvent;
};
interface PromiseRejectionEvent extends Event {
  readonly promise: Promise<any>;
  readonly reason: any;
}
declare var PromiseRejectionEvent: {
  new (type: string, init: EventInit & { promise: Promise<any>; reason?: unknown }): PromiseRejectionEvent;
  readonly prototype: PromiseRejectionEvent;
};

// --- files and streams

type BlobPart = string | BufferSource | Blob;
interface Blob {
  readonly size: number;
  readonly type: string;
  slice(start?: number, end?: number, type?: string): Blob;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  arrayBuffer(): Promise<ArrayBuffer>;
  text(): Promise<string>;
  stream(): ReadableStream<Uint8Array>;
}
declare var Blob: { new (parts?: Iterable<BlobPart>, options?: { type?: string; endings?: "transparent" | "native" }): Blob; readonly prototype: Blob };
interface File extends Blob {
  readonly name: string;
  readonly lastModified: number;
}
declare var File: { new (parts: Iterable<BlobPart>, name: string, options?: { type?: string; lastModified?: number }): File; readonly prototype: File };
interface FormData extends Iterable<[string, string | File]> {
  append(name: string, value: string | Blob, filename?: string): void;
  set(name: string, value: string | Blob, filename?: string): void;
  delete(name: string): void;
  get(name: string): string | File | null;
  getAll(name: string): (string | File)[];
  has(name: string): boolean;
  forEach(callback: (value: string | File, name: string, form: FormData) => void, self?: unknown): void;
  entries(): IterableIterator<[string, string | File]>;
  keys(): IterableIterator<string>;
  values(): IterableIterator<string | File>;
  [Symbol.iterator](): IterableIterator<[string, string | File]>;
}
declare var FormData: { new (): FormData; readonly prototype: FormData };

interface QueuingStrategy<T = any> {
  highWaterMark?: number;
  size?(chunk: T): number;
}
interface ReadableStreamDefaultReader<R = any> {
  readonly closed: Promise<undefined>;
  read(): Promise<{ done: false; value: R } | { done: true; value: undefined }>;
  cancel(reason?: unknown): Promise<void>;
  releaseLock(): void;
}
interface ReadableStreamDefaultController<R = any> {
  readonly desiredSize: number | null;
  enqueue(chunk: R): void;
  close(): void;
  error(reason?: unknown): void;
}
interface UnderlyingSource<R = any> {
  type?: "bytes";
  start?(controller: ReadableStreamDefaultController<R>): unknown;
  pull?(controller: ReadableStreamDefaultController<R>): unknown;
  cancel?(reason: unknown): unknown;
}
interface StreamPipeOptions {
  preventClose?: boolean;
  preventAbort?: boolean;
  preventCancel?: boolean;
  signal?: AbortSignal;
}
interface ReadableStream<R = any> extends AsyncIterable<R> {
  readonly locked: boolean;
  cancel(reason?: unknown): Promise<void>;
  getReader(): ReadableStreamDefaultReader<R>;
  getReader(options: { mode: "byob" }): any;
  pipeThrough<T>(pair: { readable: ReadableStream<T>; writable: WritableStream<R> }, options?: StreamPipeOptions): ReadableStream<T>;
  pipeTo(to: WritableStream<R>, options?: StreamPipeOptions): Promise<void>;
  tee(): [ReadableStream<R>, ReadableStream<R>];
  values(options?: { preventCancel?: boolean }): AsyncIterableIterator<R>;
}
declare var ReadableStream: {
  new <R = any>(source?: UnderlyingSource<R>, strategy?: QueuingStrategy<R>): ReadableStream<R>;
  from<R>(source: Iterable<R> | AsyncIterable<R>): ReadableStream<R>;
  readonly prototype: ReadableStream;
};
interface WritableStreamDefaultWriter<W = any> {
  readonly closed: Promise<undefined>;
  readonly ready: Promise<undefined>;
  readonly desiredSize: number | null;
  write(chunk: W): Promise<void>;
  close(): Promise<void>;
  abort(reason?: unknown): Promise<void>;
  releaseLock(): void;
}
interface UnderlyingSink<W = any> {
  start?(controller: any): unknown;
  write?(chunk: W, controller: any): unknown;
  close?(): unknown;
  abort?(reason: unknown): unknown;
}
interface WritableStream<W = any> {
  readonly locked: boolean;
  getWriter(): WritableStreamDefaultWriter<W>;
  close(): Promise<void>;
  abort(reason?: unknown): Promise<void>;
}
declare var WritableStream: { new <W = any>(sink?: UnderlyingSink<W>, strategy?: QueuingStrategy<W>): WritableStream<W>; readonly prototype: WritableStream };
interface TransformStreamDefaultController<O = any> {
  readonly desiredSize: number | null;
  enqueue(chunk: O): void;
  error(reason?: unknown): void;
  terminate(): void;
}
interface Transformer<I = any, O = any> {
  start?(controller: TransformStreamDefaultController<O>): unknown;
  transform?(chunk: I, controller: TransformStreamDefaultController<O>): unknown;
  flush?(controller: TransformStreamDefaultController<O>): unknown;
}
interface TransformStream<I = any, O = any> {
  readonly readable: ReadableStream<O>;
  readonly writable: WritableStream<I>;
}
declare var TransformStream: { new <I = any, O = any>(transformer?: Transformer<I, O>, writable?: QueuingStrategy<I>, readable?: QueuingStrategy<O>): TransformStream<I, O>; readonly prototype: TransformStream };
declare var ReadableStreamDefaultReader: { new <R>(stream: ReadableStream<R>): ReadableStreamDefaultReader<R>; readonly prototype: ReadableStreamDefaultReader };
declare var ReadableStreamBYOBReader: { new (stream: ReadableStream<Uint8Array>): any; readonly prototype: any };
declare var ReadableStreamDefaultController: { readonly prototype: ReadableStreamDefaultController };
declare var ReadableByteStreamController: { readonly prototype: any };
declare var ReadableStreamBYOBRequest: { readonly prototype: any };
declare var WritableStreamDefaultWriter: { new <W>(stream: WritableStream<W>): WritableStreamDefaultWriter<W>; readonly prototype: WritableStreamDefaultWriter };
declare var WritableStreamDefaultController: { readonly prototype: any };
declare var TransformStreamDefaultController: { readonly prototype: TransformStreamDefaultController };
declare var CountQueuingStrategy: { new (options: { highWaterMark: number }): QueuingStrategy; readonly prototype: QueuingStrategy };
declare var ByteLengthQueuingStrategy: { new (options: { highWaterMark: number }): QueuingStrategy; readonly prototype: QueuingStrategy };
declare var TextEncoderStream: { new (): TransformStream<string, Uint8Array> & { readonly encoding: string }; readonly prototype: any };
declare var TextDecoderStream: {
  new (label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }): TransformStream<BufferSource, string> & { readonly encoding: string; readonly fatal: boolean; readonly ignoreBOM: boolean };
  readonly prototype: any;
};
type CompressionFormat = "gzip" | "deflate" | "deflate-raw";
declare var CompressionStream: { new (format: CompressionFormat): TransformStream<BufferSource, Uint8Array>; readonly prototype: any };
declare var DecompressionStream: { new (format: CompressionFormat): TransformStream<BufferSource, Uint8Array>; readonly prototype: any };

// --- patterns of URLs

type URLPatternInput = string | Partial<Record<"protocol" | "username" | "password" | "hostname" | "port" | "pathname" | "search" | "hash" | "baseURL", string>>;
interface URLPatternComponentResult {
  input: string;
  groups: Record<string, string | undefined>;
}
type URLPatternResult = { inputs: URLPatternInput[] } & Record<"protocol" | "username" | "password" | "hostname" | "port" | "pathname" | "search" | "hash", URLPatternComponentResult>;
interface URLPattern {
  test(input?: URLPatternInput, baseURL?: string): boolean;
  exec(input?: URLPatternInput, baseURL?: string): URLPatternResult | null;
}
declare var URLPattern: { new (input?: URLPatternInput, baseURL?: string): URLPattern; readonly prototype: URLPattern };

// --- messages within the room

interface MessageEvent<T = any> extends Event {
  readonly data: T;
  readonly origin: string;
  readonly lastEventId: string;
  readonly ports: readonly MessagePort[];
}
declare var MessageEvent: {
  new <T>(type: string, init?: EventInit & { data?: T; origin?: string; lastEventId?: string; ports?: MessagePort[] }): MessageEvent<T>;
  readonly prototype: MessageEvent;
};
interface MessagePort extends EventTarget {
  onmessage: ((event: MessageEvent) => unknown) | null;
  onmessageerror: ((event: MessageEvent) => unknown) | null;
  postMessage(message: unknown, options?: (ArrayBuffer | MessagePort)[] | { transfer?: (ArrayBuffer | MessagePort)[] }): void;
  start(): void;
  close(): void;
}
declare var MessagePort: { readonly prototype: MessagePort };
interface MessageChannel {
  readonly port1: MessagePort;
  readonly port2: MessagePort;
}
declare var MessageChannel: { new (): MessageChannel; readonly prototype: MessageChannel };
interface BroadcastChannel {
  readonly name: string;
  onmessage: ((event: MessageEvent) => unknown) | null;
  onmessageerror: ((event: MessageEvent) => unknown) | null;
  postMessage(message: unknown): void;
  close(): void;
  addEventListener(type: "message", listener: EventListenerOrObject<any>): void;
  removeEventListener(type: "message", listener: EventListenerOrObject<any>): void;
}
declare var BroadcastChannel: { new (name: string): BroadcastChannel; readonly prototype: BroadcastChannel };

declare function structuredClone<T>(value: T, options?: { transfer?: ArrayBuffer[] }): T;

// --- time and randomness

/** The parameter of type void also accepts `resolve` of `new Promise((resolve) => setTimeout(resolve, 100))`. */
declare function setTimeout(callback: (nothing: void) => unknown, milliseconds?: number): number;
declare function setTimeout<A extends unknown[]>(callback: (...args: A) => unknown, milliseconds?: number, ...args: A): number;
declare function setInterval(callback: (nothing: void) => unknown, milliseconds?: number): number;
declare function setInterval<A extends unknown[]>(callback: (...args: A) => unknown, milliseconds?: number, ...args: A): number;
declare function clearTimeout(id: number | undefined): void;
declare function clearInterval(id: number | undefined): void;
declare function queueMicrotask(callback: () => void): void;

interface PerformanceEntry {
  readonly name: string;
  readonly entryType: string;
  readonly startTime: number;
  readonly duration: number;
  readonly detail: any;
  toJSON(): any;
}
interface PerformanceMeasureOptions {
  start?: string | number;
  end?: string | number;
  duration?: number;
  detail?: unknown;
}
declare var performance: {
  /** Milliseconds since the room started. */
  now(): number;
  readonly timeOrigin: number;
  mark(name: string, options?: { startTime?: number; detail?: unknown }): PerformanceEntry;
  measure(name: string, start?: string | PerformanceMeasureOptions, end?: string): PerformanceEntry;
  clearMarks(name?: string): void;
  clearMeasures(name?: string): void;
  getEntries(): PerformanceEntry[];
  getEntriesByType(type: string): PerformanceEntry[];
  getEntriesByName(name: string, type?: string): PerformanceEntry[];
  toJSON(): { timeOrigin: number };
};
declare var navigator: { readonly userAgent: string; readonly language: string; readonly languages: readonly string[]; readonly onLine: boolean; readonly hardwareConcurrency: number };

type IntegerArray =
  | Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array | Uint32Array | BigInt64Array | BigUint64Array;
declare var crypto: {
  getRandomValues<T extends IntegerArray>(array: T): T;
  randomUUID(): `${string}-${string}-${string}-${string}-${string}`;
};

// --- the log

interface Console {
  debug(...values: unknown[]): void;
  log(...values: unknown[]): void;
  info(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
  trace(...values: unknown[]): void;
  assert(condition?: unknown, ...values: unknown[]): void;
  clear(): void;
  count(label?: string): void;
  countReset(label?: string): void;
  dir(value?: unknown, options?: unknown): void;
  dirxml(...values: unknown[]): void;
  group(...values: unknown[]): void;
  groupCollapsed(...values: unknown[]): void;
  groupEnd(): void;
  table(data?: unknown, properties?: Iterable<string>): void;
  time(label?: string): void;
  timeEnd(label?: string): void;
  timeLog(label?: string, ...values: unknown[]): void;
}
declare var console: Console;

// --- the server

/** Calls server functions by name (`handlers` in entmoot.config.ts). */
declare var Beam: {
  call(name: string, ...args: unknown[]): Promise<any>;
  /** Blocks this room until the answer arrives; other rooms keep running. */
  callSync(name: string, ...args: unknown[]): any;
};
