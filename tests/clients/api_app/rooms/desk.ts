// SPDX-License-Identifier: MIT

let calls = 0;

export function join(params: { welcome?: boolean }) {
  if (params.welcome === false) throw new Refusal("you are not welcome", { until: "tomorrow" });
  return { topic: room.topic };
}

export function handleIn(event: string, payload: any) {
  switch (event) {
    case "refuse":
      room.broadcast("seen", { before: "the refusal" });
      throw new Refusal("it is your fault", { field: "name" });
    case "refuse_later":
      return Promise.reject(new Refusal("it was your fault"));
    case "fail":
      room.broadcast("seen", { before: "the exception" });
      throw new Error("the password is hunter2");
    case "fail_later":
      return Promise.reject(new Error("the password is hunter2"));
    case "env":
      return { env: process.env };
    case "call":
      return room.call(payload.topic, payload.message, payload.options);
    case "call_and_say":
      return room.call(payload.topic, payload.message).then((answer: unknown) => ({ answer, calls }));
    case "send":
      room.send(payload.topic, payload.message, payload.options);
      return {};
    case "calls":
      return { calls };
  }
}

export function handleInfo(message: { add: number }) {
  calls += message.add;
}

export async function handleCall(message: any, { from }: { from: string }) {
  calls++;
  switch (message.do) {
    case "echo":
      return { message, from, to: room.topic };
    case "refuse":
      throw new Refusal("not for you", { from });
    case "fail":
      throw new Error("the password is hunter2");
    case "back":
      return { heard: await room.call(from, { do: "echo" }) };
    case "never":
      return new Promise(() => {});
    case "around":
      return room.call(from, { do: "around" }, { timeout: 300 });
  }
}

export function handleRequest(request: Request) {
  const { pathname } = new URL(request.url);
  if (pathname.endsWith("/forbidden")) throw new Refusal("not yours", { need: "a key" });
  if (pathname.endsWith("/wrong")) return Promise.reject(new Refusal("not like this", { status: 400 }));
  throw new Error("the password is hunter2");
}
