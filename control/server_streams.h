// The streams of one server: what they tell, and the thread that has them told.

#ifndef WEIR_CONTROL_SERVER_STREAMS_H_
#define WEIR_CONTROL_SERVER_STREAMS_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "weir/admin/v1/admin.pb.h"
#include "weir/control/control_counters.h"
#include "weir/control/refusals_feed.h"
#include "weir/control/stream_hub.h"
#include "weir/reactor/server.h"
#include "weir/reactor/watch/watch_thread.h"

namespace weir {

// Any thread may call any method but Start and Stop.
class ServerStreams final : private StreamSource,
                            public std::enable_shared_from_this<ServerStreams> {
 public:
  // Neither is owned; neither is used after Stop but for streams that come later, which must not.
  ServerStreams(Server* server, const ControlCounters* counters);

  // RESOURCE_EXHAUSTED for want of a thread. Once.
  absl::Status Start();
  // Ends all streams and the thread.
  void Stop();

  // A stream that deletes itself when it is done.
  grpc::ServerWriteReactor<grpc::ByteBuffer>* Open(const StreamRequest& request);

  // Ends all streams, and every later one, with UNAVAILABLE.
  void EndAll() { hub_.EndAll(); }

  // All statistics now.
  void Fill(admin::v1::Stats* stats) const;

 private:
  Bodies Sample(const Wants& wants) override;
  std::string RefusalsSince(RefusalsTold* told) override { return refusals_.Since(told); }
  Events ReadEvents(std::uint64_t after) override;
  std::uint64_t NewestEvent() override;
  bool Draining() override;
  std::uint64_t MaxStreams() override;

  void FillControl(admin::v1::Stats* stats) const;

  Server* const server_;
  const ControlCounters* const counters_;
  WatchThread thread_;
  StreamHub hub_;
  RefusalsFeed refusals_;  // the hub's thread's
  int subscription_ = 0;
};

}  // namespace weir

#endif  // WEIR_CONTROL_SERVER_STREAMS_H_
