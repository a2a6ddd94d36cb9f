// SPDX-License-Identifier: MIT
//
// The page's HTTP requests: whether its user may kill a room, and killing one.

export async function visitorMayKill(room: string): Promise<boolean> {
  try {
    const answer = await fetch(`/api/rooms/${encodeURIComponent(room)}`, { headers: { accept: "application/json" } });
    return answer.ok && (await answer.json())?.mayKill === true;
  } catch {
    return false; // The page then hides the button.
  }
}

/** Resolves when the room has ended, rejects with a message for the user. */
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
