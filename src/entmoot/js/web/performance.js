// SPDX-License-Identifier: MIT
// https://w3c.github.io/hr-time and https://w3c.github.io/user-timing, on the room's clock; and what a page's `navigator`
// says about its browser.
(function (host, take) {
  'use strict';

  const entriesMax = 1000;
  const timeOrigin = Date.now() - host.uptime();
  let entries = [];

  class PerformanceEntry {
    #fields;
    constructor(entryType, name, startTime, duration, detail) {
      this.#fields = { name, entryType, startTime, duration, detail };
    }
    get name() {
      return this.#fields.name;
    }
    get entryType() {
      return this.#fields.entryType;
    }
    get startTime() {
      return this.#fields.startTime;
    }
    get duration() {
      return this.#fields.duration;
    }
    get detail() {
      return this.#fields.detail;
    }
    toJSON() {
      return { ...this.#fields };
    }
  }
  const keep = (entry) => {
    entries.push(entry);
    if (entries.length > entriesMax) entries.shift();
    return entry;
  };
  const detailOf = (detail) => (detail === undefined || detail === null ? null : take('structured_clone').structuredClone(detail));
  const timeOf = (mark, fallback) => {
    if (mark === undefined) return fallback;
    if (typeof mark === 'number') return mark;
    const found = entries.findLast((entry) => entry.entryType === 'mark' && entry.name === String(mark));
    if (found === undefined) throw new DOMException(`there is no mark "${mark}"`, 'SyntaxError');
    return found.startTime;
  };
  const without = (type, name) => {
    entries = entries.filter((entry) => entry.entryType !== type || (name !== undefined && entry.name !== String(name)));
  };
  const inOrder = (list) => [...list].sort((a, b) => a.startTime - b.startTime);

  const performance = {
    now: () => host.uptime(),
    timeOrigin,
    mark: (name, { startTime, detail } = {}) => keep(new PerformanceEntry('mark', String(name), startTime ?? host.uptime(), 0, detailOf(detail))),
    measure(name, start, end) {
      const options = typeof start === 'object' && start !== null ? start : { start, end };
      const duration = options.duration;
      const to = options.end !== undefined ? timeOf(options.end) : duration !== undefined && options.start !== undefined ? timeOf(options.start) + duration : host.uptime();
      const from = options.start !== undefined ? timeOf(options.start) : duration !== undefined ? to - duration : 0;
      return keep(new PerformanceEntry('measure', String(name), from, to - from, detailOf(options.detail)));
    },
    clearMarks: (name) => without('mark', name),
    clearMeasures: (name) => without('measure', name),
    getEntries: () => inOrder(entries),
    getEntriesByType: (type) => inOrder(entries.filter((entry) => entry.entryType === String(type))),
    getEntriesByName: (name, type) => inOrder(entries.filter((entry) => entry.name === String(name) && (type === undefined || entry.entryType === String(type)))),
    toJSON: () => ({ timeOrigin }),
    get [Symbol.toStringTag]() {
      return 'Performance';
    },
  };

  const navigator = Object.freeze({
    userAgent: 'Entmoot',
    language: 'en',
    languages: Object.freeze(['en']),
    onLine: true,
    hardwareConcurrency: 1, // a room has one thread
    get [Symbol.toStringTag]() {
      return 'Navigator';
    },
  });

  return { performance, navigator };
})
