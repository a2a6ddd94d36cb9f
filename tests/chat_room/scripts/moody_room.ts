// A chat room that can be asked to go wrong: the text of a message says how.

interface Message {
  sender: string;
  text: string;
  timestamp: number;
}

const messages: Message[] = [];
const hoarded: string[] = [];
const chat = new BroadcastChannel("chat");

const moods: Record<string, () => void> = {
  throw: () => {
    throw new Error("asked to");
  },
  spin: () => {
    for (;;);
  },
  binge: () => {
    const plenty: string[] = [];
    for (;;) plenty.push("x".repeat(1000) + plenty.length);
  },
  hoard: () => {
    for (;;) hoarded.push("x".repeat(1000) + hoarded.length);
  },
  chain: () => {
    const again = (): void => queueMicrotask(again);
    again();
  },
};

function sendMessage(sender: string, text: string): Message | Promise<Message> {
  const message: Message = { sender, text, timestamp: Date.now() };
  messages.push(message);
  chat.postMessage(message);
  if (text === "never") return new Promise<Message>(() => {});
  moods[text]?.();
  return message;
}

// "join never" leaves every later join waiting.
function getHistory(): Message[] | Promise<Message[]> {
  if (messages.some((message) => message.text === "join never")) return new Promise<Message[]>(() => {});
  return messages;
}

function getState(): { messageCount: number } {
  return { messageCount: messages.length };
}
