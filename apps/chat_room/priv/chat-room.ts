// A chat room. One instance runs for each topic "room:<id>" that a client has joined, in its own JavaScript heap. Its
// state is plain variables; when the room ends they are lost, and the next message starts a new room.

interface Message {
  sender: string;
  text: string;
  timestamp: number;
}

// The limits of the history, and so of the reply to a join.
const MESSAGES_MAX = 1000;
const CHARACTERS_MAX = 150_000;

const state: { messages: Message[]; characters: number } = { messages: [], characters: 0 };

// Every client in the room receives what is posted here, as the event "new_message". `Beam.callSync("broadcast", message)`
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
