// SPDX-License-Identifier: MIT
// https://console.spec.whatwg.org, for values that prelude.js does not write itself. A message is bounded in length, depth
// and the number of values that are looked at; no getter of the script is called to show a value.
(function (host, stackOf) {
  'use strict';

  const [debug, info, warning, severe] = [0, 1, 2, 3]; // log::Level
  const lengthMax = 16384;
  const depthMax = 4;
  const itemsMax = 100;
  const valuesMax = 2000;
  const labelsMax = 1000;
  const rowsMax = 100;
  const columnsMax = 20;
  const cellMax = 60;
  const groupsMax = 50;

  const { getPrototypeOf, getOwnPropertyDescriptor, prototype } = Object;
  const { ownKeys, apply } = Reflect;
  const { propertyIsEnumerable } = prototype;
  const getterOf = (type, name) => getOwnPropertyDescriptor(type, name).get;
  // Whether a value is of a built-in type, whatever its prototype: the getter or method throws if not.
  const probe = (method, ...args) => (value) => {
    try {
      apply(method, value, args);
      return true;
    } catch {
      return false;
    }
  };
  const isMap = probe(getterOf(Map.prototype, 'size'));
  const isSet = probe(getterOf(Set.prototype, 'size'));
  const isDate = probe(Date.prototype.getTime);
  const isRegExp = (value) => value !== RegExp.prototype && probe(getterOf(RegExp.prototype, 'source'))(value);
  const isWeakMap = probe(WeakMap.prototype.has, {});
  const isWeakSet = probe(WeakSet.prototype.has, {});
  const typedName = getterOf(getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag);
  const { entries: mapEntries } = Map.prototype;
  const { values: setValues } = Set.prototype;

  // --- a value as text

  const quote = (text) => {
    const escaped = text.replace(/[\\'\x00-\x1f\x7f-\x9f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, (c) => {
      const known = { '\\': '\\\\', "'": "\\'", '\n': '\\n', '\r': '\\r', '\t': '\\t', '\b': '\\b', '\f': '\\f', '\v': '\\v' }[c];
      const code = c.charCodeAt(0);
      return known ?? (code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`);
    });
    return `'${escaped}'`;
  };
  const keyText = (key) => {
    if (typeof key === 'symbol') return `[${String(key)}]`;
    return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quote(key);
  };

  class Inspector {
    #above = [];
    #left = lengthMax;
    #values = 0;

    /** `text` within what is left of the message's length. */
    #take(text) {
      if (text.length > this.#left) text = `${text.slice(0, Math.max(0, this.#left))}…`;
      this.#left -= text.length;
      return text;
    }
    show(value, depth = 0) {
      if (++this.#values > valuesMax || this.#left <= 0) return '…';
      switch (typeof value) {
        case 'string': return this.#take(quote(value.length > this.#left ? value.slice(0, this.#left) : value));
        case 'bigint': return this.#take(`${value}n`);
        case 'number': return Object.is(value, -0) ? '-0' : String(value);
        case 'object':
        case 'function': break;
        default: return this.#take(String(value));
      }
      if (value === null) return 'null';
      if (this.#above.includes(value)) return '[Circular]';
      this.#above.push(value);
      try {
        return this.#object(value, depth);
      } catch {
        return '[object]'; // a proxy that throws
      } finally {
        this.#above.pop();
      }
    }
    /** "Point", or "[Object: null prototype]". */
    #nameOf(value, usual) {
      const proto = getPrototypeOf(value);
      if (proto === null) return `[${usual}: null prototype]`;
      for (let from = proto; from !== null; from = getPrototypeOf(from)) {
        const constructor = getOwnPropertyDescriptor(from, 'constructor')?.value;
        const name = typeof constructor === 'function' ? getOwnPropertyDescriptor(constructor, 'name')?.value : undefined;
        if (typeof name === 'string' && name !== '') return this.#take(name);
      }
      return usual;
    }
    #object(value, depth) {
      if (typeof value === 'function') return this.#withMembers(this.#functionText(value), value, depth);
      if (value instanceof Error) return this.#withMembers(this.#errorText(value, depth), value, depth, ['stack', 'message', 'name', 'cause']);
      if (Array.isArray(value)) return this.#array(value, value.length, this.#nameOf(value, 'Array'), depth);
      if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
        return this.#array(value, value.length, apply(typedName, value, []), depth);
      }
      if (isMap(value)) {
        return this.#collection(value, apply(mapEntries, value, []), ([key, item]) => `${this.show(key, depth + 1)} => ${this.show(item, depth + 1)}`, 'Map', depth);
      }
      if (isSet(value)) return this.#collection(value, apply(setValues, value, []), (item) => this.show(item, depth + 1), 'Set', depth);
      if (isDate(value)) return Number.isNaN(+value) ? 'Invalid Date' : Date.prototype.toISOString.call(value);
      if (isRegExp(value)) return this.#take(RegExp.prototype.toString.call(value));
      if (isWeakMap(value) || isWeakSet(value)) return `${this.#nameOf(value, 'WeakMap')} { <items unknown> }`;
      if (value instanceof ArrayBuffer || value instanceof DataView) return `${this.#nameOf(value, 'ArrayBuffer')} { byteLength: ${value.byteLength} }`;
      for (const type of [Number, String, Boolean, BigInt, Symbol]) {
        if (probe(type.prototype.valueOf)(value) && value !== type.prototype) {
          return `[${type.name}: ${this.show(type.prototype.valueOf.call(value), depth + 1)}]`;
        }
      }
      const name = this.#nameOf(value, 'Object');
      const tag = getOwnPropertyDescriptor(getPrototypeOf(value) ?? value, Symbol.toStringTag)?.value;
      const shownTag = typeof tag === 'string' && tag !== '' && tag !== name ? ` [${tag}]` : '';
      const prefix = name === 'Object' && shownTag === '' ? '' : `${name}${shownTag} `;
      return this.#braces(prefix, this.#members(value, depth), depth);
    }
    #functionText(value) {
      const name = getOwnPropertyDescriptor(value, 'name')?.value;
      const shown = typeof name === 'string' && name !== '' ? this.#take(name) : '(anonymous)';
      const isClass = getOwnPropertyDescriptor(value, 'prototype')?.writable === false && /^class\b/.test(Function.prototype.toString.call(value));
      return isClass ? `[class ${shown}]` : `[Function: ${shown}]`;
    }
    #errorText(error, depth) {
      const title = `${error.name}: ${error.message}`;
      let text = depth > 0 ? `[${this.#take(title)}]` : this.#take(`${error}\n${stackOf(error)}`);
      const cause = getOwnPropertyDescriptor(error, 'cause');
      if (cause !== undefined && 'value' in cause) text += `${depth > 0 ? ' ' : '\n'}[cause]: ${this.show(cause.value, depth + 1)}`;
      const errors = getOwnPropertyDescriptor(error, 'errors');
      if (errors !== undefined && 'value' in errors && error instanceof AggregateError) text += ` [errors]: ${this.show(errors.value, depth + 1)}`;
      return text;
    }
    #withMembers(text, value, depth, known = []) {
      const members = this.#members(value, depth, (key) => known.includes(key));
      return members.length === 0 ? text : `${text} ${this.#braces('', members, depth)}`;
    }
    /** "a: 1", of the enumerable properties. */
    #members(value, depth, leaveOut = () => false) {
      if (depth > depthMax) return ['…'];
      const members = [];
      const keys = ownKeys(value).filter((key) => !leaveOut(key) && apply(propertyIsEnumerable, value, [key]));
      for (const key of keys) {
        if (members.length === itemsMax || this.#left <= 0) {
          members.push(`… ${keys.length - members.length} more`);
          break;
        }
        const { get, set, value: item } = getOwnPropertyDescriptor(value, key) ?? {};
        const shown = get ? (set ? '[Getter/Setter]' : '[Getter]') : set ? '[Setter]' : this.show(item, depth + 1);
        members.push(`${this.#take(keyText(key))}: ${shown}`);
      }
      return members;
    }
    #array(value, length, name, depth) {
      const prefix = name === 'Array' ? '' : `${name}(${length}) `;
      if (depth > depthMax) return length === 0 ? `${prefix}[]` : `${prefix}[…]`;
      const items = [];
      let holes = 0;
      const endHoles = () => {
        if (holes > 0) items.push(holes === 1 ? '<1 empty item>' : `<${holes} empty items>`);
        holes = 0;
      };
      let at = 0;
      for (; at < length && items.length < itemsMax && this.#left > 0 && at < 100000; at++) {
        const property = getOwnPropertyDescriptor(value, at);
        if (property === undefined) {
          holes++;
          continue;
        }
        endHoles();
        items.push('value' in property ? this.show(property.value, depth + 1) : '[Getter]');
      }
      endHoles();
      if (at < length) items.push(`… ${length - at} more`);
      else items.push(...this.#members(value, depth, (key) => typeof key === 'string' && /^(?:0|[1-9]\d*)$/.test(key)));
      return items.length === 0 ? `${prefix}[]` : `${prefix}[ ${items.join(', ')} ]`;
    }
    #collection(value, iterator, show, usual, depth) {
      const size = apply(getterOf((usual === 'Map' ? Map : Set).prototype, 'size'), value, []);
      const prefix = `${this.#nameOf(value, usual)}(${size}) `;
      if (depth > depthMax) return `${prefix}{…}`;
      const items = [];
      for (const item of iterator) {
        if (items.length === itemsMax || this.#left <= 0) {
          items.push(`… ${size - items.length} more`);
          break;
        }
        items.push(show(item));
      }
      items.push(...this.#members(value, depth));
      return this.#braces(prefix, items, depth);
    }
    #braces(prefix, members, depth) {
      if (members.length === 0) return `${prefix}{}`;
      return depth > depthMax ? `${prefix}{…}` : `${prefix}{ ${members.join(', ')} }`;
    }
    /** As an argument of console.log: strings without quotes. */
    argument(value) {
      return typeof value === 'string' ? this.#take(value) : this.show(value);
    }
  }

  // https://console.spec.whatwg.org/#formatter
  const format = (args) => {
    const inspector = new Inspector();
    const rest = [...args];
    let text = '';
    if (typeof rest[0] === 'string' && rest.length > 1) {
      const pattern = rest.shift();
      text = inspector.argument(
        pattern.replace(/%([sdifoOc%])/g, (specifier, kind) => {
          if (kind === '%') return '%';
          if (rest.length === 0) return specifier;
          const value = rest.shift();
          switch (kind) {
            case 's': return typeof value === 'object' || typeof value === 'function' ? inspector.show(value) : inspector.argument(String(value));
            case 'd':
            case 'i': return typeof value === 'symbol' ? 'NaN' : typeof value === 'bigint' ? `${value}n` : String(parseInt(value, 10));
            case 'f': return typeof value === 'symbol' ? 'NaN' : String(parseFloat(value));
            case 'c': return '';
            default: return inspector.show(value);
          }
        }),
      );
      if (rest.length > 0) text += ' ';
    }
    return text + rest.map((value) => inspector.argument(value)).join(' ');
  };

  // --- lines

  let groups = 0;
  const write = (level, text) => host.log(level, groups === 0 ? text : '  '.repeat(groups) + text.replaceAll('\n', `\n${'  '.repeat(groups)}`));
  const print = (level, args) => {
    let text;
    try {
      text = format(args);
    } catch (error) {
      text = `[a value that cannot be shown: ${error?.message}]`; // a toString of the script that throws
    }
    write(level, text);
  };

  const counts = new Map();
  const timers = new Map();
  const labelled = (map, label) => {
    if (map.size < labelsMax || map.has(label)) return true;
    write(warning, `too many labels: at most ${labelsMax}`);
    return false;
  };
  const elapsed = (from) => `${Number((host.uptime() - from).toFixed(3))}ms`;

  // --- tables

  const cellText = (value) => {
    const text = typeof value === 'string' ? value : new Inspector().show(value, depthMax);
    const line = text.replaceAll('\n', ' ');
    return line.length > cellMax ? `${line.slice(0, cellMax - 1)}…` : line;
  };
  const isObject = (value) => typeof value === 'object' && value !== null;
  const rowsOf = (data) => {
    if (isMap(data)) return [...apply(mapEntries, data, [])];
    if (isSet(data)) return [...apply(setValues, data, [])].map((value, i) => [i, value]);
    return Object.keys(data).map((key) => [key, getOwnPropertyDescriptor(data, key)?.value]);
  };
  const tableLines = (data, wanted) => {
    const rows = rowsOf(data).slice(0, rowsMax);
    const columns = new Set(wanted?.map(String));
    let hasValues = false;
    for (const [, row] of rows) {
      if (!isObject(row)) hasValues = true;
      else if (wanted === undefined) for (const key of Object.keys(row)) if (columns.size < columnsMax) columns.add(key);
    }
    const head = ['(index)', ...columns, ...(hasValues ? ['Values'] : [])].map(cellText);
    const body = rows.map(([index, row]) => {
      const cells = [...columns].map((key) => (isObject(row) && Object.hasOwn(row, key) ? cellText(getOwnPropertyDescriptor(row, key)?.value) : ''));
      return [cellText(String(index)), ...cells, ...(hasValues ? [isObject(row) ? '' : cellText(row)] : [])];
    });
    const widths = head.map((text, i) => Math.max(text.length, ...body.map((row) => row[i].length)));
    const rule = (left, middle, right) => left + widths.map((width) => '─'.repeat(width + 2)).join(middle) + right;
    const line = (cells) => `│${cells.map((text, i) => ` ${text.padEnd(widths[i])} `).join('│')}│`;
    return [rule('┌', '┬', '┐'), line(head), rule('├', '┼', '┤'), ...body.map(line), rule('└', '┴', '┘')];
  };

  return {
    print,
    assert(condition = false, ...data) {
      if (condition) return;
      if (typeof data[0] === 'string') data[0] = `Assertion failed: ${data[0]}`;
      else data.unshift('Assertion failed');
      print(severe, data);
    },
    clear() {
      groups = 0;
    },
    count(label = 'default') {
      const name = String(label);
      if (!labelled(counts, name)) return;
      const n = (counts.get(name) ?? 0) + 1;
      counts.set(name, n);
      write(info, `${name}: ${n}`);
    },
    countReset(label = 'default') {
      if (!counts.delete(String(label))) write(warning, `countReset: there is no count "${label}"`);
    },
    dir(value) {
      write(info, new Inspector().show(value));
    },
    dirxml(...data) {
      print(info, data);
    },
    group(...data) {
      if (data.length > 0) print(info, data);
      if (groups < groupsMax) groups++;
    },
    groupCollapsed(...data) {
      if (data.length > 0) print(info, data);
      if (groups < groupsMax) groups++;
    },
    groupEnd() {
      if (groups > 0) groups--;
    },
    table(data, properties) {
      if (!isObject(data)) return print(info, [data]);
      for (const line of tableLines(data, properties === undefined ? undefined : [...properties])) write(info, line);
    },
    time(label = 'default') {
      const name = String(label);
      if (timers.has(name)) return write(warning, `time: the timer "${name}" is running already`);
      if (labelled(timers, name)) timers.set(name, host.uptime());
    },
    timeLog(label = 'default', ...data) {
      const name = String(label);
      if (!timers.has(name)) return write(warning, `timeLog: there is no timer "${name}"`);
      const time = `${name}: ${elapsed(timers.get(name))}`;
      print(info, data.length > 0 ? [time.replaceAll('%', '%%'), ...data] : [time]);
    },
    timeEnd(label = 'default') {
      const name = String(label);
      if (!timers.has(name)) return write(warning, `timeEnd: there is no timer "${name}"`);
      write(info, `${name}: ${elapsed(timers.get(name))}`);
      timers.delete(name);
    },
    trace(...data) {
      const stack = stackOf(new Error());
      print(debug, data.length > 0 ? data : ['Trace']);
      write(debug, stack);
    },
  };
})
