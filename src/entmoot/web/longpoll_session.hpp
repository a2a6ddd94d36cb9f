// SPDX-License-Identifier: MIT

#pragma once

// One client of the long-poll transport: what a WebSocketSession is for a WebSocket, without a connection of its own
// (Phoenix.Transports.LongPoll.Server). The client's requests come over any connection and are brought here.
//
// Down: what is pushed waits in a bounded queue. A poll takes all of it at once, or is parked until the round in which
// something is pushed ends, or the window passes (204). A second poll sends the first away with 204. Delivery is at
// most once: what was written into an answer that got lost is gone.
//
// Up: the frames of a POST are handed over one by one, each when the one before it is settled, that is, when a join in
// it has been answered; then the POST is acknowledged. One that is not done when the window passes is 408 and the rest
// of it is dropped. Of two POSTs the second waits.
//
// End: closed by the handler, too slow a client, draining, or no poll for more than one and a half windows (looked at
// that often). Then a parked poll takes what is left, POSTs are answered 408, and the next request is told 410, as
// there is no session of that name any more. A close code cannot be told over this transport.
//
// A binary frame cannot be carried in a JSON text: it is dropped, and the first one is logged.
//
// From: web/longpoll.  To: phoenix/transport.hpp.  The session's shard only.

#include <entmoot/phoenix/transport.hpp>
#include <entmoot/web/connections.hpp>
#include <entmoot/web/deadline.hpp>
#include <entmoot/web/longpoll_table.hpp>
#include <entmoot/web/responder.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

class LongpollSession final : public Connection, public Transport, private Flushable {
 public:
  /// Takes its place in the table.
  LongpollSession(LongpollTable& table, std::string network);
  ~LongpollSession() override;

  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
  /// Begins: `token` is what the client will name the session by. Adds itself to the shard's connections.
  void open(std::string token, std::unique_ptr<FrameHandler> handler);

  void poll(Responder responder);
  void publish(std::vector<Frame> frames, Responder responder);

  void push(Frame frame) override;
  void close(CloseCode code, std::string_view reason) override;
  void drain() override { end(); }
  /// Only a parked poll can be told.
  [[nodiscard]] bool reconnects() const noexcept override { return parked_.has_value(); }

 private:
  struct Publish {
    std::vector<Frame> frames;
    std::size_t next = 0;
    Responder responder;
  };

  void flush() override { answer_poll(); }
  void answer_poll();
  void take_frames();
  void hand_over(const Frame& frame);
  void wait_until_settled();
  void refuse_publishes();
  void watch_life();
  void end();
  void release_handler();

  // Constant after construction.
  LongpollTable& table_;
  Connections& connections_;
  Shard& shard_;
  const LongpollOptions& options_;
  const std::string network_;
  const std::uint64_t id_;

  std::string token_;
  bool ended_ = false;
  bool settling_ = false;  // the handler will call when it is settled
  bool warned_ = false;    // of binary frames
  std::vector<Frame> queue_;
  std::size_t queued_bytes_ = 0;
  std::optional<Responder> parked_;
  std::deque<Publish> publishes_;  // the first is being taken
  TimePoint last_poll_{};
  Deadline window_;    // of the parked poll
  Deadline patience_;  // of the first POST
  Deadline life_;
  std::unique_ptr<FrameHandler> handler_;
};

}  // namespace entmoot
