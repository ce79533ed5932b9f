#include "weir/reactor/loop/reactor.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

#include "absl/strings/str_cat.h"

namespace weir {
namespace {

constexpr std::int64_t kNoDrain = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kMaxWaitMs = 3'600'000;  // epoll_wait(2) takes an int
constexpr int kRestMs = 100;                    // between two waits that fail

absl::Status Exhausted(const char* call) {
  return absl::ResourceExhaustedError(
      absl::StrCat(call, ": ", std::strerror(errno), "; raise RLIMIT_NOFILE (\"ulimit -n\")"));
}

}  // namespace

Reactor::Reactor(const ReactorOptions& options)
    : options_(options),
      timers_(options.clock->MonotonicNs() / kNsPerMs),
      table_(&context_),
      admission_(&context_, options.admission),
      drain_deadline_ms_(kNoDrain) {
  context_.syscalls = options.syscalls;
  context_.clock = options.clock;
  context_.timers = &timers_;
  context_.counters = &counters_;
  context_.handler = options.handler;
  context_.transitions = options.transitions;
  context_.bad_requests = &bad_requests_;
  context_.addresses = &admission_;
  context_.reactor = options.index;
}

absl::StatusOr<std::unique_ptr<Reactor>> Reactor::Create(const ReactorOptions& options,
                                                         Listeners listeners) {
  std::unique_ptr<Reactor> reactor(new Reactor(options));
  if (absl::Status status = reactor->Open(std::move(listeners)); !status.ok()) return status;
  reactor->ReadClock();
  reactor->counters_.heartbeat.Set({reactor->context_.now_ns, false});
  reactor->AdoptLimits();
  // The histories of the queues begin.
  for (const auto& it : reactor->acceptors_) (void)it->listener()->Sample(reactor->context_.now_ns);
  return reactor;
}

absl::Status Reactor::Open(Listeners listeners) {
  Syscalls* const syscalls = options_.syscalls;
  epoll_ = syscalls->EpollCreate1(EPOLL_CLOEXEC);
  if (epoll_ < 0) return Exhausted("epoll_create1");
  context_.epoll = epoll_;
  wake_ = syscalls->EventFd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_ < 0) return Exhausted("eventfd");
  mailbox_ = new Mailbox(syscalls, wake_, this);
  context_.mailbox = mailbox_;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;  // each write is an edge: what it has counted is never read
  event.data.u64 = kWakeOwner;
  if (syscalls->EpollCtl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0) return Exhausted("epoll_ctl");
  lent_ = std::make_unique<LentQueues>(epoll_, kLentOwner);
  for (auto& listener : listeners) {
    const auto index = static_cast<std::uint32_t>(acceptors_.size());
    acceptors_.push_back(std::make_unique<Acceptor>(&context_, &table_,
                                                    Acceptor::kFirstOwner + index, epoll_,
                                                    std::move(listener), &admission_));
    if (!acceptors_.back()->Arm()) return Exhausted("epoll_ctl");
  }
  return absl::OkStatus();
}

Reactor::~Reactor() {
  for (std::uint32_t slot = 0; slot < table_.size(); ++slot) {
    if (table_.At(slot)->open()) table_.At(slot)->Close(CloseReason::kDrainCut);
  }
  SayFarewell();
  ReleaseEnded();
  PublishBufferedBytes();
  acceptors_.clear();
  if (mailbox_ != nullptr) mailbox_->Abandon();
  if (wake_ >= 0) (void)options_.syscalls->Close(wake_);
  if (epoll_ >= 0) (void)options_.syscalls->Close(epoll_);
}

void Reactor::RunOnce(std::int64_t max_wait_ms) {
  const int events = WaitForEvents(max_wait_ms);
  ReadClock();
  counters_.heartbeat.Set({context_.now_ns, true});
  mailbox_->EnterThread();
  counters_[Counter::kTicks].Add();
  AdoptLimits();
  BeginDrain();
  FireTimers();
  ServeEvents(events);
  GiveTurns();
  TakeDeliveries();
  EndDrain();
  SayFarewell();
  ReleaseEnded();
  PublishBufferedBytes();
  context_.TrimPools();
  Mailbox::LeaveThread();
  if (counts_own_stalls_) CountIfStalled();
  counters_.heartbeat.Set({context_.now_ns, false});
}

void Reactor::CountIfStalled() noexcept {
  const std::int64_t lasted_ns = options_.clock->MonotonicNs() - context_.now_ns;
  const auto threshold_ms = static_cast<std::int64_t>(context_.limits.stall_threshold_ms);
  if (lasted_ns >= threshold_ms * kNsPerMs) CountStall();
}

void Reactor::AddConnection(int fd, const SocketAddress& peer) {
  acceptors_.front()->Admit({fd, peer});
  ReleaseEnded();
}

std::int64_t Reactor::WaitMs(std::int64_t max_wait_ms) const noexcept {
  if (!context_.ready.empty() || telling_of_drain_ || AskedMeanwhile()) return 0;
  std::int64_t wait_ms = kNoDrain;
  if (max_wait_ms >= 0) wait_ms = max_wait_ms;
  if (const std::int64_t timer_ms = timers_.MsToNext(context_.now_ms); timer_ms >= 0) {
    wait_ms = std::min(wait_ms, timer_ms);
  }
  if (!context_.pools_empty()) {
    const std::int64_t left_ms = context_.next_trim_ms - context_.now_ms;
    wait_ms = std::clamp<std::int64_t>(left_ms, 0, wait_ms);
  }
  if (context_.draining) {
    const std::int64_t left_ms = drain_deadline_ms_.load() - context_.now_ms;
    wait_ms = std::clamp<std::int64_t>(left_ms, 0, wait_ms);
  }
  return wait_ms == kNoDrain ? -1 : std::min<std::int64_t>(wait_ms, kMaxWaitMs);
}

// Whether something was asked for after this tick had looked: the tick may have read the event that
// came with it.
bool Reactor::AskedMeanwhile() const noexcept {
  const bool drain = drain_deadline_ms_.load(std::memory_order_relaxed) != kNoDrain;
  return options_.limits->version() != applied_version_ || (drain && !context_.draining);
}

int Reactor::WaitForEvents(std::int64_t max_wait_ms) {
  const auto wait_ms = static_cast<int>(WaitMs(max_wait_ms));
  const int count = options_.syscalls->EpollWait(epoll_, events_, kMaxEvents, wait_ms);
  if (count >= 0) return count;
  if (errno == EINTR) return 0;  // a tick without events
  // Somebody has closed or replaced what is not theirs: no reason to use up a CPU.
  counters_[Counter::kWaitFailures].Add();
  const int rest_ms = wait_ms < 0 ? kRestMs : std::min(wait_ms, kRestMs);
  (void)options_.syscalls->Poll(nullptr, 0, rest_ms);
  return 0;
}

void Reactor::ReadClock() {
  const std::int64_t now_ns = options_.clock->MonotonicNs();
  context_.now_ns = now_ns;
  context_.now_ms = now_ns / kNsPerMs;
  context_.head_start.SetDate(date_.At(options_.clock->WallSeconds()));
  context_.buffered_elsewhere =
      options_.buffered_bytes->load(std::memory_order_relaxed) - counters_.buffered_bytes.Get();
}

void Reactor::AdoptLimits() {
  if (options_.limits->version() == applied_version_) return;
  const auto snapshot = options_.limits->current();
  context_.limits = snapshot->limits;
  context_.parser_limits = snapshot->limits.parser();
  context_.head_limits = context_.parser_limits;
  if (context_.handler->stream()) {
    context_.head_limits.max_body_bytes = std::numeric_limits<std::uint64_t>::max();
  }
  counters_.shadows.Adopt(snapshot->shadows(), snapshot->version);
  mailbox_->SetMaxWaitingBytes(snapshot->limits.max_pending_output_bytes);
  WordRefusals();
  for (const auto& acceptor : acceptors_) {
    acceptor->Adopt(snapshot->layers.Merge(acceptor->listener()->name()));
  }
  applied_version_ = snapshot->version;
  counters_.applied_limits_version.Set(applied_version_);
}

// Anew only when what they say is new: limits may change a thousand times a second.
void Reactor::WordRefusals() {
  const std::uint64_t seconds = context_.limits.retry_after_seconds;
  if (seconds == refusals_say_seconds_) return;
  refusals_say_seconds_ = seconds;
  admission_.WordAnswers();
  refusing_ = RefusingHandler(*options_.handler, seconds, &counters_[Counter::kRequestsShed]);
}

// Runs one step of a connection. Memory that can't be had ends that connection, not the reactor.
template <typename Step>
void Reactor::Drive(Connection* connection, Step step) {
  try {
    step(connection);
  } catch (const std::bad_alloc&) {
    context_.out.Clear();
    context_.scratch.Reset();
    mailbox_->LeaveHandler();
    context_.driven = nullptr;
    context_.served = nullptr;
    context_.scratch_lent = false;
    if (connection->open()) connection->Close(CloseReason::kNoMemory);
  }
}

void Reactor::FireTimers() {
  while (Timer* timer = timers_.PopExpired(context_.now_ms)) {
    if (Acceptor* const acceptor = AcceptorOf(timer->owner)) {
      acceptor->Resume();
    } else {
      Drive(table_.At(timer->owner), [](Connection* connection) { connection->OnTimer(); });
    }
  }
}

Acceptor* Reactor::AcceptorOf(std::uint64_t owner) noexcept {
  const std::uint64_t index = owner - Acceptor::kFirstOwner;  // wraps to more for lower owners
  return index < acceptors_.size() ? acceptors_[index].get() : nullptr;
}

void Reactor::AcceptAll(int count) {
  const bool complete = count < kMaxEvents;  // with so many a listener may have been left out
  for (const auto& acceptor : acceptors_) {
    const auto is_its_own = [&acceptor](const epoll_event& event) {
      return event.data.u64 == acceptor->owner();
    };
    if (std::any_of(events_, events_ + count, is_its_own)) {
      acceptor->Accept();
    } else if (complete) {
      acceptor->NothingWaits();
    }
  }
}

// While one of the queues says that what is new comes too late to be served in time.
void Reactor::ChooseHandler() noexcept {
  const bool shedding = std::any_of(acceptors_.begin(), acceptors_.end(),
                                    [](const auto& acceptor) { return acceptor->shedding(); });
  context_.handler = shedding ? &refusing_ : options_.handler;
}

// Accepts for stalled reactors.
void Reactor::Rescue() {
  lent_->Visit([this](Listener* listener, std::size_t acceptor) {
    return acceptors_[acceptor]->Rescue(listener);
  });
}

void Reactor::ServeEvents(int count) {
  if (!telling_of_drain_) AcceptAll(count);
  ChooseHandler();
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events_[i];
    if (AcceptorOf(event.data.u64) != nullptr) continue;
    if (event.data.u64 == kLentOwner) {
      if (!telling_of_drain_) Rescue();
      continue;
    }
    if (event.data.u64 == kWakeOwner) continue;  // to wake is all that it is for
    Connection* const connection = table_.At(static_cast<std::uint32_t>(event.data.u64));
    const auto generation = static_cast<std::uint32_t>(event.data.u64 >> 32);
    if (!connection->open() || connection->generation() != generation) continue;
    Drive(connection, [&event](Connection* it) { it->OnEvents(event.events); });
  }
}

void Reactor::GiveTurns() {
  turns_.swap(context_.ready);
  for (const std::uint32_t slot : turns_) {
    Connection* const connection = table_.At(slot);
    if (connection->open()) Drive(connection, [](Connection* it) { it->OnTurn(); });
  }
  turns_.clear();
}

// Runs what a service gave; what it throws ends nothing here.
template <typename Callback>
void Reactor::RunCallback(Callback callback) {
  try {
    callback();
  } catch (...) {
    counters_[Counter::kHandlerExceptions].Add();
  }
}

void Reactor::TakeDeliveries() {
  mailbox_->Collect(&messages_);
  for (Mailbox::Message& message : messages_) {
    if (Find(message.ticket) == nullptr) {
      RunCallback([&message] { message.delivery->Deliver(nullptr); });
    } else {
      Drive(table_.At(message.ticket.slot),
            [&message](Connection* it) { it->OnDelivery(message.delivery.get()); });
    }
    if (!message.is_answer) message.delivery = nullptr;  // what it owns ends now
  }
}

// Tells readers and writers whose requests have ended under them.
void Reactor::SayFarewell() {
  while (!context_.farewells.empty()) {
    farewells_.swap(context_.farewells);
    for (Farewell& it : farewells_) {
      if (it.reader != nullptr) RunCallback([&it] { it.reader->OnError(it.error); });
      if (it.on_writable) RunCallback(it.on_writable);
      if (it.new_owner) RunCallback([&it] { it.new_owner(std::move(it.handed_over)); });
    }
    farewells_.clear();
  }
}

void Reactor::RequestDrain(std::int64_t deadline_ms) {
  std::int64_t present = drain_deadline_ms_.load();
  while (deadline_ms < present && !drain_deadline_ms_.compare_exchange_weak(present, deadline_ms)) {
  }
  Wake();
}

// Before the tick's requests are served, so that their answers already say Connection: close.
void Reactor::BeginDrain() {
  if (drain_deadline_ms_.load(std::memory_order_relaxed) == kNoDrain) return;
  if (!context_.draining) {
    context_.draining = telling_of_drain_ = true;
    for (const auto& acceptor : acceptors_) acceptor->BeginDrain();
  }
  if (telling_of_drain_) TellOfDrain();
}

// While this goes on nothing is accepted: who comes later is not told, and has time for a request.
void Reactor::TellOfDrain() {
  telling_of_drain_ = !sweep_.Next(&table_, [this](Connection* connection) {
    Drive(connection, [](Connection* it) { it->OnDrain(); });
  });
  if (telling_of_drain_) return;
  for (const auto& acceptor : acceptors_) acceptor->ContinueDrain();
}

void Reactor::EndDrain() {
  if (!context_.draining || telling_of_drain_) return;
  for (const auto& acceptor : acceptors_) acceptor->ContinueDrain();
  if (context_.now_ms >= drain_deadline_ms_.load(std::memory_order_relaxed)) {
    for (const auto& acceptor : acceptors_) acceptor->CutDrain();
    const auto cut = [](Connection* it) {
      it->Close(it->busy() ? CloseReason::kDrainCut : CloseReason::kDrained);
    };
    (void)sweep_.Next(&table_, [&](Connection* connection) { Drive(connection, cut); });
  }
  for (const auto& acceptor : acceptors_) {
    if (acceptor->listener()->open()) return;
  }
  if (counters_.connections_active.Get() == 0) finished_.store(true, std::memory_order_release);
}

void Reactor::PublishBufferedBytes() {
  const std::uint64_t before = counters_.buffered_bytes.Get();
  if (context_.buffered_bytes == before) return;
  options_.buffered_bytes->fetch_add(context_.buffered_bytes - before, std::memory_order_relaxed);
  counters_.buffered_bytes.Set(context_.buffered_bytes);
}

void Reactor::ReleaseEnded() {
  if (context_.ended.empty()) return;
  for (const std::uint32_t slot : context_.ended) {
    acceptors_[table_.ListenerOf(slot)]->OnEnded();
    table_.Release(slot);
  }
  admission_.OnEnded(context_.ended);
  context_.ended.clear();
  for (const auto& acceptor : acceptors_) acceptor->OnPlaceFreed();
}

ExchangeEnd* Reactor::Find(ResponseTicket ticket) noexcept {
  if (ticket.slot >= table_.size()) return nullptr;
  Connection* const connection = table_.At(ticket.slot);
  return connection->Owes(ticket) ? connection : nullptr;
}

}  // namespace weir
