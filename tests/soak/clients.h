// Many clients in one thread, each with a behaviour chosen by chance.

#ifndef WEIR_TESTS_SOAK_CLIENTS_H_
#define WEIR_TESTS_SOAK_CLIENTS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "tests/soak/behaviours.h"

namespace weir::soak {

struct ClientOptions {
  std::uint16_t port = 0;          // on 127.0.0.1
  std::uint16_t proxied_port = 0;  // that of balancers
  std::uint64_t connections = 0;   // in all
  std::size_t at_once = 100;
  unsigned seed = 1;
};

// One thread.
class Clients {
 public:
  explicit Clients(const ClientOptions& options);
  ~Clients();
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;

  // Until all connections have ended; `on_tenth` is called after each tenth of them. The problem,
  // if there was one: connections that the server does not end, or that can't be opened.
  std::string Run(const std::function<void()>& on_tenth);

  // How many connections had each behaviour, by its index.
  const std::vector<std::uint64_t>& counts() const { return counts_; }
  const std::vector<Behaviour>& behaviours() const { return behaviours_; }

 private:
  using Ns = std::int64_t;
  struct Slot {
    int fd = -1;
    std::uint32_t turn = 0;  // changes with each connection
    const Behaviour* how = nullptr;
    std::size_t part = 0;
    std::size_t sent = 0;  // of the part
    bool paused = false;
    bool done_sending = false;
  };
  struct Alarm {
    Ns due;
    std::size_t slot;
    std::uint32_t turn;
  };

  bool Begin(std::size_t index);
  void Drive(std::size_t index);
  bool SendParts(std::size_t index);
  bool SendPart(Slot* slot, const std::string& part);
  bool AllSent(std::size_t index);
  void Read(Slot* slot);
  void End(Slot* slot, bool reset);
  void FireAlarms();
  std::string Problem() const;

  const ClientOptions options_;
  const std::vector<Behaviour> behaviours_;
  std::mt19937 random_;
  std::discrete_distribution<std::size_t> choice_;
  int epoll_ = -1;
  std::vector<Slot> slots_;
  std::vector<std::size_t> free_;
  std::deque<Alarm> pauses_;    // each as long as the others: the first is due first
  std::deque<Alarm> patience_;  // of those that take nothing
  std::uint64_t begun_ = 0;
  std::uint64_t ended_ = 0;
  Ns last_end_ns_ = 0;
  int error_ = 0;  // of connect
  std::vector<std::uint64_t> counts_;
};

}  // namespace weir::soak

#endif  // WEIR_TESTS_SOAK_CLIENTS_H_
