// SPDX-License-Identifier: MIT
//
// Counts the broadcasts of a durable room, and tells the room with each join how far it has come (docs/durability.md). It
// uses what phoenix.js 1.7 and 1.8 document of a channel, its `onMessage` hook, and the payload of its join.

const OFFSET = /^@(\d+)$/;

/** Where a client's knowledge of a room ends, or an error for a value that is no position. */
function checked(position) {
  if (position === undefined || position === null) return null;
  const { epoch, offset, member } = position;
  if (typeof epoch !== "string" || !Number.isSafeInteger(offset) || typeof member !== "string") {
    throw new TypeError("entmoot-client: `position` must be a position of this package: {epoch, offset, member}");
  }
  return { epoch, offset, member };
}

export function recover(channel, options = {}) {
  if (typeof channel?.joinPush?.payload !== "function") {
    throw new TypeError("entmoot-client: recover() needs a channel of phoenix.js: recover(socket.channel(topic, params))");
  }
  if (channel.joinedOnce) throw new Error("entmoot-client: call recover() before the channel's join()");

  let position = checked(options.position);
  let next; // the offset of the binary broadcast that follows
  const moveTo = (offset) => {
    if (!position || offset <= position.offset) return;
    position = { ...position, offset };
    options.onPosition?.(position);
  };

  const params = channel.joinPush.payload;
  channel.joinPush.payload = () => ({ ...params(), recover: position ?? {} });
  channel.joinPush.receive("ok", (reply) => {
    next = undefined;
    position = reply?.recover ?? null;
    if (position) options.onPosition?.(position);
  });

  let onMessage = channel.onMessage;
  function count(event, payload, ref, joinRef) {
    const own = OFFSET.exec(ref ?? "");
    if (own) moveTo(Number(own[1]));
    if (event === "entmoot:offset") {
      if (payload.offset !== undefined) moveTo(payload.offset);
      next = payload.next;
    } else if (next !== undefined && !joinRef && payload instanceof ArrayBuffer) {
      moveTo(next);
      next = undefined;
    }
    return onMessage.call(channel, event, payload, ref, joinRef);
  }
  // A hook that the page sets later is called after this one, instead of replacing it.
  Object.defineProperty(channel, "onMessage", {
    get: () => count,
    set(hook) {
      onMessage = hook;
    },
    configurable: true,
  });

  return {
    get position() {
      return position;
    },
  };
}
