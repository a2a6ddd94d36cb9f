// SPDX-License-Identifier: MIT
//
// The type of entmoot.config.ts: `export default { … } satisfies EntmootConfig`. Generated from the table of settings.

/** "64 KB", "16 MB", or a number of bytes. */
type EntmootSize = number | `${number} ${"B" | "KB" | "MB" | "GB"}` | `${number}${"B" | "KB" | "MB" | "GB"}`;
/** "500ms", "10s", "5m", "1h", "14d", or a number of milliseconds. */
type EntmootTime = number | `${number}${"ms" | "s" | "m" | "h" | "d"}`;

/** The server's environment variables: all of them in entmoot.config.ts, those of the setting `env` in rooms. */
declare const process: { readonly env: { readonly [name: string]: string | undefined } };

/** A key of a login service. `kid` is its identifier in the tokens; `alg` must match the key's algorithm. */
type EntmootJwtKey =
  | { kid?: string; alg?: "RS256" | "ES256" | "EdDSA" | "HS256"; key: string | object }
  | { kid?: string; alg?: "HS256"; secret: string }
  | { jwks: { keys: object[] } };

/** Limits of one room. */
interface EntmootLimits {
  /** Heap of a room's script. Default: "16 MB". */
  heap?: EntmootSize;
  /** Heap use at which a turn fails; seven eighths of `heap` unless set. Default: "14 MB". */
  heapWarn?: EntmootSize;
  /** Memory that the server holds for a room outside its heap: queued messages, output, answers, arriving responses of `fetch`, timers, presence. Default: "32 MB". */
  hostMemory?: EntmootSize;
  /** CPU time for one message. Default: "1s". */
  turn?: EntmootTime;
  /** Share of one core that a room can use, averaged over ten seconds. Default: 0.5. */
  cpuShare?: number;
  /** Messages queued for a room. Default: 1000. */
  mailbox?: number;
  /** Total size of these messages. Default: "4 MB". */
  mailboxBytes?: EntmootSize;
  /** Active timers. Default: 1000. */
  timers?: number;
  /** Unanswered calls of `Beam.call` and `fetch`. Default: 1000. */
  handlerCalls?: number;
  /** Messages whose handler's promise is not settled; one client can have a quarter of them. Default: 1000. */
  pendingCalls?: number;
  /** Time that a `Beam.call` has to be answered. Default: "5s". */
  handlerTimeout?: EntmootTime;
  /** Time that a room has to answer a message or a request. Default: "10s". */
  replyTimeout?: EntmootTime;
  /** Time for the file's top level, including what it awaits. Default: "5s". */
  startTimeout?: EntmootTime;
  /** Microtasks in one turn. Default: 1000000. */
  microtasks?: number;
  /** Bytes that one turn can send. Default: "8 MB". */
  output?: EntmootSize;
  /** Bytes of the broadcasts of one turn, each multiplied by its receivers. Default: "256 MB". */
  fanOut?: EntmootSize;
  /** Log lines of a room in one burst; the allowance refills over ten seconds. Default: 100. */
  logLines?: number;
  /** Clients joined to one room. Default: 1000. */
  clients?: number;
  /** How long a room stays up without clients, calls and requests. Default: "5m". */
  idle?: EntmootTime;
  /** Size as JSON of the state that a room keeps through sleep and reload: the result of `serialize`, clients, history. Default: "4 MB". */
  state?: EntmootSize;
  history?: {
    /** Entries of `room.history`. Default: 1000. */
    entries?: number;
    /** Total size of these entries as JSON. Default: "1 MB". */
    bytes?: EntmootSize;
    /** How long an entry is kept. Default: "1d". */
    age?: EntmootTime;
    /** Entries that `room.history.last()` returns when called without a count. Default: 300. */
    replay?: number;
  };
  /** What of a room outlives the server's process: `false` nothing, `"relaxed"` its state, except for what happened in the last 50 ms, `true` everything that anybody has seen (docs/durability.md). Default: false. */
  durable?: boolean | "relaxed";
  retain?: {
    /** Inputs of a durable room that are kept for its history. Default: 100000. */
    inputs?: number;
    /** How long they are kept. Default: "30d". */
    age?: EntmootTime;
  };
}

interface EntmootConfig {
  /** Port to listen on; 0 selects a free port. Default: 4000. */
  port?: number;
  /** Address to listen on; "0.0.0.0" or "::" accepts connections from other machines. Default: "127.0.0.1". */
  address?: string;
  /** Number of shard threads; 0 means one per core. Default: 0. */
  shards?: number;
  /** Origins of pages that may connect: `true` allows this server's own host, `false` any origin, a list the listed ones and this server's own host; `[":conn"]` allows the server's own host, scheme and port. A server on a loopback address only answers requests whose Host is this machine or in the list, unless `proxy` is set or any origin is allowed. Default: true. */
  origins?: boolean | string[];
  /** Take the client's address from the last entry of X-Forwarded-For. Set it only behind a proxy that writes this header: otherwise clients can forge their address. Default: false. */
  proxy?: boolean;
  /** Compress messages to clients that support it; read SECURITY.md first. Default: false. */
  compress?: boolean;
  /** Folder of the data of durable rooms (`durable`), relative to the app's folder. It is created when a route is durable. Default: "data". */
  data?: string;
  /** How long browsers may cache a file of public/ without revalidation. Default: "0s". */
  publicCache?: EntmootTime;
  socket?: {
    /** Path that phoenix.js connects to: `new Socket("/socket")`. Default: "/socket". */
    path?: string;
    /** Allow long-polling, for clients that cannot open a WebSocket. Default: true. */
    longpoll?: boolean;
    /** Open connections in total. Default: 16000. */
    connections?: number;
    /** Open connections from one address; an IPv6 /64 network counts as one address, loopback is exempt. Default: 1000. */
    connectionsPerIp?: number;
    /** Topics that one client can have joined. Default: 100. */
    channels?: number;
    /** Memory held for one client: its messages that are not answered, each with 2 KB besides its own size, and its messages that wait for a join. Default: "1 MB". */
    memory?: EntmootSize;
    /** Messages per second from one client; bursts of up to twice as many. Default: 10000. */
    messagesPerSecond?: number;
    /** Message bytes per second from one client; bursts of up to twice as many. Default: "8 MB". */
    bytesPerSecond?: EntmootSize;
    /** Joins per second from one client; bursts of up to five times as many. Default: 100. */
    joinsPerSecond?: number;
    /** WebSocket frames per second of any kind, including pings and fragments; bursts of up to five times as many. Default: 20000. */
    framesPerSecond?: number;
    /** Empty fragments in one WebSocket message. Default: 64. */
    emptyFragments?: number;
    /** Size of one message from a client. Default: "64 KB". */
    messageBytes?: EntmootSize;
    /** Time that a room has to answer a join. Default: "30s". */
    joinTimeout?: EntmootTime;
    /** Messages of one client that are held until the join of their topic is answered. Default: 100. */
    waitingMessages?: number;
    /** Total size of these messages. Default: "1 MB". */
    waitingBytes?: EntmootSize;
    /** Size of the messages queued for one client. Default: "1 MB". */
    queuedBytes?: EntmootSize;
    /** Number of messages queued for one client. Default: 8192. */
    queuedFrames?: number;
    /** Close a client that sends nothing for this long; phoenix.js sends a heartbeat every 30 s. Default: "1m". */
    idleTimeout?: EntmootTime;
    /** Time that a client has to answer a close frame. Default: "5s". */
    closeTimeout?: EntmootTime;
    /** Drop a client that reads none of its queued messages for this long. Default: "10s". */
    stallTimeout?: EntmootTime;
    /** How long a poll waits for a message. A session ends after up to three such periods without a poll. Default: "10s". */
    pollWindow?: EntmootTime;
    /** Long-polling sessions per shard. Default: 4000. */
    pollSessions?: number;
    /** Long-polling sessions per shard from one address. Default: 250. */
    pollSessionsPerIp?: number;
    /** Unanswered requests of one long-polling session. Default: 4. */
    pollPublishes?: number;
    /** Messages in one long-polling request. Default: 100. */
    pollMessages?: number;
    /** Body size of one long-polling request. Default: "1 MB". */
    pollBodyBytes?: EntmootSize;
  };
  http?: {
    /** Size of the request line. Default: "8 KB". */
    requestLineBytes?: EntmootSize;
    /** Size of one request header. Default: "8 KB". */
    headerLineBytes?: EntmootSize;
    /** Number of request headers. Default: 64. */
    headers?: number;
    /** Size of the request line and all headers. Default: "32 KB". */
    headBytes?: EntmootSize;
    /** Size of a request body. Default: "64 KB". */
    bodyBytes?: EntmootSize;
    /** Time from the first byte of a request to the end of its headers. Default: "5s". */
    headTimeout?: EntmootTime;
    /** Time from the end of the headers to the end of the body. Default: "15s". */
    bodyTimeout?: EntmootTime;
    /** Idle time between two requests on one connection. Default: "15s". */
    keepAlive?: EntmootTime;
    /** Close a client that reads nothing of a response for this long. Default: "10s". */
    stallTimeout?: EntmootTime;
    /** Origins whose pages may call `handleRequest` of rooms and read the response; the server answers preflight requests. "*" stands for any. Default: []. */
    cors?: string | string[];
  };
  public?: {
    /** Content-Security-Policy of the files of public/. An object adds sources to directives of the default: `{ "script-src": "'wasm-unsafe-eval'", "img-src": "blob:" }`; a string replaces the policy; `false` sends none. Default: "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'". */
    csp?: false | string | Record<string, string | string[]>;
    /** Further headers of the files of public/, by path; `*` stands for anything, `false` takes a header away: `{ "/game/*": { "cross-origin-opener-policy": "same-origin" } }`. Default: {}. */
    headers?: Record<string, Record<string, string | false>>;
    /** File of public/ that a page's path without a file gets, for apps that route in the browser: "index.html". Without it, such a path gets `404.html`, if there is one. Default: none. */
    fallback?: string;
  };
  tokens?: {
    /** Reject clients without a token; applies if `secret` or `jwt` is set. Default: true. */
    required?: boolean;
    /** Secret that signs the app's own tokens, as in Phoenix.Token; take it from `process.env`. Default: none. */
    secret?: string;
    /** Purpose of the tokens: tokens signed with another salt are rejected. Default: "user socket". */
    salt?: string;
    /** How long a token is valid after it was signed. Default: as the token states. */
    maxAge?: EntmootTime;
    /** Keys of a login service whose JSON Web Tokens are accepted instead: each a public key (PEM or JWK), a shared secret, or a JWKS. Default: none. */
    jwt?: EntmootJwtKey[];
    /** Required issuer of a JSON Web Token (`iss`). Default: any. */
    issuer?: string;
    /** Accepted audiences of a JSON Web Token (`aud`). Default: not checked. */
    audience?: string | string[];
    /** Accepted difference between the clocks of the login service and this server. Default: "30s". */
    leeway?: EntmootTime;
  };
  /** Environment variables that rooms read as `process.env`, and no others: API keys, for example. Under `serve --watch`, `entmoot test` and `entmoot check`, the app's file `.env` adds those that the environment does not have. Default: []. */
  env?: string[];
  /** Send clients the message of an exception that a room throws; otherwise they get `internal error` and an id that the log shows next to the message and its stack. A `Refusal` is always sent. Default: under `serve --watch` and in `entmoot test` only. */
  exposeErrors?: boolean;
  /** Server functions that rooms can call with `Beam.call`: "broadcast", "send". Default: ["broadcast"]. */
  handlers?: ("broadcast" | "send")[];
  /** Origins that rooms can fetch from: "https://api.example.com", "https://*.example.com", or "*" for all outside private networks. Default: []. */
  fetch?: string[];
  /** Events that clients receive for messages on the room's BroadcastChannels: `{ channelName: "event" }`. Default: {"chat":"new_message"}. */
  broadcastChannels?: Record<string, string>;
  node?: {
    /** Running rooms. Default: 10000. */
    rooms?: number;
    /** Running rooms that clients from one address have started. Default: 100. */
    roomsPerIp?: number;
    /** Memory of the process. From nine tenths of it on, rooms without clients are put to sleep, those that have been idle longest first. Default: four fifths of the machine's memory, or of the cgroup's limit. */
    memory?: EntmootSize;
    /** Memory for the state of all sleeping rooms, divided equally among the shards. Default: "64 MB". */
    sleepingBytes?: EntmootSize;
    restarts?: {
      /** Immediate restarts of a crashing room within `node.restarts.within`. Default: 3. */
      max?: number;
      /** Period in which restarts are counted, in whole seconds. Default: "5s". */
      within?: EntmootTime;
      /** Delay before a quarantined room is restarted; doubles with each further crash. Default: "1s". */
      backoff?: EntmootTime;
      /** Longest such delay. Default: "1m". */
      backoffMax?: EntmootTime;
    };
  };
  drain?: {
    /** Time after SIGTERM in which the server answers 503 to `/readyz` and otherwise goes on as before, so that load balancers stop sending clients before it stops accepting them. Default: "0s". */
    delay?: EntmootTime;
    /** Time over which the clients are spread that a stopping server asks to reconnect. Default: "2s". */
    time?: EntmootTime;
  };
  metrics?: {
    /** Port that serves `/metrics`, `/healthz` and `/readyz`; 0 selects a free port. Default: none. */
    port?: number;
    /** Address of that port. Default: "127.0.0.1". */
    address?: string;
  };
  dashboard?: {
    /** Serve the dashboard for operators at `/entmoot`. Default: true. */
    enabled?: boolean;
    /** Secret with which operators open the dashboard from anywhere; take it from `process.env`. Without it, the dashboard is open to programs of the server's own user on the same machine, and to nobody else. Default: none. */
    token?: string;
  };
  /** Limits of the rooms of all routes. */
  limits?: EntmootLimits;
  /** Limits of the rooms of one route, by its pattern: `{ "chat:*": { heap: "32 MB" } }`. */
  rooms?: Record<string, EntmootLimits>;
}
