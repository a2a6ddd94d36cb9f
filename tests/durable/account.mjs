// SPDX-License-Identifier: MIT
//
// What the run knows of one room: what was sent to it, what anybody has seen of it, and its list of inputs as its reports
// tell it. check() compares a report with all of that, exactly:
//
//   - the list only grows, and each entry is an input that was sent
//   - of each connection, the list has a prefix of what was sent on it, in order (and without gaps), and the connections of
//     one client follow each other; a number is in it at most once
//   - what an acknowledgement, a broadcast or a message to another room has shown is at its place, with the same random tag
//   - the room's own views of the list agree with it
//   - timers, intervals, waiting functions and promises happen as often as they must, and none too early
//   - the clients of all processes before this one have left, each once, with the reason "closed"
//
// A relaxed room may lose its last 50 ms with a process: of what was seen before, nothing is required.

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function hashed(hash, [client, number, attempt, , tag]) {
  for (const letter of `${client} ${number} ${attempt} ${tag}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return hash >>> 0;
}

export class Account {
  #sends = new Map(); // "client number attempt" → input
  #numbers = new Map(); // "client number" → place
  #last = new Map(); // client → the last input that is placed
  #list = []; // entries of the reports: [client, number, attempt, kind, tag]
  #hashes = [0];
  #seen = []; // what was seen and is not checked yet
  #process = 0; // of the last report
  acknowledged = 0;
  checked = 0; // Reports.

  constructor(topic, faults) {
    this.topic = topic;
    this.relaxed = topic.startsWith("relaxed:");
    this.faults = faults;
  }

  sent(input) {
    this.#sends.set(`${input.client} ${input.number} ${input.attempt}`, input);
  }

  /** `{client, number, attempt, total, tag, hash, by}`. */
  saw(entry) {
    if (entry.by === "an acknowledgement") this.acknowledged += 1;
    this.#seen.push(entry);
  }

  /** From where the next report has to list the entries. */
  from(process) {
    return this.relaxed && process !== this.#process ? 0 : this.#list.length;
  }

  /** How much has been seen: what is passed to check() with a report that is asked for now. */
  get sightings() {
    return this.#seen.length;
  }

  check(report, process, sightings, ended) {
    this.checked += 1;
    if (this.relaxed && process !== this.#process) {
      this.#seen.splice(0, sightings);
      sightings = 0;
      this.#restart();
    }
    this.#process = process;
    this.#extend(report);
    for (const entry of this.#seen.splice(0, sightings)) this.#checkSeen(entry);
    this.#checkViews(report);
    this.#checkLater(report);
    this.#checkClients(report, process, ended);
  }

  #fault(kind, what) {
    this.faults.add(kind, `${this.topic}: ${what}`);
  }

  #restart() {
    this.#list = [];
    this.#hashes = [0];
    this.#numbers.clear();
    this.#last.clear();
    for (const input of this.#sends.values()) {
      input.connection.placed = 0;
      input.place = undefined;
    }
  }

  #extend({ from, total, entries, hashFrom, hash }) {
    if (from < this.#list.length) {
      this.#fault("lost", `the list has ${total} entries, and had ${this.#list.length}`);
      return;
    }
    if (hashFrom !== this.#hashes[from]) this.#fault("changed", `the first ${from} entries`);
    for (const entry of entries) this.#place(entry);
    if (hash !== this.#hashes.at(-1) || total !== this.#list.length) this.#fault("changed", `the sum over ${total} entries`);
  }

  #place(entry) {
    const [client, number, attempt, kind] = entry;
    const place = this.#list.push(entry);
    this.#hashes.push(hashed(this.#hashes.at(-1), entry));
    const named = `${client}'s number ${number} (attempt ${attempt}, ${kind}) at ${place}`;
    const input = this.#sends.get(`${client} ${number} ${attempt}`);
    if (kind === "crash") this.#fault("kept", `${named}, which has ended the room`);
    if (input === undefined) return this.#fault("unknown", named);
    const twice = this.#numbers.get(`${client} ${number}`);
    if (twice !== undefined) return this.#fault("doubled", `${named}, which is at ${twice} already`);
    this.#numbers.set(`${client} ${number}`, place);
    input.place = place;
    const { connection } = input;
    while (connection.placed < input.at && connection.inputs[connection.placed].refused) connection.placed += 1;
    if (input.at !== connection.placed) {
      this.#fault("out of order", `${named}: it was ${input.at} on its connection, and ${connection.placed} is next`);
    }
    connection.placed = input.at + 1;
    const last = this.#last.get(client);
    if (last !== undefined && last.connection.serverProcess > connection.serverProcess) {
      this.#fault("out of order", `${named}: it was sent to an earlier process than number ${last.number}`);
    }
    this.#last.set(client, input);
  }

  #checkSeen({ client, number, attempt, total, tag, hash, by }) {
    const entry = this.#list[total - 1];
    const named = `${client}'s number ${number} (attempt ${attempt}), shown at ${total} by ${by}`;
    if (entry === undefined) return this.#fault("lost", `${named}; the list has ${this.#list.length}`);
    if (!same([entry[0], entry[1], entry[2]], [client, number, attempt])) {
      const isThere = this.#numbers.get(`${client} ${number}`);
      return this.#fault(isThere ? "out of order" : "lost", `${named}; there is ${entry}`);
    }
    if (entry[4] !== tag || this.#hashes[total] !== hash) this.#fault("changed", `${named}: another random number or hash`);
  }

  #checkViews({ views }) {
    const list = this.#list;
    const of = {};
    const last = {};
    let sum = 0;
    for (const [client, number] of list) {
      of[client] = (of[client] ?? 0) + 1;
      last[client] = number;
      sum += number;
    }
    const expected = {
      closure: { total: list.length, of },
      sum,
      asyncSum: sum,
      byKey: Object.entries(of).map(([client, count]) => [client, count, count]),
      account: { total: list.length, last, accounts: 1 },
      history: { length: list.length, last: list.slice(-20).map(([client, number]) => ({ client, number })) },
    };
    for (const [name, view] of Object.entries(expected)) {
      if (!same(views[name], view)) {
        this.#fault("views differ", `${name}: ${JSON.stringify(views[name])}, not ${JSON.stringify(view)}`);
      }
    }
  }

  #checkLater({ later }) {
    for (const each of later) {
      const { kind, times, of, early } = each;
      if (times > of) this.#fault("happened too often", `${kind}: ${times} times, not ${of}`);
      if (early) this.#fault("happened too early", JSON.stringify(each));
    }
  }

  #checkClients({ joins, ends, clients, present }, process, ended) {
    const reasons = new Map();
    for (const [id, reason] of ends) {
      if (reasons.has(id)) this.#fault("terminated twice", `client ${id}: ${reasons.get(id)}, ${reason}`);
      reasons.set(id, reason);
    }
    const current = new Set(clients);
    const ids = new Set();
    for (const [id, name, of] of joins) {
      if (ids.has(id)) this.#fault("an id for two clients", `${id}, the second is ${name} in process ${of}`);
      ids.add(id);
      const reason = reasons.get(id);
      if (of === process) continue;
      const due = ended.has(of) ? ["closed", "removed"] : ["closed"];
      if (!due.includes(reason)) this.#fault("terminate()", `${name}, client ${id} of process ${of}: ${reason} in ${process}`);
      if (current.has(id)) this.#fault("still there", `${name}, client ${id} of process ${of}, in ${process}`);
    }
    for (const id of present) {
      if (!current.has(id) && reasons.has(id)) this.#fault("still present", `client ${id}, which left: ${reasons.get(id)}`);
    }
  }
}

/** What is overdue in a report: what must have happened, and has not. */
export const overdue = ({ now, later }) => later.filter(({ kind, due, times, of }) => kind !== "hold" && times < of && due > 0 && due < now);

/** What a room in which nothing is new still has to do. */
export const unfinished = ({ later }) => later.filter(({ times, of }) => times < of);
