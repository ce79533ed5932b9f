// weirctl events.
#include <algorithm>

#include "weir/control/weirctl/event_text.h"
#include "weir/control/weirctl/follow_stream.h"
#include "weir/control/weirctl/weirctl.h"

namespace weir {
namespace {

void Show(const Session& session, const admin::v1::Events& events, EventText* text) {
  session.line.json ? PrintJson(events, session.out) : text->Print(events);
}

}  // namespace

int FollowEvents(const Session& session) {
  EventText text(session.out);
  admin::v1::WatchEventsRequest request;
  request.set_after(session.line.after);
  return FollowStream<admin::v1::Events>(
      session,
      [&](grpc::ClientContext* context) { return session.stub->WatchEvents(context, request); },
      [&](const admin::v1::Events& events) {
        Show(session, events, &text);
        return static_cast<std::uint64_t>(events.events_size());
      });
}

int EventsCommand(const Session& session, const std::vector<std::string>&) {
  if (session.line.follow) return FollowEvents(session);
  grpc::ClientContext context;
  SetDeadline(session, &context);
  admin::v1::ListEventsRequest request;
  request.set_after(session.line.after);
  admin::v1::Events events;
  const grpc::Status status = session.stub->ListEvents(&context, request, &events);
  if (!status.ok()) return Report(session, status);
  EventText text(session.out);
  Show(session, events, &text);
  return kExitOk;
}

}  // namespace weir
