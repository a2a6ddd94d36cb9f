// SPDX-License-Identifier: MIT
//
// The little the page asks over HTTP: whether its visitor may end a room, and the end of one.

export async function visitorMayKill(room: string): Promise<boolean> {
  try {
    const answer = await fetch(`/api/rooms/${encodeURIComponent(room)}`, { headers: { accept: "application/json" } });
    return answer.ok && (await answer.json())?.mayKill === true;
  } catch {
    return false; // Then the page has one button less; that is all.
  }
}

/** Resolves when the room is gone, rejects with a sentence for the visitor. */
export async function killRoom(room: string): Promise<void> {
  let answer: Response;
  try {
    answer = await fetch(`/api/rooms/${encodeURIComponent(room)}`, { method: "DELETE" });
  } catch {
    throw new Error("The server cannot be reached, so the room was not killed.");
  }
  if (answer.ok) return;
  const body: unknown = await answer.json().catch(() => undefined);
  const reason = (body as { error?: unknown } | undefined)?.error;
  throw new Error(
    `The room was not killed: ${typeof reason === "string" ? reason : `the server answered ${answer.status}`}.`,
  );
}
