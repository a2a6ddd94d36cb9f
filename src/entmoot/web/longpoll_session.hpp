// SPDX-License-Identifier: MIT

#pragma once

// One client of the long-poll transport: the counterpart of a WebSocketSession, without a connection of its own
// (Phoenix.Transports.LongPoll.Server). The client's requests arrive over any connection and are passed to it.
//
// Down: pushed frames are queued (bounded). A poll takes all of them at once, or is parked until the end of the round
// in which a frame is pushed, or until the window ends (204). A second poll answers the first with 204. Delivery is at
// most once: frames in a response that was lost are lost.
//
// Up: the frames of a POST are handed over one by one, each after the previous one has settled, that is, after the join
// in it has been answered; then the POST is acknowledged. A POST that has not finished when the window ends is answered
// 408, and the rest of it is dropped. Of two POSTs the second waits.
//
// End: closed by the handler; client too slow; draining; or no poll for more than one and a half windows (checked at
// that interval). A parked poll is then answered with what is queued, POSTs are answered 408, and the next request gets
// 410, because the session no longer exists. This transport cannot carry a close code.
//
// A binary frame cannot be carried in JSON text: it is dropped, and the first one is logged.
//

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
  /// Adds itself to the table.
  LongpollSession(LongpollTable& table, std::string network);
  ~LongpollSession() override;

  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
  /// Opens the session; `token` is the client's name for it. Adds itself to the shard's connections.
  void open(std::string token, std::unique_ptr<FrameHandler> handler);

  void poll(Responder responder);
  void publish(std::vector<Frame> frames, Responder responder);

  void push(Frame frame) override;
  void close(CloseCode code, std::string_view reason) override;
  void drain() override { end(); }
  /// Only with a parked poll, through which the client can be notified.
  [[nodiscard]] bool reconnects() const noexcept override { return parked_.has_value(); }

 private:
  struct Publish {
    std::vector<Frame> frames;
    std::size_t next = 0;
    Responder responder;
    MemoryCharge held;
  };

  void flush() override { answer_poll(); }
  void answer_poll();
  void take_frames();
  void hand_over(const Frame& frame);
  [[nodiscard]] bool has_to_wait() const;
  void wait_until_settled();
  void wait_until_returned();
  void refuse_publishes();
  void watch_polls();
  void end();
  void count_end();

  // Constant after construction.
  LongpollTable& table_;
  Connections& connections_;
  Shard& shard_;
  const LongpollOptions& options_;
  const std::string network_;
  const std::uint64_t id_;

  std::string token_;
  bool ended_ = false;
  bool counted_ = false;   // in WebCounters::longpolls
  bool settling_ = false;  // when_settled() is pending
  bool warned_ = false;    // about binary frames
  std::vector<Frame> queue_;
  std::size_t queued_bytes_ = 0;
  std::optional<Responder> parked_;
  std::deque<Publish> publishes_;  // the first is being processed
  TimePoint last_poll_{};
  Deadline poll_deadline_;     // of the parked poll
  Deadline publish_deadline_;  // of the first POST
  Deadline session_deadline_;  // ends the session without polls
  std::unique_ptr<FrameHandler> handler_;
};

}  // namespace entmoot
