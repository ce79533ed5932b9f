#include "tests/soak/clients.h"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace weir::soak {
namespace {

constexpr std::int64_t kPauseNs = 2'000'000;
constexpr std::int64_t kPatienceNs = 1'000'000'000;
constexpr std::int64_t kHungNs = 60'000'000'000;

std::int64_t NowNs() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

sockaddr_in Address(std::uint32_t host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(host);
  address.sin_port = htons(port);
  return address;
}

// Of many addresses, since the ports of one stay in use for a minute after a connection
// (TIME_WAIT).
int Connect(std::uint64_t number, std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const int on = 1;
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
  const auto host = static_cast<std::uint32_t>(2 + number % 200);
  const sockaddr_in from = Address(INADDR_LOOPBACK + (host << 8), 0);
  const sockaddr_in to = Address(INADDR_LOOPBACK, port);
  const bool connected = ::bind(fd, reinterpret_cast<const sockaddr*>(&from), sizeof(from)) == 0 &&
                         (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0 ||
                          errno == EINPROGRESS);
  if (connected) return fd;
  const int error = errno;
  ::close(fd);
  errno = error;
  return -1;
}

std::vector<double> Weights(const std::vector<Behaviour>& behaviours) {
  std::vector<double> weights;
  for (const Behaviour& it : behaviours) weights.push_back(it.weight);
  return weights;
}

}  // namespace

Clients::Clients(const ClientOptions& options)
    : options_(options),
      behaviours_(AllBehaviours()),
      random_(options.seed),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      slots_(options.at_once),
      counts_(behaviours_.size()) {
  const std::vector<double> weights = Weights(behaviours_);
  choice_ = std::discrete_distribution<std::size_t>(weights.begin(), weights.end());
  for (std::size_t i = 0; i < slots_.size(); ++i) free_.push_back(i);
}

Clients::~Clients() { ::close(epoll_); }

bool Clients::Begin(std::size_t index) {
  Slot& slot = slots_[index];
  const std::size_t chosen = choice_(random_);
  const Behaviour& how = behaviours_[chosen];
  const int fd = Connect(begun_, how.proxied ? options_.proxied_port : options_.port);
  if (fd < 0) {
    error_ = errno;
    return false;
  }
  ++begun_;
  ++counts_[chosen];
  slot = Slot{fd, slot.turn + 1, &how};
  if (how.then == Then::kTakeNothing) {
    const int few = 4096;
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &few, sizeof(few));
    patience_.push_back({NowNs() + kPatienceNs, index, slot.turn});
  }
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = std::uint64_t{slot.turn} << 32 | index;
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  return true;
}

// Whether all of it has gone; false too if the connection has ended.
bool Clients::SendPart(Slot* slot, const std::string& part) {
  while (slot->sent < part.size()) {
    const std::size_t left = part.size() - slot->sent;
    const bool last = slot->how->urgent && left == 1;
    const std::size_t bytes = slot->how->urgent && left > 1 ? left - 1 : left;
    const ssize_t sent =
        ::send(slot->fd, part.data() + slot->sent, bytes, MSG_NOSIGNAL | (last ? MSG_OOB : 0));
    if (sent >= 0) {
      slot->sent += static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN || errno == ENOTCONN) {
      return false;
    } else {
      slot->part = slot->how->parts.size();  // the server has ended it: what it said can be read
      return true;
    }
  }
  return true;
}

bool Clients::SendParts(std::size_t index) {
  Slot& slot = slots_[index];
  const std::vector<std::string>& parts = slot.how->parts;
  while (slot.part < parts.size()) {
    if (!SendPart(&slot, parts[slot.part])) return false;
    slot.sent = 0;
    if (++slot.part >= parts.size()) break;
    slot.paused = true;
    pauses_.push_back({NowNs() + kPauseNs, index, slot.turn});
    return false;
  }
  return true;
}

// Whether there is anything left to do.
bool Clients::AllSent(std::size_t index) {
  Slot& slot = slots_[index];
  slot.done_sending = true;
  switch (slot.how->then) {
    case Then::kClose:
      End(&slot, false);
      return false;
    case Then::kReset:
      End(&slot, true);
      return false;
    case Then::kHalfClose:
      ::shutdown(slot.fd, SHUT_WR);
      return true;
    default:
      return true;
  }
}

void Clients::Drive(std::size_t index) {
  Slot& slot = slots_[index];
  if (!slot.done_sending) {
    if (slot.paused) return;
    if (!SendParts(index) || !AllSent(index)) return;
  }
  Read(&slot);
}

void Clients::Read(Slot* slot) {
  static std::array<char, 64 * 1024> bytes;
  while (slot->how->then != Then::kTakeNothing) {
    const ssize_t got = ::recv(slot->fd, bytes.data(), bytes.size(), 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return End(slot, false);
    if (slot->how->then == Then::kCloseAtAnswer) return End(slot, false);
    if (slot->how->then == Then::kResetAtAnswer) return End(slot, true);
  }
}

void Clients::End(Slot* slot, bool reset) {
  if (reset) {
    const linger at_once{1, 0};
    ::setsockopt(slot->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  }
  ::close(std::exchange(slot->fd, -1));
  free_.push_back(static_cast<std::size_t>(slot - slots_.data()));
  ++ended_;
  last_end_ns_ = NowNs();
}

void Clients::FireAlarms() {
  const Ns now_ns = NowNs();
  const auto take = [now_ns, this](std::deque<Alarm>* alarms) {
    Slot* due = nullptr;
    while (due == nullptr && !alarms->empty() && alarms->front().due <= now_ns) {
      Slot& slot = slots_[alarms->front().slot];
      if (slot.fd >= 0 && slot.turn == alarms->front().turn) due = &slot;
      alarms->pop_front();
    }
    return due;
  };
  while (Slot* const slot = take(&pauses_)) {
    slot->paused = false;
    Drive(static_cast<std::size_t>(slot - slots_.data()));
  }
  while (Slot* const slot = take(&patience_)) End(slot, true);
}

std::string Clients::Problem() const {
  if (error_ != 0) return std::string("connect: ") + std::strerror(error_);
  std::string text = "the server does not end:";
  for (const Slot& slot : slots_) {
    if (slot.fd >= 0) text += " \"" + slot.how->name + "\"";
  }
  return text;
}

std::string Clients::Run(const std::function<void()>& on_tenth) {
  std::array<epoll_event, 256> events;
  std::uint64_t next_tenth = options_.connections / 10;
  last_end_ns_ = NowNs();
  while (ended_ < options_.connections) {
    while (!free_.empty() && begun_ < options_.connections) {
      const std::size_t index = free_.back();
      free_.pop_back();
      if (!Begin(index)) return Problem();
    }
    const int wait_ms = pauses_.empty() && patience_.empty() ? 1000 : 1;
    const int count = ::epoll_wait(epoll_, events.data(), events.size(), wait_ms);
    for (int i = 0; i < count; ++i) {
      const auto index = static_cast<std::size_t>(events[i].data.u64 & 0xffffffff);
      const Slot& slot = slots_[index];
      if (slot.fd >= 0 && slot.turn == events[i].data.u64 >> 32) Drive(index);
    }
    FireAlarms();
    for (; next_tenth > 0 && ended_ >= next_tenth; next_tenth += options_.connections / 10) {
      on_tenth();
    }
    if (NowNs() - last_end_ns_ > kHungNs) return Problem();
  }
  return "";
}

}  // namespace weir::soak
