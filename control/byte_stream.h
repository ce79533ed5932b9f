// A stream of StreamHub over gRPC.

#ifndef WEIR_CONTROL_BYTE_STREAM_H_
#define WEIR_CONTROL_BYTE_STREAM_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <utility>

#include "weir/control/stream_hub.h"

namespace weir {

// gRPC calls it from its threads; it deletes itself when gRPC is done with it.
class ByteStream final : public grpc::ServerWriteReactor<grpc::ByteBuffer>, private StreamClient {
 public:
  // Adds it to the hub, which keeps `hub` alive as long as it lives. What this returns is for gRPC.
  static grpc::ServerWriteReactor<grpc::ByteBuffer>* Open(std::shared_ptr<StreamHub> hub,
                                                          const StreamRequest& request);

  void OnWriteDone(bool ok) override { hub_->WriteDone(this, ok); }
  void OnCancel() override { hub_->End(this, grpc::Status::CANCELLED); }
  void OnDone() override;

 private:
  explicit ByteStream(std::shared_ptr<StreamHub> hub) : hub_(std::move(hub)) {}

  void Write(const grpc::ByteBuffer& message) override;
  void EndWith(const grpc::Status& status) override { Finish(status); }

  const std::shared_ptr<StreamHub> hub_;
  grpc::ByteBuffer message_;  // under way
};

// A stream that ends at once with that status.
class RefusedStream final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  explicit RefusedStream(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

}  // namespace weir

#endif  // WEIR_CONTROL_BYTE_STREAM_H_
