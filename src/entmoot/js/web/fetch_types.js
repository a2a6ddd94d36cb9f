// SPDX-License-Identifier: MIT
// https://fetch.spec.whatwg.org. A body is a complete string or byte array, or a stream; it becomes a stream when `body` is
// read.
(function (host, take, call, made) {
  'use strict';

  const absolute = (url) => String(new (take('url').URL)(url));

  // --- Headers

  const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
  const nameOf = (name) => {
    if (!token.test(String(name))) throw new TypeError(`"${name}" is not a valid header name`);
    return String(name).toLowerCase();
  };
  const valueOf = (value) => {
    const text = String(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
    if (/[\0\n\r]|[^\0-\xff]/.test(text)) throw new TypeError(`"${text}" is not a valid header value`);
    return text;
  };

  class Headers {
    #list = []; // [name, value] in the order of arrival

    constructor(init) {
      if (init === undefined) return;
      if (typeof init !== 'object' || init === null) throw new TypeError('Headers constructor: the argument must be an object or an iterable of pairs');
      const pairs = typeof init[Symbol.iterator] === 'function' ? init : Object.entries(init);
      for (const pair of pairs) {
        const both = [...pair];
        if (both.length !== 2) throw new TypeError('Headers constructor: each pair must have a name and a value');
        this.append(both[0], both[1]);
      }
    }
    append(name, value) {
      this.#list.push([nameOf(name), valueOf(value)]);
    }
    delete(name) {
      const key = nameOf(name);
      this.#list = this.#list.filter(([n]) => n !== key);
    }
    get(name) {
      const key = nameOf(name);
      const values = this.#list.filter(([n]) => n === key).map(([, value]) => value);
      return values.length === 0 ? null : values.join(', ');
    }
    getSetCookie() {
      return this.#list.filter(([n]) => n === 'set-cookie').map(([, value]) => value);
    }
    has(name) {
      const key = nameOf(name);
      return this.#list.some(([n]) => n === key);
    }
    set(name, value) {
      const [key, text] = [nameOf(name), valueOf(value)];
      const found = this.#list.find(([n]) => n === key);
      if (!found) return void this.#list.push([key, text]);
      found[1] = text;
      this.#list = this.#list.filter((pair) => pair === found || pair[0] !== key);
    }
    forEach(callback, self) {
      for (const [name, value] of this) callback.call(self, value, name, this);
    }
    *entries() {
      const names = [...new Set(this.#list.map(([name]) => name))].sort();
      for (const name of names) {
        if (name === 'set-cookie') for (const value of this.getSetCookie()) yield [name, value];
        else yield [name, this.get(name)];
      }
    }
    *keys() {
      for (const [name] of this) yield name;
    }
    *values() {
      for (const [, value] of this) yield value;
    }
    get [Symbol.toStringTag]() {
      return 'Headers';
    }
  }
  Headers.prototype[Symbol.iterator] = Headers.prototype.entries;

  // --- bodies

  // Returns [content, content type]: the content is a string, a copy of the bytes, a ReadableStream, or null.
  const extract = (body) => {
    if (body === undefined || body === null) return [null, null];
    if (made.url !== undefined && body instanceof made.url.URLSearchParams) return [String(body), 'application/x-www-form-urlencoded;charset=UTF-8'];
    if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return [take('encoding').bytesOf(body).slice(), null];
    if (made.blob !== undefined && body instanceof made.blob.Blob) return [made.blob.contentOf(body).slice(), body.type === '' ? null : body.type];
    if (made.blob !== undefined && body instanceof made.blob.FormData) return made.blob.multipart(body);
    if (isStream(body)) {
      if (body.locked || made.streams.isDisturbed(body)) throw new TypeError('the stream of a body must not be locked or read before');
      return [body, null];
    }
    if (typeof body === 'object' && typeof body[Symbol.asyncIterator] === 'function') return [take('streams').ReadableStream.from(body), null];
    return [String(body).toWellFormed(), 'text/plain;charset=UTF-8'];
  };
  const isStream = (value) => made.streams !== undefined && made.streams.isStream(value);
  const bytesOfContent = (content) => (typeof content === 'string' ? take('encoding').encode(content) : (content ?? new Uint8Array(0)));

  let peek; // returns the content without marking it as used
  let copyOf; // returns the content for a clone; a stream is divided
  let moveTo; // marks the content as used, without reading it

  class Body {
    #content;
    #used = false;

    constructor(content) {
      this.#content = content;
    }
    static {
      peek = (message) => {
        if (message.bodyUsed || (isStream(message.#content) && message.#content.locked)) throw new TypeError('the body has already been used');
        return message.#content;
      };
      copyOf = (message) => {
        const content = peek(message);
        if (!isStream(content)) return content;
        const [own, other] = content.tee();
        message.#content = own;
        return other;
      };
      moveTo = (message) => {
        const content = peek(message);
        message.#used = content !== null;
        return content;
      };
    }
    get body() {
      if (this.#content === null || isStream(this.#content)) return this.#content;
      const stream = take('streams').streamOf(bytesOfContent(this.#content).slice());
      if (this.#used) void stream.cancel();
      else this.#content = stream;
      return stream;
    }
    get bodyUsed() {
      return this.#used || (isStream(this.#content) && made.streams.isDisturbed(this.#content));
    }
    async text() {
      const content = await this.#use();
      return typeof content === 'string' ? content : content === null ? '' : take('encoding').decode(content);
    }
    async json() {
      return JSON.parse(await this.text());
    }
    async bytes() {
      return bytesOfContent(await this.#use());
    }
    async arrayBuffer() {
      return (await this.bytes()).buffer;
    }
    async blob() {
      const type = this.headers.get('content-type') ?? '';
      return new (take('blob').Blob)([await this.bytes()], { type });
    }
    async formData() {
      const type = this.headers.get('content-type') ?? '';
      return take('blob').parseForm(await this.bytes(), type);
    }
    // Not async, so that a string or bytes are there in the same microtask as ever.
    #use() {
      const content = moveTo(this);
      return isStream(content) ? made.streams.readAll(content) : content;
    }
  }

  // --- Request

  const standard = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];
  const methodOf = (method) => {
    const text = String(method);
    if (!token.test(text) || /^(?:CONNECT|TRACE|TRACK)$/i.test(text)) throw new TypeError(`"${text}" is not an allowed HTTP method`);
    const upper = text.toUpperCase();
    return upper !== 'PATCH' && standard.includes(upper) ? upper : text;
  };

  let signalOf; // null: the request cannot be aborted

  class Request extends Body {
    #url;
    #method;
    #headers;
    #redirect;
    #signal;

    constructor(input, init = {}) {
      if (arguments.length === 0) throw new TypeError('Request constructor: 1 argument required, but 0 given');
      const from = input instanceof Request ? input : undefined;
      const url = from ? from.#url : absolute(input);
      if (/^[^:]*:\/\/[^/?#]*@/.test(url)) throw new TypeError('the URL of a Request must not contain credentials: use the Authorization header');
      const method = init.method === undefined ? (from?.#method ?? 'GET') : methodOf(init.method);
      const [body, type] = init.body !== undefined ? extract(init.body) : from ? [peek(from), null] : [null, null];
      if (body !== null && (method === 'GET' || method === 'HEAD')) throw new TypeError(`a request with method ${method} cannot have a body`);
      const redirect = init.redirect ?? from?.#redirect ?? 'follow';
      if (!['follow', 'error', 'manual'].includes(redirect)) throw new TypeError('redirect must be "follow", "error" or "manual"');
      const signal = init.signal === undefined ? (from?.#signal ?? null) : init.signal;
      if (signal !== null && !(signal instanceof take('events').AbortSignal)) throw new TypeError('signal must be an AbortSignal or null');
      super(body);
      if (from && init.body === undefined) moveTo(from);
      this.#url = url;
      this.#method = method;
      this.#headers = new Headers(init.headers ?? from?.#headers);
      this.#redirect = redirect;
      this.#signal = signal;
      if (type !== null && !this.#headers.has('content-type')) this.#headers.set('content-type', type);
    }
    static {
      signalOf = (request) => request.#signal;
    }
    get url() {
      return this.#url;
    }
    get method() {
      return this.#method;
    }
    get headers() {
      return this.#headers;
    }
    get redirect() {
      return this.#redirect;
    }
    get signal() {
      return (this.#signal ??= take('events').AbortSignal.any([]));
    }
    clone() {
      return new Request(this.#url, { method: this.#method, headers: this.#headers, redirect: this.#redirect, signal: this.#signal, body: copyOf(this) });
    }
    get [Symbol.toStringTag]() {
      return 'Request';
    }
  }

  // --- Response

  let received; // makes a Response from the server's reply to fetch

  class Response extends Body {
    #status;
    #statusText;
    #headers;
    #type = 'default';
    #url = '';
    #redirected = false;

    constructor(body = null, { status = 200, statusText = '', headers } = {}) {
      if (!Number.isInteger(+status) || status < 200 || status > 599) throw new RangeError(`the status of a Response must be in the range 200 to 599, not ${status}`);
      if (/[^\t\x20-\x7e\x80-\xff]/.test(String(statusText))) throw new TypeError('statusText contains characters that are not allowed in a status line');
      const [content, type] = extract(body);
      if (content !== null && [204, 205, 304].includes(+status)) throw new TypeError(`a response with status ${status} cannot have a body`);
      super(content);
      this.#status = +status;
      this.#statusText = String(statusText);
      this.#headers = new Headers(headers);
      if (type !== null && !this.#headers.has('content-type')) this.#headers.set('content-type', type);
    }
    static json(value, init = {}) {
      const text = JSON.stringify(value);
      if (text === undefined) throw new TypeError('Response.json: the value cannot be serialized as JSON');
      const response = new Response(text, init);
      if (!new Headers(init.headers).has('content-type')) response.#headers.set('content-type', 'application/json');
      return response;
    }
    static error() {
      const response = new Response();
      response.#status = 0;
      response.#type = 'error';
      return response;
    }
    static redirect(url, status = 302) {
      if (![301, 302, 303, 307, 308].includes(status)) throw new RangeError(`${status} is not a redirect status: use 301, 302, 303, 307 or 308`);
      return new Response(null, { status, headers: { location: absolute(url) } });
    }
    static {
      received = ({ status, statusText, headers, text, base64, url, redirected }) => {
        const empty = [204, 205, 304].includes(status);
        const response = new Response(empty ? null : (text ?? Uint8Array.fromBase64(base64)), { status, statusText });
        response.#headers = new Headers(headers);
        response.#type = 'basic';
        response.#url = url;
        response.#redirected = redirected;
        return response;
      };
    }
    get status() {
      return this.#status;
    }
    get ok() {
      return this.#status >= 200 && this.#status <= 299;
    }
    get statusText() {
      return this.#statusText;
    }
    get headers() {
      return this.#headers;
    }
    get type() {
      return this.#type;
    }
    get url() {
      return this.#url;
    }
    get redirected() {
      return this.#redirected;
    }
    clone() {
      const copy = new Response(copyOf(this), { status: this.#status || 200, statusText: this.#statusText });
      copy.#status = this.#status;
      copy.#headers = new Headers(this.#headers);
      copy.#type = this.#type;
      copy.#url = this.#url;
      copy.#redirected = this.#redirected;
      return copy;
    }
    get [Symbol.toStringTag]() {
      return 'Response';
    }
  }

  // --- fetch: the room's side; the server sends the request (web/fetch.hpp)

  const newId = () => {
    const bytes = new Uint8Array(16);
    host.randomBytes(bytes);
    return bytes.toHex();
  };

  const fetch = async (input, init) => {
    const request = new Request(input, init);
    const signal = signalOf(request);
    signal?.throwIfAborted();
    const content = moveTo(request);
    const body = isStream(content) ? await made.streams.readAll(content) : content;
    const id = newId();
    const asked = {
      id,
      url: request.url.replace(/#.*$/s, ''),
      method: request.method,
      headers: [...request.headers],
      redirect: request.redirect,
      ...(typeof body === 'string' ? { text: body } : body !== null ? { base64: body.toBase64() } : {}),
    };
    const answered = call('entmoot:fetch', asked).then(received, (error) => {
      const failure = new TypeError('fetch failed: ' + error.message);
      Object.defineProperty(failure, 'stack', { value: error.stack, writable: true, configurable: true });
      throw failure;
    });
    if (signal === null) return answered;
    let abort;
    const aborted = new Promise((_, reject) => {
      abort = () => {
        reject(signal.reason);
        call('entmoot:fetch-abort', id).catch(() => {});
      };
      signal.addEventListener('abort', abort);
    });
    try {
      return await Promise.race([answered, aborted]);
    } finally {
      signal.removeEventListener('abort', abort);
      answered.catch(() => {});
    }
  };

  return { Headers, Request, Response, fetch };
})
