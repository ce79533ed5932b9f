// The service that the soak loads: a handler of each kind.

#ifndef WEIR_TESTS_SOAK_SERVICE_H_
#define WEIR_TESTS_SOAK_SERVICE_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "weir/reactor/handler.h"
#include "weir/reactor/limits.h"

namespace weir::soak {

// Deadlines that are short, so that clients that do nothing are soon gone.
Limits ShortDeadlines();

// Must outlive the server.
class Service {
 public:
  Service();
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  StreamHandler Handler();

 private:
  void Serve(const Request& request, RequestBody body, ResponseWriter response);
  // Has another thread do it.
  void Later(std::function<void()> work);
  void Work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::function<void()>> waiting_;
  bool ending_ = false;
  std::thread worker_;
};

}  // namespace weir::soak

#endif  // WEIR_TESTS_SOAK_SERVICE_H_
