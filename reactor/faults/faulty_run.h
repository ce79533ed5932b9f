// One run of a scenario in which one system call fails, and what must be true behind it.

#ifndef WEIR_REACTOR_FAULTS_FAULTY_RUN_H_
#define WEIR_REACTOR_FAULTS_FAULTY_RUN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weir/reactor/testing/test_reactor.h"

namespace weir::test {

// The call of that kind that comes behind `skip` others fails, or it and all that follow.
struct Fault {
  Call call = Call::kRecv;
  int error = 0;
  int skip = 0;
  bool lasts = false;
};

// One thread.
class FaultyRun {
 public:
  // No fault: the calls are recorded.
  explicit FaultyRun(const std::optional<Fault>& fault) : fault_(fault) {}

  // Makes the reactor. From here on calls may fail.
  TestReactor& Start(AnyHandler handler, const Limits& limits = Limits(),
                     const SharedListeners& shared = {});
  TestReactor& reactor() { return *reactor_; }

  // Turns until nothing is left to do but wait. Fails the test if that never comes: it spins.
  void Run();
  // The same, then as much later.
  void AdvanceMs(std::int64_t ms);

  // What the next client sends; unless it is called, a GET. "": there is no next client.
  void SetNextClient(const std::string& request) { next_client_ = request; }

  // The calls between Start and Finish, if no fault was asked for.
  const std::vector<MadeCall>& calls() const { return calls_; }

  // The fault is over. The next client is served within 100 ms, all connections end, each for one
  // counted reason, and nothing is left of them.
  void Finish();

 private:
  void ExpectNextClientServed();
  void ExpectNothingLeft();

  const std::optional<Fault> fault_;
  std::unique_ptr<TestReactor> reactor_;
  std::vector<MadeCall> calls_;
  std::uint64_t before_ = 0;  // calls of the kind that fails, when they could begin to
  std::string next_client_ = "GET /next HTTP/1.1\r\nHost: h\r\n\r\n";
};

}  // namespace weir::test

#endif  // WEIR_REACTOR_FAULTS_FAULTY_RUN_H_
