// SPDX-License-Identifier: MIT
// https://w3c.github.io/FileAPI and https://xhr.spec.whatwg.org/#interface-formdata. A Blob holds its bytes in the room's
// heap.
(function (host, take) {
  'use strict';

  const { bytesOf, encode, decode } = take('encoding');

  const joined = (pieces) => {
    const all = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  };
  const typeOf = (type) => (/[^\x20-\x7e]/.test(type) ? '' : type.toLowerCase());

  let contentOf; // the bytes of a Blob, which must not be changed

  class Blob {
    #bytes;
    #type;

    constructor(parts = [], { type = '', endings = 'transparent' } = {}) {
      if (typeof parts !== 'object' || parts === null || typeof parts[Symbol.iterator] !== 'function') throw new TypeError('Blob constructor: the parts must be an iterable object');
      if (endings !== 'transparent' && endings !== 'native') throw new TypeError('Blob constructor: endings must be "transparent" or "native"');
      const pieces = [];
      for (const part of parts) {
        if (part instanceof ArrayBuffer || ArrayBuffer.isView(part)) pieces.push(bytesOf(part));
        else if (part instanceof Blob) pieces.push(part.#bytes);
        else pieces.push(encode(endings === 'native' ? String(part).replace(/\r\n?/g, '\n') : String(part)));
      }
      this.#bytes = joined(pieces);
      this.#type = typeOf(String(type));
    }
    static {
      contentOf = (blob) => blob.#bytes;
    }
    get size() {
      return this.#bytes.length;
    }
    get type() {
      return this.#type;
    }
    slice(start = 0, end = this.size, type = '') {
      const part = new Blob([], { type });
      part.#bytes = this.#bytes.slice(start, end);
      return part;
    }
    async bytes() {
      return this.#bytes.slice();
    }
    async arrayBuffer() {
      return this.#bytes.slice().buffer;
    }
    async text() {
      return decode(this.#bytes);
    }
    stream() {
      return take('streams').streamOf(this.#bytes.slice());
    }
    get [Symbol.toStringTag]() {
      return 'Blob';
    }
  }

  class File extends Blob {
    #name;
    #lastModified;

    constructor(parts, name, options = {}) {
      if (arguments.length < 2) throw new TypeError(`File constructor: 2 arguments required, but ${arguments.length} given`);
      super(parts, options);
      this.#name = String(name).toWellFormed();
      this.#lastModified = options.lastModified === undefined ? Date.now() : Math.trunc(+options.lastModified) || 0;
    }
    get name() {
      return this.#name;
    }
    get lastModified() {
      return this.#lastModified;
    }
    get [Symbol.toStringTag]() {
      return 'File';
    }
  }

  class FormData {
    #entries = [];

    constructor(form) {
      if (form !== undefined) throw new TypeError('FormData constructor: there are no forms in a room');
    }
    static #entry(name, value, filename) {
      const key = String(name).toWellFormed();
      if (!(value instanceof Blob)) return [key, String(value).toWellFormed()];
      if (value instanceof File && filename === undefined) return [key, value];
      const { type, lastModified } = value;
      return [key, new File([value], filename ?? 'blob', { type, ...(lastModified === undefined ? {} : { lastModified }) })];
    }
    append(name, value, filename) {
      this.#entries.push(FormData.#entry(name, value, filename));
    }
    set(name, value, filename) {
      const entry = FormData.#entry(name, value, filename);
      const at = this.#entries.findIndex(([key]) => key === entry[0]);
      if (at < 0) return void this.#entries.push(entry);
      this.#entries = this.#entries.filter(([key], i) => key !== entry[0] || i === at);
      this.#entries[this.#entries.findIndex(([key]) => key === entry[0])] = entry;
    }
    delete(name) {
      this.#entries = this.#entries.filter(([key]) => key !== String(name));
    }
    get(name) {
      return this.#entries.find(([key]) => key === String(name))?.[1] ?? null;
    }
    getAll(name) {
      return this.#entries.filter(([key]) => key === String(name)).map(([, value]) => value);
    }
    has(name) {
      return this.#entries.some(([key]) => key === String(name));
    }
    forEach(callback, self) {
      for (const [name, value] of this) callback.call(self, value, name, this);
    }
    *entries() {
      for (let i = 0; i < this.#entries.length; i++) yield [...this.#entries[i]];
    }
    *keys() {
      for (const [name] of this) yield name;
    }
    *values() {
      for (const [, value] of this) yield value;
    }
    get [Symbol.toStringTag]() {
      return 'FormData';
    }
  }
  FormData.prototype[Symbol.iterator] = FormData.prototype.entries;

  // --- multipart/form-data (RFC 7578, and the HTML standard's escapes)

  const escaped = (text) => text.replace(/\r\n?|\n/g, '\r\n').replace(/\r\n/g, '%0D%0A').replace(/"/g, '%22');
  /** [bytes, content type] */
  const multipart = (form) => {
    const random = new Uint8Array(16);
    host.randomBytes(random);
    const boundary = `----EntmootFormBoundary${random.toHex()}`;
    const pieces = [];
    for (const [name, value] of form) {
      let head = `--${boundary}\r\nContent-Disposition: form-data; name="${escaped(name)}"`;
      if (value instanceof Blob) head += `; filename="${escaped(value.name)}"\r\nContent-Type: ${value.type || 'application/octet-stream'}`;
      pieces.push(encode(`${head}\r\n\r\n`));
      pieces.push(value instanceof Blob ? contentOf(value) : encode(value.replace(/\r\n?|\n/g, '\r\n')));
      pieces.push(encode('\r\n'));
    }
    pieces.push(encode(`--${boundary}--\r\n`));
    return [joined(pieces), `multipart/form-data; boundary=${boundary}`];
  };

  /** A text with a character for each byte, in which positions are those of the bytes. */
  const latin1 = (bytes) => {
    let text = '';
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return text;
  };
  const malformed = () => new TypeError('the body is not valid multipart/form-data');
  const parameter = (header, name) => {
    const found = new RegExp(`;\\s*${name}=(?:"([^"]*)"|([^;\\s]*))`, 'i').exec(header);
    return found === null ? undefined : (found[1] ?? found[2]);
  };
  const unescaped = (bytes) => decode(bytes).replace(/%0A/gi, '\n').replace(/%0D/gi, '\r').replace(/%22/g, '"');

  const parseMultipart = (bytes, type) => {
    const boundary = parameter(type, 'boundary');
    if (boundary === undefined || boundary === '') throw malformed();
    const form = new FormData();
    const text = latin1(bytes);
    const dashes = `--${boundary}`;
    let at = text.startsWith(dashes) ? 0 : text.indexOf(`\r\n${dashes}`) + 2;
    if (at === 1) throw malformed();
    for (;;) {
      at += dashes.length;
      if (text.startsWith('--', at)) return form;
      if (!text.startsWith('\r\n', at)) throw malformed();
      const headEnd = text.indexOf('\r\n\r\n', at);
      const end = text.indexOf(`\r\n${dashes}`, headEnd < 0 ? at : headEnd + 2);
      if (headEnd < 0 || end < 0) throw malformed();
      const headers = text.slice(at + 2, headEnd).split('\r\n');
      const disposition = headers.find((line) => /^content-disposition:\s*form-data/i.test(line));
      const rawName = disposition === undefined ? undefined : parameter(disposition, 'name');
      if (rawName === undefined) throw malformed();
      const bytesFrom = (raw) => Uint8Array.from(raw, (character) => character.charCodeAt(0));
      const rawFile = parameter(disposition, 'filename');
      const content = bytes.slice(headEnd + 4, Math.max(headEnd + 4, end));
      const contentType = headers.find((line) => /^content-type:/i.test(line))?.replace(/^[^:]*:\s*/, '').trim();
      const name = unescaped(bytesFrom(rawName));
      if (rawFile === undefined) form.append(name, decode(content));
      else form.append(name, new File([content], unescaped(bytesFrom(rawFile)), { type: contentType ?? 'text/plain' }));
      at = end + 2;
    }
  };
  /** The body of a Request or Response as FormData. */
  const parseForm = (bytes, type) => {
    if (/^multipart\/form-data\s*(?:;|$)/i.test(type)) return parseMultipart(bytes, type);
    if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) throw new TypeError(`formData: the content type "${type}" is not one of a form`);
    const form = new FormData();
    for (const [name, value] of new (take('url').URLSearchParams)(decode(bytes))) form.append(name, value);
    return form;
  };

  return { Blob, File, FormData, contentOf, multipart, parseForm };
})
