// Counts calls whose request has come.

#ifndef WEIR_CONTROL_CALL_COUNTER_H_
#define WEIR_CONTROL_CALL_COUNTER_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace weir {

// gRPC asks it for an interceptor once the first message of a call has come whole, whichever
// service the call is for: not where the message is too large, for which there is no hook. It gives
// none, so that calls cost nothing more.
class CallCounter final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  // Has `on_begun` run at each call of the server that `builder` makes. In place of other
  // interceptors; any thread runs it.
  static void AddTo(grpc::ServerBuilder* builder, std::function<void()> on_begun) {
    std::vector<std::unique_ptr<ServerInterceptorFactoryInterface>> creators;
    creators.push_back(std::make_unique<CallCounter>(std::move(on_begun)));
    builder->experimental().SetInterceptorCreators(std::move(creators));
  }

  explicit CallCounter(std::function<void()> on_begun) : on_begun_(std::move(on_begun)) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo*) override {
    on_begun_();
    return nullptr;
  }

 private:
  const std::function<void()> on_begun_;
};

}  // namespace weir

#endif  // WEIR_CONTROL_CALL_COUNTER_H_
