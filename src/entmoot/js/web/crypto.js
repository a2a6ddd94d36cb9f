// SPDX-License-Identifier: MIT
// https://w3c.github.io/webcrypto: random values.
(function (host) {
  'use strict';

  const { DOMException } = globalThis;
  const integers = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, BigInt64Array, BigUint64Array];
  const hex = (bytes) => bytes.toHex();

  const crypto = {
    getRandomValues(array) {
      if (!integers.some((type) => array instanceof type)) {
        throw new DOMException('getRandomValues: the argument must be a typed array of integers', 'TypeMismatchError');
      }
      if (!host.randomBytes(array)) throw new DOMException('getRandomValues: at most 65536 bytes can be requested', 'QuotaExceededError');
      return array;
    },
    randomUUID() {
      const bytes = new Uint8Array(16);
      host.randomBytes(bytes);
      bytes[6] = (bytes[6] & 0x0f) | 0x40;
      bytes[8] = (bytes[8] & 0x3f) | 0x80;
      const text = hex(bytes);
      return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`;
    },
    // `subtle` is absent, as on a page without HTTPS. Packages test for it, some of them when they are loaded.
    get [Symbol.toStringTag]() {
      return 'Crypto';
    },
  };

  return { crypto };
})
