// SPDX-License-Identifier: MIT
// https://url.spec.whatwg.org, without two parts: non-ASCII hosts, which must be written in their xn-- form (the IDNA
// table is larger than a room), and the drive letters of file URLs.
(function (host, take) {
  'use strict';

  const defaultPorts = { __proto__: null, 'http:': '80', 'https:': '443', 'ws:': '80', 'wss:': '443', 'ftp:': '21', 'file:': '' };
  const special = (scheme) => scheme in defaultPorts;

  // --- percent-encoding: each pattern matches the characters to encode

  const inOpaque = /[^\x20-\x7e]/gu;
  const inFragment = /[^\x21\x23-\x3b\x3d\x3f-\x5f\x61-\x7e]/gu;
  const inQuery = /[^\x21\x24-\x3b\x3d\x3f-\x7e]/gu;
  const inSpecialQuery = /[^\x21\x24-\x26\x28-\x3b\x3d\x3f-\x7e]/gu;
  const inPath = /[^\x21\x24-\x3b\x3d\x40-\x5d\x5f\x61-\x7a\x7c\x7e]/gu;
  const inUserinfo = /[^\x21\x24-\x2e\x30-\x39\x41-\x5a\x5f\x61-\x7a\x7e]/gu;
  const inForm = /[^\x20*\-.0-9A-Z_a-z]/gu;

  const escape = (character) =>
    character < '\x80' ? '%' + character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0') : encodeURIComponent(character);
  const encode = (text, pattern) => text.toWellFormed().replace(pattern, escape);
  const unescape = (text) => text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => take('encoding').decode(Uint8Array.fromHex(run.replaceAll('%', ''))));

  // --- hosts

  const parseIPv4 = (text) => {
    const parts = text.split('.');
    if (parts.at(-1) === '' && parts.length > 1) parts.pop();
    if (!/^(?:[0-9]+|0x[0-9a-f]*)$/.test(parts.at(-1))) return undefined; // a domain name
    if (parts.length > 4) return null;
    let address = 0;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i];
      const [digits, radix] = /^0x/.test(part) ? [part.slice(2), 16] : /^0./.test(part) ? [part.slice(1), 8] : [part, 10];
      if (part === '' || !(radix === 16 ? /^[0-9a-f]*$/ : radix === 8 ? /^[0-7]*$/ : /^[0-9]+$/).test(digits)) return null;
      const number = digits === '' ? 0 : parseInt(digits, radix);
      const last = i === parts.length - 1;
      if (number >= (last ? 256 ** (5 - parts.length) : 256)) return null;
      address += last ? number : number * 256 ** (3 - i);
    }
    return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
  };

  const parseIPv6 = (text) => {
    const halves = text.split('::');
    if (halves.length > 2) return null;
    const pieces = [];
    for (const half of halves) {
      const list = half === '' ? [] : half.split(':');
      const numbers = [];
      for (let i = 0; i < list.length; i++) {
        const last = half === halves.at(-1) && i === list.length - 1;
        if (last && list[i].includes('.')) {
          const bytes = list[i].split('.');
          if (bytes.length !== 4 || !bytes.every((b) => /^(?:0|[1-9][0-9]{0,2})$/.test(b) && b < 256)) return null;
          numbers.push(bytes[0] * 256 + +bytes[1], bytes[2] * 256 + +bytes[3]);
        } else if (/^[0-9a-f]{1,4}$/i.test(list[i])) {
          numbers.push(parseInt(list[i], 16));
        } else {
          return null;
        }
      }
      pieces.push(numbers);
    }
    const count = pieces.reduce((sum, half) => sum + half.length, 0);
    if (halves.length === 1 ? count !== 8 : count > 7) return null;
    if (halves.length === 2) pieces.splice(1, 0, new Array(8 - count).fill(0));
    const numbers = pieces.flat();
    // The first of the longest runs of zeros is written as "::".
    let start = -1;
    let length = 1;
    for (let i = 0; i < 8; i++) {
      let end = i;
      while (end < 8 && numbers[end] === 0) end++;
      if (end - i > length) [start, length] = [i, end - i];
    }
    const hex = (list) => list.map((n) => n.toString(16)).join(':');
    return start < 0 ? `[${hex(numbers)}]` : `[${hex(numbers.slice(0, start))}::${hex(numbers.slice(start + length))}]`;
  };

  const parseHost = (text, scheme) => {
    if (text.startsWith('[')) return text.endsWith(']') ? parseIPv6(text.slice(1, -1)) : null;
    if (!special(scheme)) return /[\0\t\n\r #/:<>?@[\\\]^|]/.test(text) ? null : encode(text, inOpaque);
    const name = unescape(text).toLowerCase();
    if (/[^\0-\x7f]/.test(name)) throw new TypeError(`the host "${text}" is not ASCII: write it in Punycode (xn--…)`);
    if (name === '' || /[\0-\x20#%/:<>?@[\\\]^|\x7f]/.test(name)) return null;
    const address = parseIPv4(name);
    return address === undefined ? name : address;
  };

  // --- a URL as a record: {scheme, user, password, host, port, path, query, fragment}; path is a list, or a string if
  // it is opaque

  const parsePath = (text, path, scheme) => {
    const segments = (special(scheme) ? text.replaceAll('\\', '/') : text).replace(/^\//, '').split('/');
    segments.forEach((segment, i) => {
      const last = i === segments.length - 1;
      if (/^(?:\.|%2e){2}$/i.test(segment)) {
        path.pop();
        if (last) path.push('');
      } else if (/^(?:\.|%2e)$/i.test(segment)) {
        if (last) path.push('');
      } else {
        path.push(encode(segment, inPath));
      }
    });
    return path;
  };

  const setPort = (url, text) => {
    if (!/^[0-9]*$/.test(text) || +text > 65535) return false;
    url.port = text === '' || String(+text) === defaultPorts[url.scheme] ? '' : String(+text);
    return true;
  };

  const parseAuthority = (text, url) => {
    const at = text.lastIndexOf('@');
    if (at >= 0) {
      const colon = text.indexOf(':');
      const named = colon >= 0 && colon < at;
      url.user = encode(text.slice(0, named ? colon : at), inUserinfo);
      url.password = named ? encode(text.slice(colon + 1, at), inUserinfo) : '';
    }
    const rest = text.slice(at + 1);
    const [, name, port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(rest) ?? [];
    if (name === undefined || !setPort(url, port ?? '')) return false;
    if (name === '') {
      url.host = '';
      return !special(url.scheme) && at < 0 && port === undefined;
    }
    url.host = parseHost(name, url.scheme);
    return url.host !== null;
  };

  const parseFile = (text, url, base) => {
    url.host = '';
    if (/^[/\\]{2}/.test(text)) {
      const name = /^[^/\\]*/.exec(text.slice(2))[0];
      url.host = name === '' ? '' : parseHost(name, 'file:');
      if (url.host === 'localhost') url.host = '';
      url.path = parsePath(text.slice(2 + name.length), [], 'file:');
      return url.host !== null;
    }
    if (base?.scheme === 'file:') {
      url.host = base.host;
      if (text === '') url.query ??= base.query;
      url.path = /^[/\\]/.test(text) ? [] : text === '' ? base.path.slice() : base.path.slice(0, -1);
      if (text !== '') parsePath(text, url.path, 'file:');
      return true;
    }
    url.path = parsePath(text, [], 'file:');
    return true;
  };

  const parse = (input, base) => {
    let text = input.toWellFormed().replace(/^[\0-\x20]+|[\0-\x20]+$/g, '').replace(/[\t\n\r]/g, '');
    const url = { scheme: '', user: '', password: '', host: null, port: '', path: [], query: null, fragment: null };
    const hash = text.indexOf('#');
    if (hash >= 0) {
      url.fragment = encode(text.slice(hash + 1), inFragment);
      text = text.slice(0, hash);
    }
    const [prefix, named] = /^([a-z][a-z0-9+.-]*):/i.exec(text) ?? [''];
    const scheme = named === undefined ? base?.scheme : named.toLowerCase() + ':';
    if (scheme === undefined) return null;
    url.scheme = scheme;
    text = text.slice(prefix.length);

    if (named === undefined && typeof base.path === 'string') {
      return text === '' && hash >= 0 ? { ...base, fragment: url.fragment } : null;
    }
    const question = text.indexOf('?');
    if (question >= 0) {
      url.query = encode(text.slice(question + 1), special(scheme) ? inSpecialQuery : inQuery);
      text = text.slice(0, question);
    }
    if (scheme === 'file:') return parseFile(text, url, base) ? url : null;

    const slashes = special(scheme) ? /^[/\\]{2,}/ : /^\/\//;
    const relative = named === undefined || (special(scheme) && base?.scheme === scheme && !/^[/\\]{2}/.test(text));
    if (!slashes.test(text) && relative) {
      Object.assign(url, { user: base.user, password: base.password, host: base.host, port: base.port });
      if (text === '') {
        url.path = base.path.slice();
        if (question < 0) url.query = base.query;
      } else {
        url.path = parsePath(text, /^[/\\]/.test(text) && (text[0] === '/' || special(scheme)) ? [] : base.path.slice(0, -1), scheme);
      }
      return url;
    }
    if (special(scheme) || slashes.test(text)) {
      text = text.replace(special(scheme) ? /^[/\\]*/ : slashes, '');
      const authority = (special(scheme) ? /^[^/\\]*/ : /^[^/]*/).exec(text)[0];
      if (!parseAuthority(authority, url)) return null;
      text = text.slice(authority.length);
      if (text !== '' || special(scheme)) parsePath(text, url.path, scheme);
    } else if (text.startsWith('/')) {
      parsePath(text, url.path, scheme);
    } else {
      url.path = encode(text, inOpaque);
    }
    return url;
  };

  const pathOf = (url) => (typeof url.path === 'string' ? url.path : url.path.map((segment) => '/' + segment).join(''));
  const hostOf = (url) => (url.host === null ? '' : url.port === '' ? url.host : `${url.host}:${url.port}`);
  const write = (url) => {
    const who = url.user === '' && url.password === '' ? '' : `${url.user}${url.password === '' ? '' : ':' + url.password}@`;
    const path = pathOf(url);
    const authority = url.host !== null ? `//${who}${hostOf(url)}` : path.startsWith('//') ? '/.' : '';
    const query = url.query === null ? '' : '?' + url.query;
    return url.scheme + authority + path + query + (url.fragment === null ? '' : '#' + url.fragment);
  };

  // --- URLSearchParams

  const parseForm = (text) =>
    text.split('&').filter((pair) => pair !== '').map((pair) => {
      const equals = pair.indexOf('=');
      const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
      return [unescape(name.replaceAll('+', ' ')), unescape(value.replaceAll('+', ' '))];
    });
  const formText = (text) => encode(text, inForm).replaceAll(' ', '+');
  const own = (value) => String(value).toWellFormed();

  let attach; // connects a URLSearchParams with the URL that it belongs to
  let refresh; // replaces the list after the URL's query has changed

  class URLSearchParams {
    #list = [];
    #changed = () => {};

    constructor(init = '') {
      if (typeof init === 'object' && init !== null) {
        if (typeof init[Symbol.iterator] === 'function') {
          for (const pair of init) {
            const both = [...pair];
            if (both.length !== 2) throw new TypeError('URLSearchParams constructor: each pair must have a name and a value');
            this.#list.push([own(both[0]), own(both[1])]);
          }
        } else {
          for (const name of Object.keys(init)) this.#list.push([own(name), own(init[name])]);
        }
      } else {
        this.#list = parseForm(own(init).replace(/^\?/, ''));
      }
    }
    static {
      attach = (params, changed) => {
        params.#changed = changed;
        return params;
      };
      refresh = (params, query) => {
        params.#list = query === null ? [] : parseForm(query);
      };
    }
    get size() {
      return this.#list.length;
    }
    append(name, value) {
      this.#list.push([own(name), own(value)]);
      this.#changed();
    }
    delete(name, value) {
      this.#list = this.#list.filter(([n, v]) => n !== own(name) || (value !== undefined && v !== own(value)));
      this.#changed();
    }
    get(name) {
      return this.#list.find(([n]) => n === own(name))?.[1] ?? null;
    }
    getAll(name) {
      return this.#list.filter(([n]) => n === own(name)).map(([, value]) => value);
    }
    has(name, value) {
      return this.#list.some(([n, v]) => n === own(name) && (value === undefined || v === own(value)));
    }
    set(name, value) {
      const found = this.#list.find(([n]) => n === own(name));
      if (!found) return this.append(name, value);
      found[1] = own(value);
      this.#list = this.#list.filter((pair) => pair === found || pair[0] !== found[0]);
      this.#changed();
    }
    sort() {
      this.#list.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      this.#changed();
    }
    forEach(callback, self) {
      for (const [name, value] of this) callback.call(self, value, name, this);
    }
    *entries() {
      for (let i = 0; i < this.#list.length; i++) yield [...this.#list[i]];
    }
    *keys() {
      for (const [name] of this) yield name;
    }
    *values() {
      for (const [, value] of this) yield value;
    }
    toString() {
      return this.#list.map(([name, value]) => `${formText(name)}=${formText(value)}`).join('&');
    }
    get [Symbol.toStringTag]() {
      return 'URLSearchParams';
    }
  }
  URLSearchParams.prototype[Symbol.iterator] = URLSearchParams.prototype.entries;

  // --- URL

  const oneLine = (text) => String(text).replace(/[\t\n\r]/g, '');

  class URL {
    #url;
    #params;

    constructor(input, base) {
      if (arguments.length === 0) throw new TypeError('URL constructor: 1 argument required, but 0 given');
      const from = base === undefined ? undefined : parse(String(base));
      const url = from === null ? null : parse(String(input), from);
      if (url === null) throw new TypeError(`"${input}" is not a valid URL${base === undefined ? '' : ` relative to "${base}"`}`);
      this.#url = url;
    }
    static canParse(input, base) {
      return URL.parse(input, base) !== null;
    }
    static parse(input, base) {
      try {
        return new URL(input, base);
      } catch {
        return null;
      }
    }
    get href() {
      return write(this.#url);
    }
    set href(text) {
      this.#url = new URL(text).#url;
      this.#refresh();
    }
    get origin() {
      const { scheme } = this.#url;
      if (special(scheme) && scheme !== 'file:') return `${scheme}//${hostOf(this.#url)}`;
      if (scheme !== 'blob:') return 'null';
      return /^https?:/.test(this.pathname) ? (URL.parse(this.pathname)?.origin ?? 'null') : 'null';
    }
    get protocol() {
      return this.#url.scheme;
    }
    set protocol(text) {
      const scheme = /^([a-z][a-z0-9+.-]*)(?::|$)/i.exec(oneLine(text))?.[1].toLowerCase();
      if (scheme === undefined || special(scheme + ':') !== special(this.#url.scheme)) return;
      if (scheme === 'file' && hostOf(this.#url) !== this.#url.host) return;
      if (this.#url.scheme === 'file:' && this.#url.host === '') return;
      this.#url.scheme = scheme + ':';
      setPort(this.#url, this.#url.port);
    }
    get username() {
      return this.#url.user;
    }
    set username(text) {
      if (this.#named()) this.#url.user = encode(String(text), inUserinfo);
    }
    get password() {
      return this.#url.password;
    }
    set password(text) {
      if (this.#named()) this.#url.password = encode(String(text), inUserinfo);
    }
    get host() {
      return hostOf(this.#url);
    }
    set host(text) {
      const [, name, port] = /^(\[[^\]]*\]|[^:/?#\\]*)(?=[:/?#\\]|$)(?::([0-9]*))?/.exec(oneLine(text)) ?? [];
      if (name === undefined) return;
      this.#setHost(name);
      if (port) setPort(this.#url, port);
    }
    get hostname() {
      return this.#url.host ?? '';
    }
    set hostname(text) {
      const [, name, colon] = /^(\[[^\]]*\]|[^:/?#\\]*)(?=[:/?#\\]|$)(:?)/.exec(oneLine(text)) ?? [];
      if (colon === '') this.#setHost(name);
    }
    get port() {
      return this.#url.port;
    }
    set port(text) {
      if (this.#named() && /^(?:$|[0-9])/.test(oneLine(text))) setPort(this.#url, /^[0-9]*/.exec(oneLine(text))[0]);
    }
    get pathname() {
      return pathOf(this.#url);
    }
    set pathname(text) {
      if (typeof this.#url.path === 'string') return;
      const { scheme, host: authority } = this.#url;
      const encoded = oneLine(text).replace(/[?#]/g, escape);
      this.#url.path = encoded === '' && !special(scheme) && authority !== null ? [] : parsePath(encoded, [], scheme);
    }
    get search() {
      return this.#url.query ? '?' + this.#url.query : '';
    }
    set search(text) {
      const query = oneLine(text).replace(/^\?/, '').replaceAll('#', '%23');
      this.#url.query = String(text) === '' ? null : encode(query, special(this.#url.scheme) ? inSpecialQuery : inQuery);
      this.#refresh();
    }
    get searchParams() {
      if (this.#params === undefined) {
        this.#params = attach(new URLSearchParams(), () => (this.#url.query = String(this.#params) || null));
        this.#refresh();
      }
      return this.#params;
    }
    get hash() {
      return this.#url.fragment ? '#' + this.#url.fragment : '';
    }
    set hash(text) {
      this.#url.fragment = String(text) === '' ? null : encode(oneLine(text).replace(/^#/, ''), inFragment);
    }
    toString() {
      return this.href;
    }
    toJSON() {
      return this.href;
    }
    #named() {
      return Boolean(this.#url.host) && this.#url.scheme !== 'file:';
    }
    #setHost(text) {
      if (typeof this.#url.path === 'string' || (text === '' && special(this.#url.scheme))) return;
      const name = text === '' ? '' : parseHost(text, this.#url.scheme);
      if (name !== null) this.#url.host = name;
    }
    #refresh() {
      if (this.#params !== undefined) refresh(this.#params, this.#url.query);
    }
    get [Symbol.toStringTag]() {
      return 'URL';
    }
  }

  return { URL, URLSearchParams };
})
