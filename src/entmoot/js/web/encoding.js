// SPDX-License-Identifier: MIT
// https://encoding.spec.whatwg.org, for UTF-8.
(function (host) {
  'use strict';

  const labels = ['utf-8', 'utf8', 'unicode-1-1-utf-8', 'unicode11utf8', 'unicode20utf8', 'x-unicode20utf8'];
  const nothing = new Uint8Array(0);

  /**
   * The bytes of an ArrayBuffer, a typed array or a DataView, not copied. A detached buffer is empty
   * (https://webidl.spec.whatwg.org/#dfn-get-buffer-source-copy). Throws TypeError for a view out of bounds.
   */
  const bytesOf = (source) => {
    const isView = ArrayBuffer.isView(source);
    const buffer = isView ? source.buffer : source;
    if (!(buffer instanceof ArrayBuffer)) throw new TypeError('the input must be an ArrayBuffer or an ArrayBufferView');
    if (buffer.detached) return nothing;
    if (!isView) return new Uint8Array(buffer);
    if (!(source instanceof DataView)) source.keys(); // throws if it is out of bounds, where its byteLength would be 0
    return source instanceof Uint8Array ? source : new Uint8Array(buffer, source.byteOffset, source.byteLength);
  };

  const encode = (text) => host.encode(text.toWellFormed());

  class TextEncoder {
    get encoding() {
      return 'utf-8';
    }
    encode(input = '') {
      return encode(String(input));
    }
    encodeInto(source, destination) {
      if (!(destination instanceof Uint8Array)) throw new TypeError('encodeInto: the destination must be a Uint8Array');
      let read = 0;
      let written = 0;
      for (const character of String(source)) {
        const bytes = encode(character);
        if (written + bytes.length > destination.length) break;
        destination.set(bytes, written);
        written += bytes.length;
        read += character.length;
      }
      return { read, written };
    }
    get [Symbol.toStringTag]() {
      return 'TextEncoder';
    }
  }

  // The offset of an incomplete last character, or the length if the last character is complete.
  const boundary = (bytes) => {
    for (let back = 1; back <= 3 && back <= bytes.length; back++) {
      const byte = bytes[bytes.length - back];
      if ((byte & 0xc0) === 0x80) continue;
      const length = byte < 0xc2 || byte > 0xf4 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
      return length > back ? bytes.length - back : bytes.length;
    }
    return bytes.length;
  };

  class TextDecoder {
    #fatal;
    #ignoreBOM;
    #begun = false;
    #rest = nothing;

    constructor(label = 'utf-8', { fatal = false, ignoreBOM = false } = {}) {
      if (!labels.includes(String(label).trim().toLowerCase())) {
        throw new RangeError(`the encoding "${label}" is not supported: TextDecoder supports UTF-8 only`);
      }
      this.#fatal = Boolean(fatal);
      this.#ignoreBOM = Boolean(ignoreBOM);
    }
    get encoding() {
      return 'utf-8';
    }
    get fatal() {
      return this.#fatal;
    }
    get ignoreBOM() {
      return this.#ignoreBOM;
    }
    decode(input = nothing, { stream = false } = {}) {
      let bytes = bytesOf(input);
      if (this.#rest.length > 0) {
        const joined = new Uint8Array(this.#rest.length + bytes.length);
        joined.set(this.#rest);
        joined.set(bytes, this.#rest.length);
        bytes = joined;
      }
      const end = stream ? boundary(bytes) : bytes.length;
      this.#rest = end < bytes.length ? bytes.slice(end) : nothing;
      let text = host.decode(end < bytes.length ? bytes.subarray(0, end) : bytes, this.#fatal);
      if (text === undefined) {
        this.#rest = nothing;
        this.#begun = false;
        throw new TypeError('the encoded data is not valid UTF-8');
      }
      if (!this.#begun && !this.#ignoreBOM && text.charCodeAt(0) === 0xfeff) text = text.slice(1), (this.#begun = true);
      this.#begun = stream && (this.#begun || text !== '');
      return text;
    }
    get [Symbol.toStringTag]() {
      return 'TextDecoder';
    }
  }

  const decode = (bytes) => {
    const text = host.decode(bytes, false);
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  };

  return { TextEncoder, TextDecoder, bytesOf, encode, decode };
})
