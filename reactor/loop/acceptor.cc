#include "weir/reactor/loop/acceptor.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <new>
#include <optional>
#include <utility>

namespace weir {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;

bool WantsDescriptorsOrMemory(int error) noexcept {
  return error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS;
}

// Whether it is about one connection, which has left the queue with it (accept(2), "Error
// handling"). All other errors are about the listener or this process: the next call would fail
// too, and whoever waits still waits.
bool IsOfOneConnection(int error) noexcept {
  switch (error) {
    case ECONNABORTED:
    case ECONNRESET:
    case ETIMEDOUT:
    case EPROTO:
    case ENETDOWN:
    case ENETUNREACH:
    case ENONET:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
    case EINTR:  // of none: try again
      return true;
    default:
      return false;
  }
}

}  // namespace

Acceptor::Acceptor(ConnectionContext* context, ConnectionTable* table, std::uint32_t owner,
                   int epoll, std::unique_ptr<Listener> listener, Admission* admission)
    : ctx_(context),
      table_(table),
      owner_(owner),
      epoll_(epoll),
      listener_(std::move(listener)),
      admission_(admission) {
  pause_timer_.owner = owner;
}

Acceptor::~Acceptor() { ctx_->timers->Cancel(&pause_timer_); }

bool Acceptor::Watch(int op, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = owner_;
  return ctx_->syscalls->EpollCtl(epoll_, op, listener_->fd(), &event) == 0;
}

// Of the reactors that share a socket a connection wakes one: of those that wait for events, the
// one that has watched it for the longest (EPOLLEXCLUSIVE, epoll_ctl(2)).
bool Acceptor::Arm() {
  return Watch(EPOLL_CTL_ADD, listener_->shared() ? EPOLLIN | EPOLLEXCLUSIVE : EPOLLIN);
}

// What is watched exclusively can't be modified.
void Acceptor::Unwatch() {
  (void)(listener_->shared() ? Watch(EPOLL_CTL_DEL, 0) : Watch(EPOLL_CTL_MOD, 0));
}

bool Acceptor::WatchAgain() { return listener_->shared() ? Arm() : Watch(EPOLL_CTL_MOD, EPOLLIN); }

void Acceptor::Accept() {
  if (!listener_->open()) return;
  if (pause_timer_.linked()) return Unwatch();  // the kernel would not before, or has an old event
  AcceptUpTo(limits_.accept_budget_per_tick);
  if (!listener_->shared() || pause_timer_.linked()) return;
  // To the end of the line, so that connections are spread also while all have time for them.
  Unwatch();
  if (!WatchAgain()) Pause(Counter::kAcceptPauses, kPauseMs);
}

// An accept4 that finds nothing costs as much as one that finds something, so the queue's length is
// read first.
void Acceptor::AcceptUpTo(std::uint64_t connections) {
  const auto queue = listener_->Queue();
  if (!queue.has_value()) return AcceptUntilNone(connections);
  // At once, if it matters: another's look within the batch must not judge by what is left then.
  if (std::uint64_t{queue->depth} * 2 > queue->backlog) {
    listener_->history().TryAdd({ctx_->now_ns, queue->depth, queue->depth, queue->backlog});
  }
  const std::uint64_t wanted = std::min<std::uint64_t>(queue->depth, connections);
  const std::uint64_t allowed = admission_->TakeRate(wanted);
  const std::uint64_t taken = AcceptExactly(listener_.get(), allowed);
  if (taken < allowed) admission_->PutRateBack(allowed - taken);
  if (allowed < wanted && !pause_timer_.linked()) {
    Pause(Counter::kAcceptPausesRate, admission_->MsToRate());
  }
  const auto left = static_cast<std::uint32_t>(queue->depth - taken);
  if (left == 0) empty_ns_ = ctx_->now_ns;
  listener_->history().TryAdd({ctx_->now_ns, queue->depth, left, queue->backlog});
}

bool Acceptor::Rescue(Listener* listener) {
  if (pause_timer_.linked()) return false;
  const auto queue = listener->LentQueue();
  if (!queue.has_value()) return false;
  const std::uint64_t wanted =
      std::min<std::uint64_t>(queue->depth, limits_.accept_budget_per_tick);
  const std::uint64_t allowed = admission_->TakeRate(wanted);
  const std::uint64_t taken = AcceptExactly(listener, allowed);
  if (taken < allowed) admission_->PutRateBack(allowed - taken);
  const auto left = static_cast<std::uint32_t>(queue->depth - taken);
  listener->history().Add({ctx_->now_ns, queue->depth, left, queue->backlog}, std::nullopt);
  return allowed == wanted && !pause_timer_.linked();
}

// How many left the queue.
std::uint64_t Acceptor::AcceptExactly(Listener* from, std::uint64_t connections) {
  for (std::uint64_t taken = 0; taken < connections; ++taken) {
    const Outcome outcome = AcceptOne(from, taken == 0);
    if (outcome == Outcome::kPaused) return taken;
    if (outcome == Outcome::kNone) return connections;  // another has taken the rest
  }
  return connections;
}

// Of a shared socket, whatever another reactor leaves: the kernel does not tell cheaply how much
// that is. Of others, if it does not tell at all.
void Acceptor::AcceptUntilNone(std::uint64_t connections) {
  std::uint64_t allowed = admission_->TakeRate(connections);
  if (allowed == 0) return Pause(Counter::kAcceptPausesRate, admission_->MsToRate());
  while (allowed > 0 && AcceptOne(listener_.get(), false) == Outcome::kTaken) --allowed;
  if (allowed > 0) admission_->PutRateBack(allowed);
}

Acceptor::Outcome Acceptor::AcceptOne(Listener* from, bool first) {
  const Place place = TakePlace();
  if (place != Place::kTaken && admission_->LeavesQueued()) {
    Pause(place == Place::kServerFull ? Counter::kAcceptPausesFull
                                      : Counter::kAcceptPausesListenerFull,
          kPauseMs);
    return Outcome::kPaused;
  }
  AcceptedSocket accepted;
  const bool lent = from != listener_.get();
  const int error = -(lent ? from->AcceptLent(&accepted) : from->Accept(&accepted));
  if (error == 0 && lent) {
    (*ctx_->counters)[Counter::kConnectionsRescued].Add();
    SampleLentWait(accepted.fd);
    Enter(accepted, place, true);
    return Outcome::kTaken;
  }
  if (error == 0) {
    accepted_.Add();
    // A Unix socket does not tell how long a connection waited.
    const bool in_time = listener_->shared() || CheckWait(accepted.fd, first);
    Enter(accepted, place, in_time);
    return Outcome::kTaken;
  }
  if (place == Place::kTaken) GivePlaceBack();
  if (WantsDescriptorsOrMemory(error)) {
    Pause(Counter::kAcceptPauses, kPauseMs);
    return Outcome::kPaused;
  }
  if (error == EAGAIN || error == EWOULDBLOCK) return Outcome::kNone;
  (*ctx_->counters)[Counter::kAcceptFailures].Add();
  if (IsOfOneConnection(error)) return Outcome::kFailed;
  Pause(Counter::kAcceptPausesFailed, kPauseMs);
  return Outcome::kPaused;
}

void Acceptor::NothingWaits() noexcept {
  // While it is paused the listener is not watched, so silence says nothing. Nor does it in the
  // tick that ends the pause: the kernel was asked before.
  if (paused_) {
    paused_ = pause_timer_.linked();
    return;
  }
  empty_ns_ = ctx_->now_ns;
  shedder_.Forget();
}

// Whether it may come in, as far as its waiting time goes. While that decides anything, who is
// first in each turn is looked at, and everybody once it has decided.
bool Acceptor::CheckWait(int fd, bool first) {
  const bool sampled = wait_turn_.Take(limits_.accept_wait_sample_every);
  if (limits_.shed_queue_delay_ms == 0) shedder_.Forget();
  const bool judged = limits_.shed_queue_delay_ms != 0 && (first || shedder_.shedding());
  if (!sampled && !judged) return true;
  const auto wait_ms = ReadMsInAcceptQueue(ctx_->syscalls, fd);
  if (!wait_ms.has_value()) return true;
  const std::int64_t wait_ns =
      std::min(std::int64_t{*wait_ms} * kNsPerMs, ctx_->now_ns - empty_ns_);
  if (sampled) (*ctx_->counters)[Timing::kAcceptQueueWait].Add(wait_ns);
  if (judged) JudgeWait(wait_ns);
  return !shedder_.shedding();
}

// It does not judge: who stalled is another reactor.
void Acceptor::SampleLentWait(int fd) {
  if (!wait_turn_.Take(limits_.accept_wait_sample_every)) return;
  const auto wait_ms = ReadMsInAcceptQueue(ctx_->syscalls, fd);
  if (!wait_ms.has_value()) return;
  (*ctx_->counters)[Timing::kAcceptQueueWait].Add(std::int64_t{*wait_ms} * kNsPerMs);
}

void Acceptor::JudgeWait(std::int64_t wait_ns) noexcept {
  shedder_.OnWait(wait_ns, ctx_->now_ns,
                  static_cast<std::int64_t>(limits_.shed_queue_delay_ms) * kNsPerMs,
                  static_cast<std::int64_t>(limits_.shed_interval_ms) * kNsPerMs);
}

Acceptor::Proxied Acceptor::JudgePeer(const SocketAddress& peer) const noexcept {
  if (!listener_->has_proxies() || limits_.proxy_protocol == 0) return Proxied::kNo;
  if (listener_->IsProxy(peer)) return Proxied::kYes;
  return limits_.proxy_protocol == 1 ? Proxied::kRefused : Proxied::kNo;
}

void Acceptor::Admit(const AcceptedSocket& accepted) { Enter(accepted, TakePlace(), true); }

std::uint64_t Acceptor::MaxOpen() const noexcept {
  const std::uint64_t most = limits_.max_connections_per_listener;
  return most == 0 ? std::numeric_limits<std::uint64_t>::max() : most;
}

bool Acceptor::HasRoom() const noexcept {
  return listener_->open_count().load(std::memory_order_relaxed) < MaxOpen();
}

Acceptor::Place Acceptor::TakePlace() noexcept {
  Listener::OpenCount& open = listener_->open_count();
  const bool room = open.fetch_add(1, std::memory_order_relaxed) < MaxOpen();
  if (room && admission_->TakePlace()) return Place::kTaken;
  open.fetch_sub(1, std::memory_order_relaxed);
  return room ? Place::kServerFull : Place::kListenerFull;
}

void Acceptor::GivePlaceBack() noexcept {
  listener_->open_count().fetch_sub(1, std::memory_order_relaxed);
  admission_->GivePlacesBack(1);
}

void Acceptor::OnEnded() noexcept {
  listener_->open_count().fetch_sub(1, std::memory_order_relaxed);
  active_.Subtract();
}

void Acceptor::RefuseForPlace(int fd, Place place) {
  if (place == Place::kServerFull) return admission_->Refuse(fd, RefuseReason::kMaxConnections);
  refused_.Add();
  admission_->Refuse(fd, RefuseReason::kMaxConnectionsPerListener);
}

void Acceptor::Enter(const AcceptedSocket& accepted, Place place, bool in_time) {
  (*ctx_->counters)[Counter::kConnectionsAccepted].Add();
  const Proxied proxied = JudgePeer(accepted.peer);
  if (proxied == Proxied::kRefused) {
    if (place == Place::kTaken) GivePlaceBack();
    (*ctx_->counters)[RefuseReason::kProxyUntrusted].Add();
    (void)ctx_->syscalls->Close(accepted.fd);
    return;
  }
  if (place != Place::kTaken) return RefuseForPlace(accepted.fd, place);
  if (!in_time) {
    GivePlaceBack();
    return admission_->Refuse(accepted.fd, RefuseReason::kShed);
  }
  Connection* connection = nullptr;
  bool counted = false;
  try {
    connection = table_->Acquire(static_cast<std::uint8_t>(owner_ - kFirstOwner));
    // A balancer's address is many clients': it is counted for whom its PROXY header names.
    counted =
        proxied == Proxied::kYes || admission_->TakeAddress(connection->slot(), accepted.peer);
  } catch (const std::bad_alloc&) {
    return RefuseForMemory(accepted.fd, connection);
  }
  if (!counted) {
    table_->Release(connection->slot());
    GivePlaceBack();
    return admission_->Refuse(accepted.fd, RefuseReason::kMaxConnectionsPerAddress);
  }
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET;
  event.data.u64 = std::uint64_t{connection->generation()} << 32 | connection->slot();
  if (ctx_->syscalls->EpollCtl(epoll_, EPOLL_CTL_ADD, accepted.fd, &event) != 0) {
    return RefuseForMemory(accepted.fd, connection);
  }
  active_.Add();
  connection->Open(accepted.fd, accepted.peer, proxied == Proxied::kYes);
}

// `connection` is what was taken for it, if anything.
void Acceptor::RefuseForMemory(int fd, Connection* connection) {
  if (connection != nullptr) {
    admission_->ReleaseAddress(connection->slot());
    table_->Release(connection->slot());
  }
  GivePlaceBack();
  (*ctx_->counters)[RefuseReason::kMemory].Add();
  (void)ctx_->syscalls->Close(fd);
}

void Acceptor::Pause(Counter why, std::int64_t ms) {
  (*ctx_->counters)[why].Add();
  paused_ = true;
  paused_for_ = why;
  shedder_.Forget();  // who waits, waits for something else
  Unwatch();
  ctx_->timers->Schedule(&pause_timer_, ctx_->now_ms + ms);
}

void Acceptor::Resume() {
  ctx_->timers->Cancel(&pause_timer_);
  if (!listener_->open()) return;
  if (!WatchAgain()) ctx_->timers->Schedule(&pause_timer_, ctx_->now_ms + kPauseMs);
}

void Acceptor::Adopt(const Limits& limits) {
  limits_ = limits;
  ResumeIfPaused();  // there may be room now
  listener_->SetStamping(limits.arrival_sample_every != 0);
  listener_->history().SetWindow(static_cast<std::int64_t>(limits.accept_queue_window_ms) *
                                 kNsPerMs);
}

void Acceptor::SampleTo(std::int64_t now_ns, ListenerQueue* queue) const {
  queue->listener = listener_->name();
  queue->connections_accepted = accepted_.Get();
  queue->connections_active = active_.Get();
  queue->connections_refused = refused_.Get();
  queue->queue = listener_->Sample(now_ns);
  queue->shared = listener_->shared();
}

void Acceptor::BeginDrain() {
  if (paused_for_ == Counter::kAcceptPausesRate) ResumeIfPaused();  // the rate is for others
  if (listener_->shared()) return listener_->TakeNoMore();
  ReuseportGroup* const group = listener_->group();
  if (group == nullptr || !listener_->open()) return;
  // A failure is counted there: connections then go on to come here until it is closed.
  (void)group->SetSteeredAway(listener_->member(), SteeredAway::kDraining, true);
}

void Acceptor::ContinueDrain() {
  if (!listener_->open() || pause_timer_.linked()) return;
  // Where the kernel does not tell how many wait, all of them: the next step is to close.
  const bool told = listener_->Queue().has_value();
  AcceptUpTo(told ? limits_.accept_budget_per_tick : std::numeric_limits<std::uint64_t>::max());
  if (pause_timer_.linked() || Waiting() > 0) return;  // goes on with the next tick
  CloseListener();
}

void Acceptor::CutDrain() {
  if (!listener_->open()) return;
  listener_->Withhold();  // so that none is counted that a peer takes now
  const std::int64_t now_ns = ctx_->now_ns;
  (*ctx_->counters)[Counter::kDrainQueueCut].Add(
      listener_->shared() ? listener_->Sample(now_ns).depth : Waiting());
  CloseListener();
}

std::uint32_t Acceptor::Waiting() {
  const auto queue = listener_->Queue();
  return queue.has_value() ? queue->depth : 0;
}

void Acceptor::CloseListener() {
  ctx_->timers->Cancel(&pause_timer_);
  if (listener_->shared()) Unwatch();     // closing a share would not end that
  (void)listener_->Sample(ctx_->now_ns);  // the last word on its discards
  listener_->Close();
}

}  // namespace weir
