// A chat room. One of these lives for every "room:<id>" topic that somebody has joined, in a JavaScript heap of its own.
// Its state is plain variables; when the room ends they are gone, and the next message starts a fresh room.

interface Message {
  sender: string;
  text: string;
  timestamp: number;
}

// What a newcomer gets to read, and so how large the answer to a join can become.
const MESSAGES_MAX = 1000;
const CHARACTERS_MAX = 150_000;

const state: { messages: Message[]; characters: number } = { messages: [], characters: 0 };

// What is posted here reaches every client in the room, as the event "new_message". `Beam.callSync("broadcast", message)`
// does the same.
const chat = new BroadcastChannel("chat");

const sizeOf = (message: Message): number => message.sender.length + message.text.length;

function sendMessage(sender: string, text: string): Message {
  const message: Message = { sender, text, timestamp: Date.now() };
  state.messages.push(message);
  state.characters += sizeOf(message);
  while (state.messages.length > MESSAGES_MAX || state.characters > CHARACTERS_MAX) {
    state.characters -= sizeOf(state.messages.shift()!);
  }
  chat.postMessage(message);
  return message;
}

function getHistory(): Message[] {
  return state.messages;
}

function getState(): { messageCount: number } {
  return { messageCount: state.messages.length };
}
