// A room whose messages outlive it: the server keeps them in SQLite, behind two handlers.

interface Message {
  sender: string;
  text: string;
  timestamp: number;
}

// The room waits here until its history has been read. The server's thread does not.
const messages: Message[] = Beam.callSync("load");

function sendMessage(sender: string, text: string): Message {
  const message: Message = { sender, text, timestamp: Date.now() };
  Beam.callSync("append", message); // throws if it cannot be kept; then nobody has said it
  messages.push(message);
  return message;
}

function getHistory(): Message[] {
  return messages;
}
