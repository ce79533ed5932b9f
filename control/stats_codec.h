// Statistics to the wire, by the tables of names.

#ifndef WEIR_CONTROL_STATS_CODEC_H_
#define WEIR_CONTROL_STATS_CODEC_H_

#include "weir/admin/v1/admin.pb.h"
#include "weir/reactor/server_stats.h"

namespace weir {

// Sets all that ServerStats has, and `time` to the present. Any thread.
void ToProto(const ServerStats& stats, admin::v1::Stats* message);

// The parts of it that the other streams tell.
void ToProto(const ServerStats& stats, admin::v1::AcceptQueues* message);
void ToProto(const ServerStats& stats, admin::v1::ParseErrors* message);

void ToProto(const ListenerInfo& listener, admin::v1::ListenerInfo* message);

}  // namespace weir

#endif  // WEIR_CONTROL_STATS_CODEC_H_
