// SPDX-License-Identifier: MIT
//
// What entmoot.config.ts may say: `export default { … } satisfies EntmootConfig`. Written from the table of settings.

/** "64 KB", "16 MB", or a number of bytes. */
type EntmootSize = number | `${number} ${"B" | "KB" | "MB" | "GB"}` | `${number}${"B" | "KB" | "MB" | "GB"}`;
/** "500ms", "10s", "5m", "1h", "14d", or a number of milliseconds. */
type EntmootTime = number | `${number}${"ms" | "s" | "m" | "h" | "d"}`;

/** The environment of the server; for entmoot.config.ts only, rooms do not see it. */
declare const process: { readonly env: { readonly [name: string]: string | undefined } };

/** A key of a login service. `kid` is its name in the tokens, `alg` only checks that the key is of that kind. */
type EntmootJwtKey =
  | { kid?: string; alg?: "RS256" | "ES256" | "EdDSA" | "HS256"; key: string | object }
  | { kid?: string; alg?: "HS256"; secret: string }
  | { jwks: { keys: object[] } };

/** What one room may use. */
interface EntmootLimits {
  /** Memory of a room's script. Default: "16 MB". */
  heap?: EntmootSize;
  /** Memory in use that a turn fails at; seven eighths of `heap` unless set. Default: "14 MB". */
  heapWarn?: EntmootSize;
  /** Computing time for one message. Default: "1s". */
  turn?: EntmootTime;
  /** Part of a core that a room may have for itself, over ten seconds. Default: 0.5. */
  cpuShare?: number;
  /** Messages that wait for a room. Default: 1000. */
  mailbox?: number;
  /** Bytes of them. Default: "4 MB". */
  mailboxBytes?: EntmootSize;
  /** Timers that are set. Default: 1000. */
  timers?: number;
  /** `Beam.call`s and `fetch`es that wait. Default: 1000. */
  handlerCalls?: number;
  /** Messages whose promise is not settled. Default: 10000. */
  pendingCalls?: number;
  /** For the answer to a `Beam.call`. Default: "5s". */
  handlerTimeout?: EntmootTime;
  /** For a room's answer to a message or a request. Default: "10s". */
  replyTimeout?: EntmootTime;
  /** For the file's top level, what it awaits included. Default: "5s". */
  startTimeout?: EntmootTime;
  /** Microtasks of one turn. Default: 1000000. */
  microtasks?: number;
  /** What one turn may send. Default: "8 MB". */
  output?: EntmootSize;
  /** Lines that a room may write to the log at once; as many again in ten seconds. Default: 100. */
  logLines?: number;
  /** Clients that have joined a room. Default: 1000. */
  clients?: number;
  /** How long a room without clients, calls and requests stays up. Default: "5m". */
  idle?: EntmootTime;
  /** What is kept of a room that sleeps or goes on in new code, as JSON: what `serialize` returns, clients, history. Default: "4 MB". */
  state?: EntmootSize;
  history?: {
    /** Entries of `room.history`. Default: 1000. */
    entries?: number;
    /** Bytes of them, as JSON. Default: "1 MB". */
    bytes?: EntmootSize;
    /** How long an entry is kept. Default: "1d". */
    age?: EntmootTime;
    /** Entries that `room.history.last()` returns without a number. Default: 300. */
    replay?: number;
  };
}

interface EntmootConfig {
  /** Port to listen on; 0 takes any free one. Default: 4000. */
  port?: number;
  /** Address to listen on; "0.0.0.0" or "::" lets others in. Default: "127.0.0.1". */
  address?: string;
  /** Threads that serve; 0 is one per core. Default: 0. */
  shards?: number;
  /** Which pages may connect: `true` those of this server's own host, `false` all, or a list of origins (`":conn"`, alone, compares scheme and port too). Default: true. */
  origins?: boolean | string[];
  /** Believe the last address in X-Forwarded-For. Only behind a proxy that writes it: otherwise anybody can choose his address. Default: false. */
  proxy?: boolean;
  /** Compress messages to clients that offer it; read SECURITY.md first. Default: false. */
  compress?: boolean;
  /** How long browsers may use a file of public/ without asking for it again. Default: "0s". */
  publicCache?: EntmootTime;
  socket?: {
    /** Where phoenix.js connects: `new Socket("/socket")`. Default: "/socket". */
    path?: string;
    /** Let clients that get no WebSocket through poll instead. Default: true. */
    longpoll?: boolean;
    /** Connections, all together. Default: 16000. */
    connections?: number;
    /** Connections from one address; an IPv6 network of 64 bits counts as one, this machine itself not at all. Default: 1000. */
    connectionsPerIp?: number;
    /** Topics that one client may have joined. Default: 100. */
    channels?: number;
    /** Messages of one client; twice as many at once. Default: 10000. */
    messagesPerSecond?: number;
    /** Bytes of one client's messages; twice as many at once. Default: "8 MB". */
    bytesPerSecond?: EntmootSize;
    /** Joins of one client; five times as many at once. Default: 100. */
    joinsPerSecond?: number;
    /** WebSocket frames of any kind, pings and fragments too; five times as many at once. Default: 20000. */
    framesPerSecond?: number;
    /** Empty fragments of one message. Default: 64. */
    emptyFragments?: number;
    /** One message of a client. Default: "64 KB". */
    messageBytes?: EntmootSize;
    /** For a room's answer to a join. Default: "30s". */
    joinTimeout?: EntmootTime;
    /** Messages of one client that wait for the join of their topic. Default: 100. */
    waitingMessages?: number;
    /** Bytes of them. Default: "1 MB". */
    waitingBytes?: EntmootSize;
    /** What waits for one client to take it. Default: "1 MB". */
    queuedBytes?: EntmootSize;
    /** The same, in messages. Default: 8192. */
    queuedFrames?: number;
    /** Silence of a client; phoenix.js speaks every 30 s. Default: "1m". */
    idleTimeout?: EntmootTime;
    /** For a client's answer to a close. Default: "5s". */
    closeTimeout?: EntmootTime;
    /** Of a client that takes nothing of what waits for it. Default: "10s". */
    stallTimeout?: EntmootTime;
    /** How long a poll waits for a message. A polling client is gone after up to three of them in silence. Default: "10s". */
    pollWindow?: EntmootTime;
    /** Polling clients of one thread. Default: 4000. */
    pollSessions?: number;
    /** The same, from one address. Default: 250. */
    pollSessionsPerIp?: number;
    /** Requests of one polling client that wait to be answered. Default: 4. */
    pollPublishes?: number;
    /** Messages in one request of a polling client. Default: 100. */
    pollMessages?: number;
    /** One request of a polling client. Default: "1 MB". */
    pollBodyBytes?: EntmootSize;
  };
  http?: {
    /** The first line of a request. Default: "8 KB". */
    requestLineBytes?: EntmootSize;
    /** One header of a request. Default: "8 KB". */
    headerLineBytes?: EntmootSize;
    /** Headers of a request. Default: 64. */
    headers?: number;
    /** All that stands before the body of a request. Default: "32 KB". */
    headBytes?: EntmootSize;
    /** The body of a request. Default: "64 KB". */
    bodyBytes?: EntmootSize;
    /** From the first byte of a request to the end of its head. Default: "5s". */
    headTimeout?: EntmootTime;
    /** From there to the end of its body. Default: "15s". */
    bodyTimeout?: EntmootTime;
    /** Between two requests of a connection. Default: "15s". */
    keepAlive?: EntmootTime;
    /** Of a client that takes nothing of an answer. Default: "10s". */
    stallTimeout?: EntmootTime;
  };
  tokens?: {
    /** Whether a client without a token is refused, if tokens are verified at all. Default: true. */
    required?: boolean;
    /** What the app's own tokens are signed with, in the manner of Phoenix.Token; best out of `process.env`. Default: none. */
    secret?: string;
    /** What the tokens are for: one for another purpose is none for this one. Default: "user socket". */
    salt?: string;
    /** How long a token is good after it was signed. Default: what the token says. */
    maxAge?: EntmootTime;
    /** The keys of a login service whose JSON Web Tokens are taken instead: a public key (PEM, or JWK) or a shared secret each, or a whole JWKS. Default: none. */
    jwt?: EntmootJwtKey[];
    /** Who must have issued a JSON Web Token (`iss`). Default: any. */
    issuer?: string;
    /** For whom a JSON Web Token must be (`aud`): our name, or several. Default: nobody by name. */
    audience?: string | string[];
    /** How far the clock of the login service may be from ours. Default: "30s". */
    leeway?: EntmootTime;
  };
  /** Which functions of the server rooms may call by `Beam.call`: "broadcast", "send". Default: ["broadcast"]. */
  handlers?: ("broadcast" | "send")[];
  /** Which origins rooms may fetch from: "https://api.example.com", "https://*.example.com", or "*" for all that are not in a private network. Default: []. */
  fetch?: string[];
  /** Which BroadcastChannel names reach the room's clients, and as which event: `{ name: "event" }`. Default: {"chat":"new_message"}. */
  broadcastChannels?: Record<string, string>;
  node?: {
    /** Rooms that run at a time. Default: 10000. */
    rooms?: number;
    /** Of those, rooms that clients of one address have called to life. Default: 100. */
    roomsPerIp?: number;
    /** What is kept of all rooms that sleep, in memory; each thread has its part. Default: "64 MB". */
    sleepingBytes?: EntmootSize;
    restarts?: {
      /** How often a room that crashes is started again at once. Default: 3. */
      max?: number;
      /** In which time that is counted, in whole seconds. Default: "5s". */
      within?: EntmootTime;
      /** How long a room waits that has crashed more often; doubles each time. Default: "1s". */
      backoff?: EntmootTime;
      /** Up to how long. Default: "1m". */
      backoffMax?: EntmootTime;
    };
  };
  /** What the rooms of all routes may use. */
  limits?: EntmootLimits;
  /** The same for the rooms of one route, by its pattern: `{ "chat:*": { heap: "32 MB" } }`. */
  rooms?: Record<string, EntmootLimits>;
}
