// A room as QuickBEAM's example writes it: plain globals, types, and one Beam.callSync that the server turns into a
// broadcast. No BroadcastChannel, no export, nothing of ours.

interface Message {
  sender: string
  text: string
  timestamp: number
}

interface RoomState {
  messages: Message[]
}

const state: RoomState = { messages: [] }

function sendMessage(sender: string, text: string): Message {
  const message: Message = { sender, text, timestamp: Date.now() }
  state.messages.push(message)
  Beam.callSync('broadcast', message)
  return message
}

function getHistory(): Message[] {
  return state.messages
}

function getState(): { messageCount: number } {
  return { messageCount: state.messages.length }
}
