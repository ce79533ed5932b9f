// Reads a stream until it ends or as many messages as were asked for have come.

#ifndef WEIR_CONTROL_WEIRCTL_FOLLOW_STREAM_H_
#define WEIR_CONTROL_WEIRCTL_FOLLOW_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>

#include "weir/control/weirctl/weirctl.h"

namespace weir {

// A stream has no deadline, so this finds out first whether anybody answers: OK, or what to report.
grpc::Status ProbeServer(const Session& session);

// What to say of a stream that the server ended, or that broke, and the exit status.
int ReportStreamEnd(const Session& session, std::uint64_t messages, const grpc::Status& status);

// `open` opens the stream in the context that it is given. `print` shows one message, as a line of
// JSON where that was asked for, and says how many of those that --count counts it had.
template <typename Message, typename Open, typename Print>
int FollowStream(const Session& session, const Open& open, const Print& print) {
  if (const grpc::Status status = ProbeServer(session); !status.ok()) {
    return Report(session, status);
  }
  grpc::ClientContext context;
  const std::unique_ptr<grpc::ClientReaderInterface<Message>> reader = open(&context);
  Message message;
  std::uint64_t messages = 0;
  std::uint64_t counted = 0;
  const std::uint64_t most = session.line.count;
  while (reader->Read(&message)) {
    ++messages;
    counted += print(message);
    if (most == 0 || counted < most) continue;
    context.TryCancel();
    reader->Finish();
    return kExitOk;
  }
  return ReportStreamEnd(session, messages, reader->Finish());
}

}  // namespace weir

#endif  // WEIR_CONTROL_WEIRCTL_FOLLOW_STREAM_H_
