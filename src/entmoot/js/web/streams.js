// SPDX-License-Identifier: MIT
// https://streams.spec.whatwg.org, by the package web-streams-polyfill, and the streams of texts and compressed bytes
// that are made of it.
(function (host, take) {
  'use strict';

  const library = host.part('web_streams')();
  const { ReadableStream, TransformStream } = library;

  /** A stream of `bytes`, which it takes over. */
  const streamOf = (bytes) =>
    new ReadableStream({
      type: 'bytes',
      start(controller) {
        if (bytes.length > 0) controller.enqueue(bytes);
        controller.close();
      },
    });

  const isStream = (value) => value instanceof ReadableStream;

  /** All bytes of a stream. Its chunks must be Uint8Arrays. */
  const readAll = async (stream) => {
    const reader = stream.getReader();
    const chunks = [];
    let size = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (!(value instanceof Uint8Array)) {
        const error = new TypeError('the stream of a body must consist of Uint8Arrays');
        reader.cancel(error).catch(() => {});
        throw error;
      }
      chunks.push(value);
      size += value.length;
    }
    if (chunks.length === 1) return chunks[0].slice();
    const all = new Uint8Array(size);
    let at = 0;
    for (const chunk of chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  };

  /** Whether something has read from the stream, or cancelled it. */
  const isDisturbed = (stream) => stream._disturbed === true;

  /** A class with `readable` and `writable`, as those of the standards are. */
  const transformer = (name, make) => {
    const Type = {
      [name]: class {
        #stream;
        constructor(...args) {
          this.#stream = new TransformStream(make.call(this, ...args));
        }
        get readable() {
          return this.#stream.readable;
        }
        get writable() {
          return this.#stream.writable;
        }
        get [Symbol.toStringTag]() {
          return name;
        }
      },
    }[name];
    return Type;
  };

  const options = new WeakMap(); // of a TextDecoderStream: its decoder

  const TextEncoderStream = transformer('TextEncoderStream', () => {
    const { encode } = take('encoding');
    let high = ''; // the first half of a pair, whose second half may come in the next chunk
    return {
      transform(chunk, controller) {
        let text = high + String(chunk);
        high = /[\ud800-\udbff]$/.test(text) ? text.at(-1) : '';
        if (high !== '') text = text.slice(0, -1);
        if (text !== '') controller.enqueue(encode(text));
      },
      flush(controller) {
        if (high !== '') controller.enqueue(encode(high));
      },
    };
  });
  Object.defineProperty(TextEncoderStream.prototype, 'encoding', { get: () => 'utf-8', enumerable: true, configurable: true });

  const TextDecoderStream = transformer('TextDecoderStream', function (label, init) {
    const { TextDecoder } = take('encoding');
    const decoder = new TextDecoder(label, init);
    options.set(this, decoder);
    return {
      transform(chunk, controller) {
        const text = decoder.decode(chunk, { stream: true });
        if (text !== '') controller.enqueue(text);
      },
      flush(controller) {
        const text = decoder.decode();
        if (text !== '') controller.enqueue(text);
      },
    };
  });
  for (const name of ['encoding', 'fatal', 'ignoreBOM']) {
    Object.defineProperty(TextDecoderStream.prototype, name, {
      get() {
        return options.get(this)[name];
      },
      enumerable: true,
      configurable: true,
    });
  }

  // https://compression.spec.whatwg.org. The room's heap is all that a room may keep, so a format's state does not outlive
  // a call: the bytes are collected, and made into others when the stream ends.
  const compressor = (name, compress) =>
    transformer(name, (format) => {
      const wanted = String(format);
      if (!['gzip', 'deflate', 'deflate-raw'].includes(wanted)) throw new TypeError(`${name}: "${wanted}" is not a format: use "gzip", "deflate" or "deflate-raw"`);
      const { bytesOf } = take('encoding');
      const chunks = [];
      return {
        transform(chunk) {
          if (!(chunk instanceof ArrayBuffer) && !ArrayBuffer.isView(chunk)) throw new TypeError(`${name}: a chunk must be an ArrayBuffer or a view of one`);
          chunks.push(bytesOf(chunk).slice());
        },
        flush(controller) {
          const all = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
          let at = 0;
          for (const chunk of chunks) {
            all.set(chunk, at);
            at += chunk.length;
          }
          const made = compress(wanted, all);
          if (made.length > 0) controller.enqueue(made);
        },
      };
    });
  const CompressionStream = compressor('CompressionStream', (format, bytes) => host.compress(format, bytes));
  const DecompressionStream = compressor('DecompressionStream', (format, bytes) => host.decompress(format, bytes));

  const { licences, ...classes } = library;
  return { ...classes, TextEncoderStream, TextDecoderStream, CompressionStream, DecompressionStream, streamOf, isStream, readAll, isDisturbed };
})
