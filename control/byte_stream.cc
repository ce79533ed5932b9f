#include "weir/control/byte_stream.h"

namespace weir {

grpc::ServerWriteReactor<grpc::ByteBuffer>* ByteStream::Open(std::shared_ptr<StreamHub> hub,
                                                             const StreamRequest& request) {
  auto* const stream = new ByteStream(std::move(hub));
  stream->hub_->Add(stream, request);
  return stream;
}

void ByteStream::Write(const grpc::ByteBuffer& message) {
  message_ = message;  // shares the bytes
  StartWrite(&message_);
}

void ByteStream::OnDone() {
  hub_->Remove(this);
  delete this;
}

}  // namespace weir
