// A room whose messages are persistent: the server stores them in SQLite, through two handlers.

interface Message {
  sender: string;
  text: string;
  timestamp: number;
}

// Suspends the room, not the server's thread, until the history has been read.
const messages: Message[] = Beam.callSync("load");

function sendMessage(sender: string, text: string): Message {
  const message: Message = { sender, text, timestamp: Date.now() };
  Beam.callSync("append", message); // throws if the message cannot be stored
  messages.push(message);
  return message;
}

function getHistory(): Message[] {
  return messages;
}
