// What the connections of one reactor share.

#ifndef WEIR_REACTOR_CONN_CONNECTION_CONTEXT_H_
#define WEIR_REACTOR_CONN_CONNECTION_CONTEXT_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "weir/reactor/conn/byte_buffer.h"
#include "weir/reactor/conn/connection_state.h"
#include "weir/reactor/conn/exchange.h"
#include "weir/reactor/conn/output_queue.h"
#include "weir/reactor/conn/request_state.h"
#include "weir/reactor/conn/response_encoder.h"
#include "weir/reactor/handler.h"
#include "weir/reactor/limits.h"
#include "weir/reactor/loop/clock.h"
#include "weir/reactor/loop/counters.h"
#include "weir/reactor/loop/mailbox.h"
#include "weir/reactor/loop/object_pool.h"
#include "weir/reactor/loop/one_in.h"
#include "weir/reactor/loop/syscalls.h"
#include "weir/reactor/loop/timer_wheel.h"
#include "weir/reactor/refusals/bad_request_ring.h"
#include "weir/reactor/socket_address.h"

namespace weir {

class Connection;

// Counts connections for their clients' addresses, as Admission does. One thread.
class ClientAddresses {
 public:
  virtual ~ClientAddresses() = default;
  // Counts the connection of that slot, until it ends. False if the address has
  // max_connections_per_address already. May throw std::bad_alloc: then nothing has changed.
  virtual bool TakeAddress(std::uint32_t slot, const SocketAddress& client) = 0;
};

// Owned by the reactor, which fills it before each tick; pointers are not owned. One thread.
struct ConnectionContext {
  // Bytes that one recv asks for at least.
  static constexpr std::size_t kReceiveBytes = 64 * 1024;
  // The same into a buffer of the connection's own: few enough that the pool keeps it.
  static constexpr std::size_t kReceiveOwnBytes = RequestState::kKeptBytes / 2;

  static constexpr std::int64_t kTrimEveryMs = 1000;

  Syscalls* syscalls = nullptr;
  int epoll = -1;          // the reactor's, which watches the sockets
  Clock* clock = nullptr;  // for what is sampled; else the tick's time will do
  TimerWheel* timers = nullptr;
  ReactorCounters* counters = nullptr;
  Mailbox* mailbox = nullptr;
  const AnyHandler* handler = nullptr;
  BadRequestRing* bad_requests = nullptr;
  ClientAddresses* addresses = nullptr;  // for clients that balancers relay
  std::uint32_t reactor = 0;             // its index
  TransitionLog* transitions = nullptr;  // for tests

  // Of this tick.
  Limits limits;
  ParserLimits parser_limits;
  ParserLimits head_limits;  // of heads: a streaming handler bounds content when it asks for it
  std::int64_t now_ns = 0;   // CLOCK_MONOTONIC
  std::int64_t now_ms = 0;   // the same in ms
  HeadStart head_start;      // of answers, with the present date
  bool draining = false;

  // Of the connection that is being served at this moment.
  Connection* driven = nullptr;  // which sends what it has at the end of its turn
  std::uint64_t served_this_turn =
      0;                           // requests, against request_budget_per_tick, which is a turn's
  RequestState* served = nullptr;  // the state of the driven one, while it is served
  RequestState scratch;            // what is received goes here, unless it has an own state
  bool scratch_lent = false;       // its buffer is that of `served`
  ByteBuffer out;                  // what it is about to send

  // Of max_buffered_bytes: what connections of this reactor hold now, and those of others held.
  std::uint64_t buffered_bytes = 0;
  std::uint64_t buffered_elsewhere = 0;
  bool AtMemoryBound() const noexcept {
    return buffered_elsewhere + buffered_bytes >= limits.max_buffered_bytes;
  }

  OneIn arrival_turn;   // which connection's first bytes have their age read
  OneIn timeline_turn;  // which request is timed
  OneIn size_turn;      // which head is measured

  ObjectPool<RequestState> states;
  ObjectPool<OutputQueue> outputs;
  ObjectPool<Exchange> exchanges;
  std::int64_t next_trim_ms = 0;

  // Gives back, once a second, what of these was not needed.
  void TrimPools() {
    if (now_ms < next_trim_ms) return;
    next_trim_ms = now_ms + kTrimEveryMs;
    states.Trim();
    outputs.Trim();
    exchanges.Trim();
    mailbox->Trim();
  }
  bool pools_empty() const noexcept {
    return states.empty() && outputs.empty() && exchanges.empty();
  }

  std::vector<std::uint32_t> ready;  // slots that want another turn at the next tick
  std::vector<Farewell> farewells;   // callbacks that are due before the tick ends
  std::uint64_t last_ticket = 0;     // generation of the newest request's ticket
  std::vector<std::uint32_t> ended;  // slots whose connection has closed: to be released
};

}  // namespace weir

#endif  // WEIR_REACTOR_CONN_CONNECTION_CONTEXT_H_
